"""XGBoost: each round's evaluation to the server."""

from __future__ import annotations

from typing import Any, Mapping, Optional

import xgboost

from qalam import reporting
from qalam.running_trial import RunningTrial

__all__ = ["ReportCallback"]


class ReportCallback(xgboost.callback.TrainingCallback):
    """Reports each evaluation as the metric `DATA-METRIC`, e.g. `test-rmse`, by boosting round.

    Ends the training when the trial should stop.

    Args:
        trial: The trial that was asked for; None inside a trial that the server runs.
        every: Reports every so many rounds.

    >>> import numpy, xgboost
    >>> from qalam.xgboost import ReportCallback
    >>> x = numpy.linspace(0, 1, 64).reshape(-1, 1)
    >>> data = xgboost.DMatrix(x, label=x[:, 0] ** 2)
    >>> def objective(trial):
    ...     xgboost.train({"eta": trial.params["eta"], "nthread": 1}, data, num_boost_round=5,
    ...                   evals=[(data, "train")], verbose_eval=False,
    ...                   callbacks=[ReportCallback(trial)])
    >>> best = qalam.optimize(objective, {"eta": search.double(0.1, 1)}, "minimize train-rmse",
    ...                       trials=3, client=client)
    >>> best.metrics["train-rmse"].count
    5
    """

    def __init__(self, trial: Optional[RunningTrial] = None, every: int = 1) -> None:
        super().__init__()
        self._trial = trial
        self._every = every

    def after_iteration(
        self, model: Any, epoch: int, evals_log: Mapping[str, Mapping[str, Any]]
    ) -> bool:
        """Called by XGBoost; True ends the training."""
        if epoch % self._every:
            return False
        metrics = {
            f"{data}-{metric}": _latest(values)
            for data, of_data in evals_log.items()
            for metric, values in of_data.items()
        }
        if self._trial is None:
            reporting.report_metrics(metrics, epoch)
            return reporting.should_stop()
        self._trial.report(metrics, epoch)
        return self._trial.should_stop()


def _latest(values: Any) -> float:
    latest = values[-1]
    # Of a cross-validation: the mean and its deviation.
    return float(latest[0] if isinstance(latest, tuple) else latest)
