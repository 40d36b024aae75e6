"""What the parameters do to the objective."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Sequence

from qalam.plots import _common as common

if TYPE_CHECKING:
    from qalam.experiment import Experiment


def plot_slices(experiment: Experiment, params: Optional[Sequence[str]] = None) -> Any:
    """The objective over each parameter, a picture a parameter; gives the array of axes.

    Args:
        params: The parameters' names; None for all.

    >>> len(qalam.plots.plot_slices(experiment))
    1
    """
    import matplotlib.pyplot as plt

    trials = common.judged_trials(experiment)
    names = list(params or common.parameter_names(trials))
    figure, grid = plt.subplots(
        1,
        len(names),
        figsize=(3.2 * len(names), 3.6),
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for name, ax in zip(names, grid[0]):
        having = [trial for trial in trials if name in trial.params]
        values = [trial.params[name] for trial in having]
        places, labels = common.positions(values)
        drawn = ax.scatter(
            places,
            [trial.value for trial in having],
            c=[trial.number for trial in having],
            cmap=common.COLORS,
            **common.POINT,
        )
        _scale(ax, "x", values, labels)
        ax.set_xlabel(name)
    grid[0][0].set_ylabel(experiment.objectives[0].metric)
    figure.colorbar(drawn, ax=grid[0][-1], label="trial")
    return grid[0]


def plot_contour(experiment: Experiment, x: str, y: str, ax: Any = None) -> Any:
    """The objective over two parameters: a point a trial, and between them what they suggest.

    Args:
        x, y: The parameters' names.
    """
    ax = common.axes(ax)
    trials = [
        trial
        for trial in common.judged_trials(experiment)
        if x in trial.params and y in trial.params
    ]
    if not trials:
        raise ValueError(f"no trial with an objective has both {x} and {y}")
    xs, ys = ([trial.params[name] for trial in trials] for name in (x, y))
    (x_places, x_labels), (y_places, y_labels) = common.positions(xs), common.positions(ys)
    values = [trial.value for trial in trials]
    # A triangle needs three points that are not on one line.
    if not x_labels and not y_labels and len(set(x_places)) > 2 and len(set(y_places)) > 2:
        ax.tricontourf(x_places, y_places, values, levels=12, cmap=common.COLORS, alpha=0.6)
    drawn = ax.scatter(x_places, y_places, c=values, cmap=common.COLORS, edgecolors="white", s=28)
    _scale(ax, "x", xs, x_labels)
    _scale(ax, "y", ys, y_labels)
    ax.set(xlabel=x, ylabel=y, title=experiment.name)
    ax.figure.colorbar(drawn, ax=ax, label=experiment.objectives[0].metric)
    return ax


def plot_parallel(
    experiment: Experiment, params: Optional[Sequence[str]] = None, ax: Any = None
) -> Any:
    """A line a trial through all of its parameters, coloured by its objective.

    Args:
        params: The parameters' names; None for all.

    >>> [label.get_text() for label in qalam.plots.plot_parallel(experiment).get_xticklabels()]
    ['x', 'loss']
    """
    from matplotlib import cm, colors

    ax = common.axes(ax)
    trials = common.judged_trials(experiment)
    names = list(params or common.parameter_names(trials))
    trials = [trial for trial in trials if all(name in trial.params for name in names)]
    if not trials:
        raise ValueError("no trial with an objective has all of the parameters")
    objectives = [trial.value for trial in trials if trial.value is not None]
    columns = [_shares([trial.params[name] for trial in trials]) for name in names]
    columns.append(_shares(objectives))
    norm = colors.Normalize(min(objectives), max(objectives))
    map_of_colors = cm.ScalarMappable(norm, common.COLORS)
    for line, value in zip(zip(*columns), objectives):
        ax.plot(range(len(line)), line, color=map_of_colors.to_rgba(value), alpha=0.5)
    metric = experiment.objectives[0].metric
    ax.set_xticks(range(len(columns)), [*names, metric])
    ax.set_yticks([0, 1], ["least", "greatest"])
    ax.set_title(experiment.name)
    ax.figure.colorbar(map_of_colors, ax=ax, label=metric)
    return ax


def _shares(values: Sequence[Any]) -> list[float]:
    """Where each lies between the least and the greatest, from 0 to 1."""
    import math

    places, _ = common.positions(values)
    if common.spans_magnitudes(values):
        places = [math.log(place) for place in places]
    least, greatest = min(places), max(places)
    width = greatest - least
    return [(place - least) / width if width else 0.5 for place in places]


def _scale(ax: Any, axis: str, values: Sequence[Any], labels: Sequence[str]) -> None:
    if labels:
        getattr(ax, f"set_{axis}ticks")(range(len(labels)), labels)
    elif values and common.spans_magnitudes(values):
        getattr(ax, f"set_{axis}scale")("log")
