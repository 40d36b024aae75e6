"""What the pictures have in common."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Mapping, Sequence

from qalam.records import Trial
from qalam.states import TrialState

if TYPE_CHECKING:
    from qalam.experiment import Experiment

POINT = {"s": 18, "alpha": 0.8, "linewidths": 0}
BEST_COLOR = "#d1495b"
MAIN_COLOR = "#2e6f95"
COLORS = "viridis"

STATE_COLORS: Mapping[TrialState, str] = {
    TrialState.PENDING: "#bbbbbb",
    TrialState.RUNNING: "#e9c46a",
    TrialState.SUCCEEDED: MAIN_COLOR,
    TrialState.FAILED: BEST_COLOR,
    TrialState.KILLED: "#6c757d",
    TrialState.EARLY_STOPPED: "#8ab6d6",
    TrialState.METRICS_UNAVAILABLE: "#b56576",
}


def axes(ax: Any) -> Any:
    """The axes, or new ones."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(7, 4.5), layout="constrained")[1]


def judged_trials(experiment: Experiment) -> list[Trial]:
    """The trials with a finite objective, by number.

    Raises:
        ValueError: There is none to draw.
    """
    trials = [
        trial
        for trial in experiment.iterate_trials()
        if trial.value is not None and math.isfinite(trial.value)
    ]
    if not trials:
        raise ValueError(f"experiment {experiment.name} has no trial with an objective yet")
    return trials


def parameter_names(trials: Sequence[Trial]) -> list[str]:
    """Those of any of the trials, as the first to have them orders them."""
    return list(dict.fromkeys(name for trial in trials for name in trial.params))


def is_number(value: Any) -> bool:
    """Whether it has a place on a scale."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def spans_magnitudes(values: Sequence[Any]) -> bool:
    """Whether a logarithmic scale shows them better: all above 0, over two orders of magnitude."""
    numbers = [value for value in values if is_number(value)]
    return len(numbers) == len(values) and min(numbers) > 0 and max(numbers) / min(numbers) > 100


def positions(values: Sequence[Any]) -> tuple[list[float], list[str]]:
    """Where to draw each, and the labels of the positions 0, 1, ... where they are no numbers."""
    if all(is_number(value) for value in values):
        return [float(value) for value in values], []
    labels = sorted({str(value) for value in values})
    return [float(labels.index(str(value))) for value in values], labels
