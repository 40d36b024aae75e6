"""Several objectives against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qalam.plots import _common as common

if TYPE_CHECKING:
    from qalam.experiment import Experiment


def plot_pareto(experiment: Experiment, x: int = 0, y: int = 1, ax: Any = None) -> Any:
    """Two objectives against each other, the trials that no other beats in red.

    Args:
        x, y: Which of the experiment's objectives, from 0.

    Raises:
        ValueError: The experiment has one objective, or no trial with all of them.
    """
    objectives = experiment.objectives
    if len(objectives) < 2:
        raise ValueError(f"experiment {experiment.name} has one objective; see plot_history")
    ax = common.axes(ax)
    trials = common.judged_trials(experiment)
    best = {trial.number for trial in experiment.best_trials}
    for is_best, color, label in (
        (False, common.MAIN_COLOR, "trials"),
        (True, common.BEST_COLOR, "not beaten"),
    ):
        chosen = [trial for trial in trials if (trial.number in best) == is_best]
        ax.scatter(
            [trial.values[x] for trial in chosen],
            [trial.values[y] for trial in chosen],
            color=color,
            label=label,
            **common.POINT,
        )
    ax.set(xlabel=objectives[x].metric, ylabel=objectives[y].metric, title=experiment.name)
    ax.legend()
    return ax
