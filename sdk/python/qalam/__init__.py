"""Qalam tunes hyperparameters; this is its Python SDK.

    >>> import qalam
    >>> from qalam import search
    >>> best = qalam.optimize(lambda x: (x - 2) ** 2, {"x": search.double(-10, 10)}, "minimize loss",
    ...                       trials=40, seed=1)
    >>> round(best.params["x"])
    2

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from qalam import objective, search
from qalam._version import VERSION as __version__
from qalam.errors import (
    AlreadyExistsError,
    AuthenticationError,
    ChangedMeanwhileError,
    DeadlineError,
    ExperimentEndedError,
    ExperimentFailedError,
    FailedPreconditionError,
    Fault,
    IncompatibleServerError,
    InvalidArgumentError,
    InvalidExperimentError,
    LeaseLostError,
    NotFoundError,
    QalamError,
    ServerError,
    ServerStartError,
    StopTrial,
    UnavailableError,
)

if TYPE_CHECKING:
    from qalam import katib, optuna, plots, sklearn, torch, xgboost
    from qalam._default import (
        create_experiment,
        default_client,
        get_experiment,
        optimize,
        tune,
    )
    from qalam._tls import TLS
    from qalam.client import Client
    from qalam.experiment import Experiment
    from qalam.reporting import report_metrics, should_stop
    from qalam.running_trial import RunningTrial
    from qalam.spec import ExperimentSpec
    from qalam.states import ExperimentState, TrialState

# Where each name is that is imported when it is first used.
_LAZY = {
    "Client": "client",
    "Experiment": "experiment",
    "ExperimentSpec": "spec",
    "ExperimentState": "states",
    "RunningTrial": "running_trial",
    "TLS": "_tls",
    "TrialState": "states",
    "create_experiment": "_default",
    "default_client": "_default",
    "get_experiment": "_default",
    "optimize": "_default",
    "report_metrics": "reporting",
    "should_stop": "reporting",
    "tune": "_default",
}
_LAZY_MODULES = ("katib", "optuna", "plots", "sklearn", "torch", "xgboost")

__all__ = [
    "AlreadyExistsError",
    "AuthenticationError",
    "ChangedMeanwhileError",
    "Client",
    "DeadlineError",
    "Experiment",
    "ExperimentEndedError",
    "ExperimentFailedError",
    "ExperimentSpec",
    "ExperimentState",
    "FailedPreconditionError",
    "Fault",
    "IncompatibleServerError",
    "InvalidArgumentError",
    "InvalidExperimentError",
    "LeaseLostError",
    "NotFoundError",
    "QalamError",
    "RunningTrial",
    "ServerError",
    "ServerStartError",
    "StopTrial",
    "TLS",
    "TrialState",
    "UnavailableError",
    "__version__",
    "create_experiment",
    "default_client",
    "get_experiment",
    "katib",
    "objective",
    "optimize",
    "optuna",
    "plots",
    "report_metrics",
    "search",
    "should_stop",
    "sklearn",
    "torch",
    "tune",
    "xgboost",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        value = getattr(importlib.import_module(f"qalam.{_LAZY[name]}"), name)
        globals()[name] = value
        return value
    if name in _LAZY_MODULES:
        return importlib.import_module(f"qalam.{name}")
    raise AttributeError(f"module 'qalam' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
