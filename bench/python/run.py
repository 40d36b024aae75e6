"""The Python SDK beside Optuna's storages; prints a table and writes it down.

    make bench-sdk

Writes bench/results/python.json and docs/benchmarks/python.md. Everything is run in one go on one
machine, rounds of the competitors by turns: quote the ratios. With `--quick`, fewer trials.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent
sys.path.insert(0, str(HERE))

from competitors import COMPETITORS, Competitor  # noqa: E402

PROCESSES = 8


def pairs_per_second(competitor: Competitor, processes: int, seconds: float) -> float:
    """How many trials a second all workers together ask for and tell.

    The workers start at the same moment, once all of them are ready, and stop by the clock.
    """
    with tempfile.TemporaryDirectory() as folder, competitor.prepared(folder) as address:
        workers = [
            subprocess.Popen(
                [sys.executable, HERE / "worker.py", competitor.name, address, str(seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(processes)
        ]
        for worker in workers:
            assert worker.stdout is not None
            if worker.stdout.readline() != "ready\n":
                sys.exit(f"a worker of {competitor.name} did not get ready")
        start = f"{time.time() + 0.2}\n"
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write(start)
            worker.stdin.flush()
        counts = [json.loads(worker.communicate()[0]) for worker in workers]
    return sum(counts) / seconds


def reports_per_second(calls: int) -> dict[str, float]:
    """How many calls of report_metrics a second: while the training runs, and all sent included."""
    import qalam
    from qalam import search

    with qalam.Client() as client:
        experiment = client.create_experiment(
            qalam.ExperimentSpec({"x": search.double(0, 1)}, "minimize loss", trials=1)
        )
        trial = experiment.ask()
        environment = {
            **os.environ,
            "QALAM_ADDRESS": client.address,
            "QALAM_TRIAL": trial.name,
            "QALAM_NAMESPACE": trial.namespace,
        }
        done = subprocess.run(
            [sys.executable, HERE / "reporter.py", str(calls)],
            env=environment,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        assert trial.tell().metrics["loss"].count == calls
    report = json.loads(done.stdout)
    assert report["sent"]
    return report


def import_seconds(module: str, rounds: int = 15) -> float:
    """What `import MODULE` adds to a Python that does nothing: the difference of the medians."""

    def median(program: str) -> float:
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], check=True)
            times.append(time.perf_counter() - start)
        return statistics.median(times)

    return median(f"import {module}") - median("pass")


def rate_rows(quick: bool) -> list[dict]:
    seconds, rounds = (1.0, 1) if quick else (4.0, 3)
    rows = []
    for processes in (1, PROCESSES):
        rates: dict[str, list[float]] = {competitor.name: [] for competitor in COMPETITORS}
        for _ in range(rounds):
            for competitor in COMPETITORS:
                rates[competitor.name].append(pairs_per_second(competitor, processes, seconds))
        for competitor in COMPETITORS:
            rows.append(
                {
                    "what": "ask and tell",
                    "processes": processes,
                    "who": competitor.title,
                    "ours": competitor.ours,
                    "per_second": statistics.median(rates[competitor.name]),
                    "rounds": rates[competitor.name],
                }
            )
    return rows


def machine() -> dict:
    processor = platform.processor() or platform.machine()
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    return {"cores": os.cpu_count(), "processor": processor, "python": platform.python_version()}


def markdown(report: dict) -> str:
    about = report["machine"]
    lines = [
        "# The Python SDK: what a call costs",
        "",
        "Made by `make bench-sdk` from `bench/results/python.json`.",
        "",
        f"{report['date']}, {about['cores']} cores, {about['processor']}, Python {about['python']}, "
        f"Optuna {report['optuna']}. The load of the machine was {report['load']:.1f} before.",
        "",
        "## Asking and telling",
        "",
        "Each worker is a process that asks for a trial, tells its result, and begins again; all talk to "
        "the same server or file on this machine. The search is random everywhere, and every result is "
        "durable before the next is asked for. The median of the rounds, which the competitors ran by "
        "turns.",
        "",
        "| | 1 process, trials/s | 8 processes, trials/s |",
        "|---|--:|--:|",
    ]
    by_who: dict[str, dict[int, float]] = {}
    for row in report["rates"]:
        by_who.setdefault(row["who"], {})[row["processes"]] = row["per_second"]
    for who, rates in by_who.items():
        lines.append(f"| {who} | {rates[1]:,.0f} | {rates[PROCESSES]:,.0f} |")
    ours = next(iter(by_who.values()))
    ratios = [
        f"{ours[1] / rates[1]:.1f} and {ours[PROCESSES] / rates[PROCESSES]:.1f} times {who}"
        for who, rates in by_who.items()
        if who.startswith("Optuna")
    ]
    lines += [
        "",
        f"One trial a call, from 1 and from 8 processes: {'; '.join(ratios)}.",
        "",
        "## Reporting",
        "",
        '`qalam.report_metrics({"loss": ...}, step)` in a loop that does nothing else.',
        "",
        "| | calls/s |",
        "|---|--:|",
        f"| as the training sees it | {report['reports']['calls_per_second']:,.0f} |",
        f"| until the server has all of them, durably | {report['reports']['stored_per_second']:,.0f} |",
        "",
        "## Importing",
        "",
        "| | ms |",
        "|---|--:|",
    ]
    for module, seconds in report["import_seconds"].items():
        lines.append(f"| `import {module}` | {1000 * seconds:.0f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    import optuna

    report = {
        "date": time.strftime("%Y-%m-%d"),
        "machine": machine(),
        "load": os.getloadavg()[0],
        "optuna": optuna.__version__,
        "rates": rate_rows(arguments.quick),
        "reports": reports_per_second(50_000 if arguments.quick else 500_000),
        "import_seconds": {
            module: import_seconds(module) for module in ("qalam", "qalam.client", "optuna")
        },
    }
    text = markdown(report)
    print(text)
    (CHECKOUT / "bench" / "results" / "python.json").write_text(json.dumps(report, indent=1) + "\n")
    (CHECKOUT / "docs" / "benchmarks" / "python.md").write_text(text)


if __name__ == "__main__":
    main()
