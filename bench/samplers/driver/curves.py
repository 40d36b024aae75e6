"""Learning curves: time to a target loss of multi-fidelity search against full training."""

import gzip
import hashlib
import json
import math
import statistics

from driver.running import Problem

# Shares of the configurations whose final loss meets the target.
TARGETS = {"best 5%": 0.05, "best 1%": 0.01, "best 0.3%": 0.003}
WORKERS = 4
RESOURCE = "steps"


def _parameter(name, values):
    """A range over what the table holds; logarithmic where that spans over two decades."""
    low, high = min(values), max(values)
    return {
        "name": name,
        "type": "double",
        "min": low,
        "max": high,
        "log": low > 0 and high / low > 100,
    }


def problem(path, folder):
    """(problems without and with the resource, targets, steps of a full training).

    The file is a list of {"hp": {...}, "valid_loss": [...]}.
    """
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    rows = json.loads(content)
    # A curve that diverged counts as the worst that did not.
    finite = [x for row in rows for x in row["valid_loss"] if x is not None and math.isfinite(x)]
    worst = max(finite)

    def clean(losses):
        return [x if x is not None and math.isfinite(x) else worst for x in losses]

    configurations = [
        {"parameters": row["hp"], "losses": clean(row["valid_loss"])} for row in rows
    ]
    names = list(rows[0]["hp"])
    parameters = [_parameter(name, [row["hp"][name] for row in rows]) for name in names]
    file = folder / f"curves-{hashlib.sha256(content).hexdigest()[:16]}.json"
    file.write_text(json.dumps({"parameters": parameters, "configurations": configurations}))
    final = sorted(one["losses"][-1] for one in configurations)
    targets = {
        name: final[max(math.ceil(share * len(final)) - 1, 0)] for name, share in TARGETS.items()
    }
    steps = len(configurations[0]["losses"])
    full = {"kind": "curves", "file": str(file), "workers": WORKERS}
    identity = ["curves", file.name, WORKERS]
    return (
        Problem("curves", full, identity),
        Problem("curves", full | {"resource": RESOURCE}, [*identity, RESOURCE]),
        targets,
        steps,
    )


def evaluate(jobs, targets):
    """By optimizer and target: the share of runs that met it and the median simulated time.

    Times are in durations of a full training; a run that never met the target took forever.
    """
    report = {}
    for name in sorted({job.optimizer.name for job in jobs}):
        mine = [job for job in jobs if job.optimizer.name == name and "error" not in job.result]
        report[name] = {}
        for target, loss in targets.items():
            times = [
                min((t for t, best in job.result["trace"] if best <= loss), default=math.inf)
                for job in mine
            ]
            median = statistics.median(times)
            report[name][target] = {
                "met": statistics.fmean(math.isfinite(t) for t in times),
                "median_time": median if math.isfinite(median) else None,
            }
    return report
