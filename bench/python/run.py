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
from typing import Sequence

HERE = pathlib.Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent
sys.path.insert(0, str(HERE))

from competitors import COMPETITORS, EMPTY_CALL, Competitor  # noqa: E402
from limits import commit_milliseconds, sync_milliseconds  # noqa: E402

PROCESSES = 8


def children() -> list[int]:
    """The processes that this one has started: here, servers."""
    return [
        int(pid)
        for path in pathlib.Path("/proc/self/task").glob("*/children")
        for pid in path.read_text().split()
    ]


def cpu_seconds(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def measured(competitor: Competitor, processes: int, seconds: float) -> dict[str, float] | None:
    """How many trials a second all workers together ask for and tell, and what computing that takes.

    The workers start at the same moment, once all of them are ready, and stop by the clock.
    """
    with tempfile.TemporaryDirectory() as folder, competitor.prepared(folder) as address:
        servers = children()
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
        computed = -cpu_seconds(servers)
        start = f"{time.time() + 0.2}\n"
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write(start)
            worker.stdin.flush()
        said = [worker.communicate()[0] for worker in workers]
        if not all(said):
            # Optuna 3.1's journal sometimes reads a line that another writer has not ended.
            print(f"a worker of {competitor.name} failed; its round does not count",
                  file=sys.stderr)
            return None
        results = [json.loads(text) for text in said]
        computed += cpu_seconds(servers) + sum(result["cpu_seconds"] for result in results)
    count = sum(result["count"] for result in results)
    return {"per_second": count / seconds, "cpu_microseconds": 1e6 * computed / max(count, 1)}


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


def rate_rows(competitors: Sequence[Competitor], quick: bool) -> list[dict]:
    seconds, rounds = (1.0, 1) if quick else (4.0, 3)
    rows = []
    for processes in (1, PROCESSES):
        found: dict[str, list[dict[str, float]]] = {one.name: [] for one in competitors}
        for _ in range(rounds):
            for competitor in competitors:
                round_of_it = measured(competitor, processes, seconds)
                if round_of_it is not None:
                    found[competitor.name].append(round_of_it)
        for competitor in competitors:
            mine = found[competitor.name]
            if not mine:
                sys.exit(f"every round of {competitor.name} failed")
            rows.append(
                {
                    "processes": processes,
                    "who": competitor.title,
                    "ours": competitor.ours,
                    "per_second": statistics.median(one["per_second"] for one in mine),
                    "cpu_microseconds": statistics.median(one["cpu_microseconds"] for one in mine),
                    "rounds": [one["per_second"] for one in mine],
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


def by_who(rows: list[dict]) -> dict[str, dict[int, dict]]:
    table: dict[str, dict[int, dict]] = {}
    for row in rows:
        table.setdefault(row["who"], {})[row["processes"]] = row
    return table


def rate_lines(report: dict) -> list[str]:
    table = by_who(report["rates"])
    lines = [
        "| | 1 process, trials/s | 8 processes, trials/s | computing, µs a trial (1, 8) |",
        "|---|--:|--:|--:|",
    ]
    for who, rows in table.items():
        one, all_of_them = rows[1], rows[PROCESSES]
        lines.append(
            f"| {who} | {one['per_second']:,.0f} | {all_of_them['per_second']:,.0f} "
            f"| {one['cpu_microseconds']:,.0f}, {all_of_them['cpu_microseconds']:,.0f} |"
        )
    ours = next(iter(table.values()))
    ratios = [
        f"{ours[1]['per_second'] / rows[1]['per_second']:.1f} and "
        f"{ours[PROCESSES]['per_second'] / rows[PROCESSES]['per_second']:.1f} times {who}"
        for who, rows in table.items()
        if who.startswith("Optuna")
    ]
    return [*lines, "", f"One trial a call, from 1 and from 8 processes: {'; '.join(ratios)}."]


def limit_lines(report: dict) -> list[str]:
    limits = report["limits"]
    sync, commit = limits["sync_milliseconds"], limits["commit_milliseconds"]
    empty = by_who(limits["empty_calls"])[EMPTY_CALL.title]
    return [
        "| | |",
        "|---|--:|",
        f"| one page written and synced (`fdatasync`), ms: median, least | {sync['median']:.2f}, {sync['least']:.2f} |",
        f"| a commit of one row by SQLite, ms: median, least | {commit['median']:.2f}, {commit['least']:.2f} |",
        f"| calls that the server answers at once, from 1 process, calls/s | {empty[1]['per_second']:,.0f} |",
        f"| the same from {PROCESSES} processes, calls/s | {empty[PROCESSES]['per_second']:,.0f} |",
        f"| computing for such a call, client and server, µs | {empty[1]['cpu_microseconds']:,.0f} |",
    ]


def markdown(report: dict) -> str:
    about = report["machine"]
    lines = [
        "# The Python SDK: what a call costs",
        "",
        "Made by `make bench-sdk` from `bench/results/python.json`.",
        "",
        f"{report['date']}, {about['cores']} cores, {about['processor']}, Python {about['python']}, "
        f"Optuna {report['optuna']}. The load of the machine was {report['load']:.1f} before the rates "
        f"were measured and {report['load_after']:.1f} after: beyond {about['cores']} others were at "
        "work too, and the rates are lower than the machine allows; the computing depends on that less.",
        "",
        "## Asking and telling",
        "",
        "Each worker is a process that asks for a trial, tells its result, and begins again; all talk to "
        "the same server or file on this machine. The search is random everywhere, and every result is "
        "durable before the next is asked for. The median of the rounds, which the competitors ran by "
        "turns. Computing is the processor's time of the workers and the server together: "
        f"{about['cores']} cores with nothing else to do give at most {about['cores']},000,000 "
        "divided by it, in trials/s.",
        "",
        *rate_lines(report),
        "",
        "## What bounds it",
        "",
        "A trial is durable when it is handed out and when it is told: two commits, each of which waits "
        "for the disk, and two calls. Workers at the same time, and the trials of one call, share them.",
        "",
        *limit_lines(report),
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
        "rates": rate_rows(COMPETITORS, arguments.quick),
        "load_after": os.getloadavg()[0],
        "limits": {
            "sync_milliseconds": sync_milliseconds(),
            "commit_milliseconds": commit_milliseconds(),
            "empty_calls": rate_rows([EMPTY_CALL], arguments.quick),
        },
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
