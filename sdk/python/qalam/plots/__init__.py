"""Pictures of an experiment, by matplotlib.

Each function takes an experiment and gives the axes that it drew on, which `ax` may name: any of them
can be put into a figure of one's own. The same functions are methods of an experiment.
"""

from __future__ import annotations

from qalam.plots._history import plot_curves, plot_history, plot_timeline
from qalam.plots._parameters import plot_contour, plot_parallel, plot_slices
from qalam.plots._pareto import plot_pareto

__all__ = [
    "plot_contour",
    "plot_curves",
    "plot_history",
    "plot_parallel",
    "plot_pareto",
    "plot_slices",
    "plot_timeline",
]
