"""Ranks, normalised regret and significance of finished jobs.

The normalised regret of a run is its best loss above the problem's floor, divided by the median of
the same for our random search at the same budget: 0 is the optimum, 1 is as good as random search.
The floor is the optimum where it is known, else the best loss that any run has found.
"""

import itertools
import math
import statistics
import warnings

from scipy import stats

# Runs far worse than random search count as this much, or one of them would be the whole mean.
WORST = 2.0
# Regrets below this share of random search's are alike: solved.
SOLVED = 1e-8
# With this many problems they are the blocks of the tests, with their seeds averaged; with fewer,
# each problem and seed is a block.
MANY_PROBLEMS = 8


def best_at(result, budget):
    """The best loss within the first `budget` trials; infinity when all have failed."""
    best = math.inf
    for trial, loss in result["trace"]:
        if trial > budget:
            break
        best = loss
    return best


def _ranks(losses):
    """1 for the least; ties share the mean of their places."""
    return stats.rankdata([min(loss, 1e300) for loss in losses])


def _normalise(by_problem, names, reference):
    """Losses by problem, seed and optimizer to normalised regrets."""
    regrets = {}
    for problem, seeds in by_problem.items():
        known = any(job.result["regret"] for jobs in seeds.values() for job, _ in jobs.values())
        losses = [loss for jobs in seeds.values() for _, loss in jobs.values()]
        floor = 0.0 if known else min(losses)
        typical = statistics.median(jobs[reference][1] for jobs in seeds.values()) - floor
        for seed, jobs in seeds.items():
            for name in names:
                regret = max(jobs[name][1] - floor, 0.0)
                ratio = regret / typical if typical > 0 else (0.0 if regret == 0 else WORST)
                regrets[problem, seed, name] = min(ratio, WORST)
    return regrets


def holm(p_values):
    """Holm's step-down correction of a dict of p-values."""
    corrected, running = {}, 0.0
    ordered = sorted(p_values.items(), key=lambda item: item[1])
    for i, (pair, p) in enumerate(ordered):
        running = max(running, min(1.0, (len(ordered) - i) * p))
        corrected[pair] = running
    return corrected


def _blocks(regrets, problems, seeds_of, names):
    """One row a block: each optimizer's mean log10 normalised regret."""
    def value(problem, seed, name):
        return math.log10(max(regrets[problem, seed, name], SOLVED))

    if len(problems) >= MANY_PROBLEMS:
        return [
            [statistics.fmean(value(problem, seed, name) for seed in seeds_of[problem])
             for name in names]
            for problem in problems
        ]
    return [
        [value(problem, seed, name) for name in names]
        for problem in problems
        for seed in seeds_of[problem]
    ]


def _pairwise(blocks, names):
    """Wilcoxon's signed-rank test of each pair, corrected by Holm."""
    p_values = {}
    for i, j in itertools.combinations(range(len(names)), 2):
        differences = [row[i] - row[j] for row in blocks]
        same = all(difference == 0 for difference in differences)
        if same:
            p_values[names[i], names[j]] = 1.0
            continue
        with warnings.catch_warnings():
            # Ties make scipy say that it approximates.
            warnings.simplefilter("ignore")
            p_values[names[i], names[j]] = stats.wilcoxon(differences).pvalue
    return holm(p_values)


def _groups(jobs, problems):
    """The problems of each group: first the groups that all problems name first, and so on."""
    groups = {}
    for place in range(max(len(job.problem.groups) for job in jobs)):
        for job in jobs:
            if job.problem.name in problems and place < len(job.problem.groups):
                groups.setdefault(job.problem.groups[place], set()).add(job.problem.name)
    return groups


def _means(ranks, regrets, names, problems):
    """By optimizer, over the given problems and their seeds."""
    def mean(values, name):
        return statistics.fmean(
            value for (problem, _, owner), value in values.items()
            if owner == name and problem in problems
        )

    return {
        name: {"mean_rank": mean(ranks, name), "normalised_regret": mean(regrets, name)}
        for name in names
    }


def evaluate(jobs, budget, reference="random"):
    """One budget's table. Only (problem, seed) pairs that every optimizer has finished count."""
    names = sorted({job.optimizer.name for job in jobs})
    by_problem = {}
    for job in jobs:
        if "error" not in job.result:
            seeds = by_problem.setdefault(job.problem.name, {})
            seeds.setdefault(job.seed, {})[job.optimizer.name] = (job, best_at(job.result, budget))
    for seeds in by_problem.values():
        for seed in [seed for seed, found in seeds.items() if len(found) < len(names)]:
            del seeds[seed]
    by_problem = {problem: seeds for problem, seeds in by_problem.items() if seeds}
    problems = sorted(by_problem)
    if not problems:
        return {"budget": budget, "problems": [], "runs": 0, "optimizers": {}, "by_group": {}}
    regrets = _normalise(by_problem, names, reference)
    ranks = {}
    for problem, seeds in by_problem.items():
        for seed, found in seeds.items():
            row = _ranks([found[name][1] for name in names])
            ranks |= {(problem, seed, name): float(rank) for name, rank in zip(names, row)}
    blocks = _blocks(regrets, problems, by_problem, names)
    friedman = (
        float(stats.friedmanchisquare(*zip(*blocks)).pvalue)
        if len(names) > 2 and len(blocks) > 1
        else None
    )
    pairs = _pairwise(blocks, names)
    return {
        "budget": budget,
        "problems": problems,
        "runs": sum(len(seeds) for seeds in by_problem.values()),
        "blocks": len(blocks),
        "friedman_p": friedman,
        "optimizers": _means(ranks, regrets, names, set(problems)),
        "by_group": {
            group: _means(ranks, regrets, names, members)
            for group, members in _groups(jobs, problems).items()
        },
        "wilcoxon_holm_p": {f"{a} / {b}": float(p) for (a, b), p in pairs.items()},
    }


def milliseconds_per_suggestion(jobs):
    """Processor time of asking and telling, by optimizer."""
    totals = {}
    for job in jobs:
        if "error" not in job.result:
            seconds, trials = totals.get(job.optimizer.name, (0.0, 0))
            totals[job.optimizer.name] = (
                seconds + job.result["cpu_seconds"],
                trials + job.result["trials"],
            )
    return {name: 1000 * seconds / max(trials, 1) for name, (seconds, trials) in totals.items()}
