"""docs/benchmarks/samplers.md, from the recorded results."""

import json

from driver import printing

HEAD = """# Samplers beside their peers

Written by `make bench-samplers` from `bench/results/samplers-*.json`, which hold more: every pair
of the significance tests, and every budget by group. What the suites and columns mean stands in
[bench/samplers/README.md](../../bench/samplers/README.md).
"""


def write(results, path):
    sections = [HEAD]
    for file in sorted(results.glob("samplers-*.json")):
        report = json.loads(file.read_text(encoding="utf-8"))
        machine = report["machine"]
        label = f", {report['label']}" if "label" in report else ""
        sections.append(
            f"## {report['suite']}{label}\n\n"
            f"{report['date']}, {machine['cores']} cores, {machine['processor']}.\n\n"
            + printing.markdown(report)
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(sections).rstrip("\n") + "\n", encoding="utf-8")
    print(f"written: {path}")
