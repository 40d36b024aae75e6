"""Katib's `report_metrics`."""

from __future__ import annotations

import os
from typing import Any, Optional

from qalam import reporting
from qalam.katib._constants import DEFAULT_TIMEOUT


def report_metrics(
    metrics: dict[str, Any],
    db_manager_address: Optional[str] = None,
    timeout: int = DEFAULT_TIMEOUT,
) -> None:
    """Reports metrics of the trial that this process is, and waits until the server has them.

    `qalam.report_metrics` does so without waiting and without ever failing the training.

    Args:
        metrics: Numbers by name.
        db_manager_address: Passed over: metrics go to the server that runs the trial.
        timeout: Seconds that it may take.

    Raises:
        ValueError: This process is no trial.
        RuntimeError: A value is no number, or the server did not take them.
    """
    if "QALAM_TRIAL" not in os.environ:
        raise ValueError("this process is no trial: QALAM_TRIAL is not in its environment")
    for name, value in metrics.items():
        try:
            float(value)
        except (TypeError, ValueError) as error:
            raise RuntimeError(f"the metric {name} is {value!r}, which is no number") from error
    reporting.report_metrics(metrics)
    if not reporting.flush(timeout):
        raise RuntimeError(f"the server did not take the metrics {', '.join(metrics)}")
