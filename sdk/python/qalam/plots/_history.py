"""How an experiment went."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from qalam.plots import _common as common

if TYPE_CHECKING:
    from qalam.experiment import Experiment

_MOST_CURVES = 100
_MOST_POINTS = 500


def plot_history(experiment: Experiment, ax: Any = None) -> Any:
    """Each trial's objective, and the best so far.

    >>> qalam.plots.plot_history(experiment).get_xlabel()
    'trial'
    """
    ax = common.axes(ax)
    trials = common.judged_trials(experiment)
    main = experiment.objectives[0]
    better: Any = min if main.direction == "minimize" else max
    numbers = [trial.number for trial in trials]
    values = [trial.value for trial in trials]
    ax.scatter(numbers, values, color=common.MAIN_COLOR, label="trials", **common.POINT)
    feasible = [trial for trial in trials if trial.feasible]
    ax.step(
        [trial.number for trial in feasible],
        list(itertools.accumulate((trial.value for trial in feasible), better)),
        where="post",
        color=common.BEST_COLOR,
        label="best so far",
    )
    ax.set(xlabel="trial", ylabel=main.metric, title=experiment.name)
    ax.legend()
    return ax


def plot_curves(experiment: Experiment, metric: str = "", ax: Any = None) -> Any:
    """A metric over each trial's steps, the best trial's in red.

    Args:
        metric: None of them named means the objective's.

    >>> qalam.plots.plot_curves(experiment).get_xlabel()
    'step'
    """
    ax = common.axes(ax)
    metric = metric or experiment.objectives[0].metric
    best = experiment.best_trial
    trials = [trial for trial in experiment.iterate_trials() if metric in trial.metrics]
    for trial in trials[-_MOST_CURVES:]:
        points = experiment.metrics(trial, metric, _MOST_POINTS)
        is_best = best is not None and trial.number == best.number
        ax.plot(
            [index if point.step is None else point.step for index, point in enumerate(points)],
            [point.value for point in points],
            color=common.BEST_COLOR if is_best else common.MAIN_COLOR,
            alpha=1.0 if is_best else 0.3,
            zorder=3 if is_best else 2,
            marker="." if len(points) == 1 else "",
        )
    ax.set(xlabel="step", ylabel=metric, title=experiment.name)
    return ax


def plot_timeline(experiment: Experiment, ax: Any = None) -> Any:
    """When each trial ran, coloured by how it ended.

    >>> qalam.plots.plot_timeline(experiment).get_ylabel()
    'trial'
    """
    ax = common.axes(ax)
    trials = [trial for trial in experiment.iterate_trials() if trial.started is not None]
    if not trials:
        raise ValueError(f"experiment {experiment.name} has no trial that was started yet")
    starts = [trial.started for trial in trials if trial.started is not None]
    ends = [trial.completed for trial in trials if trial.completed is not None]
    first, last = min(starts), max([*starts, *ends])
    seen = set()
    for trial, start in zip(trials, starts):
        length = ((trial.completed or last) - start).total_seconds()
        ax.barh(
            trial.number,
            max(length, 1e-6),
            left=(start - first).total_seconds(),
            color=common.STATE_COLORS[trial.state],
            label=None if trial.state in seen else str(trial.state),
        )
        seen.add(trial.state)
    ax.invert_yaxis()
    ax.set(xlabel="seconds", ylabel="trial", title=experiment.name)
    ax.legend()
    return ax
