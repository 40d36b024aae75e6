"""PyTorch: an epoch's losses to the server, in a line."""

from __future__ import annotations

from typing import Any, Optional

from qalam import reporting
from qalam.errors import StopTrial
from qalam.running_trial import RunningTrial

__all__ = ["ReportCallback"]


class ReportCallback:
    """Reports what a training loop gives it, and says when the loop should end.

    Args:
        trial: The trial that was asked for; None inside a trial that the server runs.
        stop: Whether to raise `StopTrial` when the trial should end; else it only says so.

    >>> import torch
    >>> from qalam.torch import ReportCallback
    >>> def objective(trial):
    ...     model = torch.nn.Linear(1, 1)
    ...     optimizer = torch.optim.SGD(model.parameters(), lr=trial.params["lr"])
    ...     x = torch.linspace(-1, 1, 16).unsqueeze(1)
    ...     callback = ReportCallback(trial)
    ...     for epoch in range(5):
    ...         optimizer.zero_grad()
    ...         loss = ((model(x) - 3 * x) ** 2).mean()
    ...         loss.backward()
    ...         optimizer.step()
    ...         callback.on_epoch_end(epoch, loss=loss)
    >>> best = qalam.optimize(objective, {"lr": search.log(0.001, 1)}, "minimize loss", trials=4,
    ...                       client=client)
    >>> best.metrics["loss"].count
    5
    """

    def __init__(self, trial: Optional[RunningTrial] = None, stop: bool = True) -> None:
        self._trial = trial
        self._stop = stop

    def on_epoch_end(self, epoch: int, **metrics: Any) -> bool:
        """Reports the metrics of an epoch.

        Args:
            epoch: From 0.
            metrics: Numbers, or tensors of one element on whatever device.

        Returns:
            Whether the loop should end.

        Raises:
            StopTrial: It should, and the callback was made to stop it.
        """
        values = {name: _number(value) for name, value in metrics.items()}
        if self._trial is None:
            reporting.report_metrics(values, epoch)
            ends = reporting.should_stop()
        else:
            self._trial.report(values, epoch)
            ends = self._trial.should_stop()
        if ends and self._stop:
            raise StopTrial
        return ends


def _number(value: Any) -> Any:
    # Without the graph behind it, which the value would keep alive.
    detach = getattr(value, "detach", None)
    return float(detach()) if callable(detach) else value
