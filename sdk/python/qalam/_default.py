"""The short way: functions over one client for the whole process."""

from __future__ import annotations

import inspect
import threading
from typing import Any, Callable, Mapping, Optional

from qalam._document import SpecArgument
from qalam.client import Client
from qalam.experiment import Experiment
from qalam.objective import ObjectiveArgument
from qalam.records import Trial
from qalam.running_trial import Result, RunningTrial
from qalam.spec import ExperimentSpec, SearchSpace

_lock = threading.Lock()
_client: Optional[Client] = None


def default_client() -> Client:
    """The client that `qalam.tune` and its like use; made when it is first needed.

    It is `Client()`: the server that QALAM_SERVER names, or one of this process's own.

    >>> qalam.default_client() is qalam.default_client()
    True
    """
    global _client
    with _lock:
        if _client is None or _client.connection.closed:
            _client = Client()
        return _client


def create_experiment(spec: SpecArgument) -> Experiment:
    """`Client.create_experiment` of the default client."""
    return default_client().create_experiment(spec)


def get_experiment(name: str, namespace: Optional[str] = None) -> Experiment:
    """`Client.get_experiment` of the default client."""
    return default_client().get_experiment(name, namespace)


def tune(
    function: Callable[..., Any],
    search_space: Mapping[str, Any],
    objective: ObjectiveArgument,
    **options: Any,
) -> Experiment:
    """`Client.tune` of the default client: runs a function in processes of their own.

    >>> def train(x):
    ...     print(f"loss={x * x}")
    >>> experiment = qalam.tune(train, {"x": search.double(-1, 1)}, "minimize loss", trials=3)
    >>> experiment.wait().counts.succeeded
    3
    """
    return default_client().tune(function, search_space, objective, **options)


def optimize(
    function: Callable[..., Result],
    search_space: SearchSpace,
    objective: ObjectiveArgument = "minimize value",
    trials: Optional[int] = None,
    n_jobs: int = 1,
    timeout: Optional[float] = None,
    client: Optional[Client] = None,
    batch: int = 1,
    **options: Any,
) -> Optional[Trial]:
    """Finds the best parameters of a function, which runs in this process.

    Args:
        function: Called with its parameters by name; or with the `RunningTrial`, when it has one
            parameter and that is called `trial`. Returns the objective, all objectives in order, or
            metrics by name.
        search_space: By name, see `qalam.search`.
        objective: E.g. `"maximize accuracy"`.
        trials: How many; None until `timeout`.
        n_jobs: Threads that run trials side by side.
        timeout: Seconds after which no new trial is begun.
        client: None for the default one.
        batch: Trials that a thread asks for at once and tells together; see `Experiment.optimize`.
        options: Further arguments of `ExperimentSpec`.

    Returns:
        The best trial; None when there is none.

    >>> best = qalam.optimize(lambda x, y: x * y, {"x": search.int(0, 3), "y": search.int(0, 3)},
    ...                       "maximize product", trials=16, algorithm="grid")
    >>> best.value
    9.0
    """
    if trials is None and timeout is None:
        raise ValueError("say when to end: trials= or timeout=")
    spec = ExperimentSpec(search_space, objective, trials=trials, **options)
    if spec.name is None and getattr(function, "__name__", "").isidentifier():
        spec.prefix = function.__name__
    experiment = (client or default_client()).create_experiment(spec)
    best = experiment.optimize(_by_name(function), n_jobs=n_jobs, timeout=timeout, batch=batch)
    if not experiment.state.ended:
        experiment.stop()
    return best


def _by_name(function: Callable[..., Result]) -> Callable[[RunningTrial], Result]:
    if list(inspect.signature(function).parameters) == ["trial"]:
        return function
    return lambda trial: function(**trial.params)
