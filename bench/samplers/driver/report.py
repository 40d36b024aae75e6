"""What is written to bench/results/."""

import json
import os
import re
import sys
import time


def processor():
    """The processor's model, as Linux names it."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^model name\s*:\s*(.+)$", file.read(), re.MULTILINE)
    return found.group(1) if found else "unknown"


def describe(suite, size, narrowed, seeds, label=None):
    """`narrowed`: what the command line changed of the selection, as text.
    `label`: what tells its file from the suite's others; None: the suite's own."""
    return {
        "suite": suite,
        **({"label": label} if label else {}),
        "selection": size,
        "narrowed": narrowed,
        "seeds": seeds,
        "date": time.strftime("%Y-%m-%d"),
        "machine": {"cores": os.cpu_count(), "processor": processor()},
    }


def write(folder, found):
    folder.mkdir(parents=True, exist_ok=True)
    # Architecture searches have a page of their own.
    name = "nas-table" if found["suite"] == "nas" else f"samplers-{found['suite']}"
    label = f"-{found['label']}" if "label" in found else ""
    path = folder / f"{name}{label}.json"
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"written: {path}")


def without_refusals(jobs):
    """Leaves out optimizers that could run nothing, e.g. because they refuse the space."""
    errors, ran = {}, set()
    for job in jobs:
        if "error" in job.result:
            errors.setdefault(job.optimizer.name, job.result["error"])
        else:
            ran.add(job.optimizer.name)
    for name, error in errors.items():
        left_out = "" if name in ran else " (left out)"
        print(f"{name}{left_out}: {error}", file=sys.stderr)
    return [job for job in jobs if job.optimizer.name in ran]
