"""The pictures as methods of an experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Sequence

if TYPE_CHECKING:
    from qalam.experiment import Experiment


class PlottingMethods:
    """See the functions of the same names in `qalam.plots`. All need matplotlib."""

    def plot_history(self: Experiment, ax: Any = None) -> Any:  # type: ignore[misc]
        """Each trial's objective, and the best so far."""
        from qalam import plots

        return plots.plot_history(self, ax)

    def plot_curves(self: Experiment, metric: str = "", ax: Any = None) -> Any:  # type: ignore[misc]
        """A metric over each trial's steps, the best trial's in red."""
        from qalam import plots

        return plots.plot_curves(self, metric, ax)

    def plot_timeline(self: Experiment, ax: Any = None) -> Any:  # type: ignore[misc]
        """When each trial ran, coloured by how it ended."""
        from qalam import plots

        return plots.plot_timeline(self, ax)

    def plot_slices(  # type: ignore[misc]
        self: Experiment, params: Optional[Sequence[str]] = None
    ) -> Any:
        """The objective over each parameter, a picture a parameter."""
        from qalam import plots

        return plots.plot_slices(self, params)

    def plot_contour(self: Experiment, x: str, y: str, ax: Any = None) -> Any:  # type: ignore[misc]
        """The objective over two parameters."""
        from qalam import plots

        return plots.plot_contour(self, x, y, ax)

    def plot_parallel(  # type: ignore[misc]
        self: Experiment, params: Optional[Sequence[str]] = None, ax: Any = None
    ) -> Any:
        """A line a trial through all of its parameters, coloured by its objective."""
        from qalam import plots

        return plots.plot_parallel(self, params, ax)

    def plot_pareto(self: Experiment, x: int = 0, y: int = 1, ax: Any = None) -> Any:  # type: ignore[misc]
        """Two objectives against each other, the trials that no other beats in red."""
        from qalam import plots

        return plots.plot_pareto(self, x, y, ax)
