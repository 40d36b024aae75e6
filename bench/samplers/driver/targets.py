"""Targets solved: the share of (function, seed, target) that runs reach, COCO's measure.

Targets are 51 precisions f - f_opt, evenly spaced in the logarithm from 1e2 to 1e-8.
"""

import statistics

TARGETS = [10 ** (2 - 10 * i / 50) for i in range(51)]
# Evaluations per dimension at which the empirical distribution is written down.
CURVE = [1, 2, 5, 10, 20, 50, 100]
MULTIMODAL = {3, 4, *range(15, 25)}


def _solved(result, evaluations):
    best = float("inf")
    for trial, regret in result["trace"]:
        if trial > evaluations:
            break
        best = regret
    return sum(best <= target for target in TARGETS) / len(TARGETS)


def evaluate(jobs):
    """By optimizer: the share solved at the whole budget by dimension and kind, and the curve."""
    report = {}
    names = sorted({job.optimizer.name for job in jobs})
    for name in names:
        mine = [job for job in jobs if job.optimizer.name == name and "error" not in job.result]
        if not mine:
            continue

        def share(chosen, per_dimension=None):
            shares = [
                _solved(job.result, job.budget if per_dimension is None
                        else per_dimension * job.problem.description["dimension"])
                for job in chosen
            ]
            return statistics.fmean(shares) if shares else None

        dimensions = sorted({job.problem.description["dimension"] for job in mine})
        report[name] = {
            "by_dimension": {
                d: share([job for job in mine if job.problem.description["dimension"] == d])
                for d in dimensions
            },
            "all": share(mine),
            "unimodal": share([j for j in mine if j.problem.description["function"] not in MULTIMODAL]),
            "multimodal": share([j for j in mine if j.problem.description["function"] in MULTIMODAL]),
            "curve": {per: share(mine, per) for per in CURVE},
        }
    return report
