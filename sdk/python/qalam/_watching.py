"""Following an experiment or a trial, also over a restart of the server."""

from __future__ import annotations

import codecs
import threading
import time
from typing import TYPE_CHECKING, Any, Callable, Iterator, Optional

from qalam import _convert
from qalam._parameter_types import ParameterTypes
from qalam._progress import Progress
from qalam._proto import qalam_v1_pb2 as api
from qalam._rpc_errors import PASSING
from qalam.errors import DeadlineError, ExperimentFailedError
from qalam.records import ExperimentStatus
from qalam.states import ExperimentState, TrialState

if TYPE_CHECKING:
    from qalam._connection import Connection
    from qalam.experiment import Experiment

_PAUSE = 0.2
_MOST_REASONS = 3


def _following(
    connection: Connection, open_stream: Callable[[], Iterator[Any]], deadline: Optional[float]
) -> Iterator[Any]:
    """What the stream brings; opens it again when the server went away or heard too many calls.

    Raises:
        UnavailableError, ServerError: So it was for longer than the connection's timeout.
    """
    away_since: Optional[float] = None
    pause = threading.Event()
    while True:
        try:
            for message in open_stream():
                away_since = None
                yield message
            return
        except PASSING:
            now = time.monotonic()
            away_since = away_since or now
            if connection.closed or now - away_since > connection.timeout:
                raise
            if deadline is not None and now > deadline:
                raise
            pause.wait(_PAUSE)


def statuses(
    connection: Connection,
    name: Any,
    types: Callable[[], ParameterTypes],
    timeout: Optional[float] = None,
) -> Iterator[ExperimentStatus]:
    """See Experiment.watch."""
    deadline = None if timeout is None else time.monotonic() + timeout
    request = api.GetExperimentRequest(experiment=name)

    def open_stream() -> Iterator[Any]:
        left = None if deadline is None else max(deadline - time.monotonic(), 0.001)
        return connection.stream("WatchExperiment", request, timeout=left)

    for message in _following(connection, open_stream, deadline):
        yield _convert.experiment_status(message, types())


def wait(
    experiment: Experiment, timeout: Optional[float], progress: bool, check: bool
) -> ExperimentStatus:
    """See Experiment.wait."""
    status: Optional[ExperimentStatus] = None
    with Progress(progress, experiment.name) as bar:
        try:
            for status in experiment.watch(timeout):
                bar.show(status)
        except DeadlineError:
            state = status.state if status else "unknown"
            raise DeadlineError(
                f"experiment {experiment.name} is {state} after {timeout:g} seconds"
            ) from None
    if status is None or not status.ended:
        status = experiment.status
    if check and status.state is ExperimentState.FAILED:
        raise ExperimentFailedError(_why(experiment, status))
    return status


def _why(experiment: Experiment, status: ExperimentStatus) -> str:
    lines = [f"experiment {experiment.name} failed: {status.message or status.reason}"]
    failed = experiment.iterate_trials([TrialState.FAILED, TrialState.METRICS_UNAVAILABLE])
    for trial, _ in zip(failed, range(_MOST_REASONS)):
        lines.append(f"trial {trial.name}: {trial.message or trial.reason}")
    return "\n".join(lines)


def log_lines(connection: Connection, trial: Any, follow: bool) -> Iterator[str]:
    """See Experiment.logs."""
    request = api.ReadLogsRequest(trial=trial, follow=follow)
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    rest = ""

    def open_stream() -> Iterator[Any]:
        return connection.stream("ReadLogs", request)

    for chunk in _following(connection, open_stream, deadline=None):
        request.offset = chunk.offset + len(chunk.data)
        rest += decoder.decode(chunk.data)
        *lines, rest = rest.split("\n")
        for line in lines:
            yield line + "\n"
    rest += decoder.decode(b"", final=True)
    if rest:
        yield rest
