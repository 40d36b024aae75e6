"""Architecture search on a table: regret in points of the objective, beside random search."""

import statistics
import warnings

from driver import ranking
from scipy import stats

# The methods of architecture search that take any space, and the control.
METHODS = ["random", "evolution", "local-search", "tpe", "bayesianoptimization", "enas"]
BUDGETS = (25, 50, 100, 150)
SEEDS = 100


def _better_than(mine, theirs):
    """The one-sided p-value of Wilcoxon's signed-rank test that `mine` is below, seed by seed."""
    differences = [a - b for a, b in zip(mine, theirs)]
    if all(difference == 0 for difference in differences):
        return 1.0
    with warnings.catch_warnings():
        # Ties make scipy say that it approximates.
        warnings.simplefilter("ignore")
        return float(stats.wilcoxon(differences, alternative="less").pvalue)


def evaluate(jobs, budgets, reference="random"):
    """By optimizer: the mean regret at each budget, the share of runs that found the table's best
    row, and the p-value against `reference` at the last budget, corrected by Holm. Only seeds that
    every optimizer has finished count.
    """
    by_name = {}
    for job in jobs:
        if "error" not in job.result:
            by_name.setdefault(job.optimizer.name, {})[job.seed] = job.result
    seeds = sorted(set.intersection(*(set(results) for results in by_name.values())))

    def regrets(name, budget):
        return [ranking.best_at(by_name[name][seed], budget) for seed in seeds]

    last = {name: regrets(name, budgets[-1]) for name in by_name}
    p_values = ranking.holm(
        {name: _better_than(last[name], last[reference]) for name in by_name if name != reference}
    )
    return {
        "runs": len(seeds),
        "budgets": list(budgets),
        "optimizers": {
            name: {
                "regret": [statistics.fmean(regrets(name, budget)) for budget in budgets],
                "median_regret": statistics.median(last[name]),
                "found_best": statistics.fmean(regret == 0 for regret in last[name]),
                "p_better_than_random": p_values.get(name),
            }
            for name in by_name
        },
    }
