"""Asking for trials and telling their results, many threads' at a time."""

from __future__ import annotations

import os
import secrets
import socket
import time
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Mapping, NamedTuple, Optional, Sequence

from qalam._combiner import Combiner
from qalam._convert import trial_record
from qalam._leases import Lease
from qalam._points import NO_STEP, Point, fill_point, readable_name, readable_value
from qalam._proto import qalam_v1_pb2 as api
from qalam._reports import Reporter
from qalam._rpc_errors import PASSING, error_of_number
from qalam._texts import for_people
from qalam.errors import (
    DeadlineError,
    ExperimentEndedError,
    FailedPreconditionError,
    LeaseLostError,
    QalamError,
)
from qalam.records import Trial
from qalam.running_trial import Result, RunningTrial
from qalam.states import TrialState, state_number

if TYPE_CHECKING:
    from qalam._connection import Connection
    from qalam.experiment import Experiment

_MOST_IN_A_CALL = 1000
# How long one call waits for a trial before it is made again; the server takes up to 60.
_LONGEST_WAIT = 20.0
# Metric points that a call which tells a trial carries along; the server takes no more of one trial.
_MOST_POINTS = 10_000
# Of the trials that one call tells; the server takes 16 MiB.
_MOST_BYTES = 8 << 20
_PAUSE = 0.1


class _Ask(NamedTuple):
    wanted: int
    lease_seconds: float
    wait_seconds: float


class _Handout(NamedTuple):
    """What a call brought for one of those who asked."""

    trials: Sequence[Any]
    lease: str
    lease_seconds: float
    exhausted: bool
    reason: str


class _Tell(NamedTuple):
    """A trial of many that are told, by its place among them."""

    place: int
    trial: RunningTrial
    request: Any
    points: list[Point]


class Asker:
    """Asks for trials of one experiment.

    Args:
        experiment: Whose trials.
    """

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._worker = f"{socket.gethostname()}:{os.getpid()}"
        self._combiner: Combiner[_Ask, _Handout] = Combiner(self._send)

    def ask(self, count: int, lease_seconds: float, timeout: Optional[float]) -> list[RunningTrial]:
        """Between one and `count` trials, for which it waits.

        Raises:
            ExperimentEndedError: There will be none any more.
            DeadlineError: There was none within `timeout` seconds.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        wait = 0.0
        while True:
            ask = _Ask(count, lease_seconds, wait)
            # Behind one that waits, others would wait longer than they want to.
            handout = self._combiner.call(ask) if wait == 0 else self._waited_for(ask)
            if handout.trials:
                return [self._running(message, handout) for message in handout.trials]
            if handout.exhausted:
                raise ExperimentEndedError(
                    f"experiment {self._experiment.name} has ended: {handout.reason}"
                )
            left = _LONGEST_WAIT if deadline is None else deadline - time.monotonic()
            if left <= 0:
                raise DeadlineError(
                    f"experiment {self._experiment.name} has no trial for now: {handout.reason}"
                )
            wait = min(left, _LONGEST_WAIT)

    def _waited_for(self, ask: _Ask) -> _Handout:
        answer = self._send([ask])[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _running(self, message: Any, handout: _Handout) -> RunningTrial:
        lease = Lease(message.namespace, message.name, handout.lease, handout.lease_seconds)
        self._experiment.client.leases.hold(lease)
        params = self._experiment.types.values(message.parameters)
        return RunningTrial(self._experiment, message, params, lease)

    def _send(self, asks: Sequence[_Ask]) -> list[_Handout | BaseException]:
        """One call for all that want leases of the same length."""
        handouts: dict[int, _Handout | BaseException] = {}
        for seconds in {ask.lease_seconds for ask in asks}:
            alike = [i for i, ask in enumerate(asks) if ask.lease_seconds == seconds]
            try:
                reply = self._call([asks[i] for i in alike])
            except QalamError as error:
                handouts.update((i, error) for i in alike)
                continue
            start = 0
            for i in alike:
                trials = reply.trials[start : start + asks[i].wanted]
                start += len(trials)
                handouts[i] = _Handout(
                    trials,
                    reply.lease,
                    reply.lease_seconds,
                    reply.exhausted,
                    reply.message or reply.reason,
                )
        return [handouts[i] for i in range(len(asks))]

    def _call(self, asks: Sequence[_Ask]) -> Any:
        wait = min(ask.wait_seconds for ask in asks)
        request = api.AskTrialsRequest(
            experiment=self._experiment.api_name,
            count=min(sum(ask.wanted for ask in asks), _MOST_IN_A_CALL),
            worker=self._worker,
            lease_seconds=asks[0].lease_seconds,
            wait_seconds=wait,
            # So that a repeat, after the answer was lost, gets the same trials.
            lease=secrets.token_hex(16),
        )
        connection = self._experiment.client.connection
        return connection.call("AskTrials", request, timeout=connection.timeout + wait)


class Teller:
    """Tells what became of trials, of any experiment.

    Args:
        connection: To the server.
        reporter: Where metrics of running trials may still wait.
    """

    def __init__(self, connection: Connection, reporter: Reporter) -> None:
        self._connection = connection
        self._reporter = reporter
        self._combiner: Combiner[Any, Any] = Combiner(self._send, _MOST_IN_A_CALL)

    def tell(self, trial: RunningTrial, result: Result, state: TrialState, message: str) -> Trial:
        """See RunningTrial.tell."""
        request, points = self._request(trial, result, state, message)
        try:
            answer = self._call(request)
        except QalamError as error:
            trial.buffer.put_back(points)
            raise _as_lost(error) from None
        return self._told(trial, answer)

    def _call(self, request: Any) -> Any:
        """Makes it again while the server says that it cannot take it just now."""
        deadline = time.monotonic() + self._connection.timeout
        while True:
            try:
                return self._combiner.call(request)
            except PASSING:
                # What was so for the connection's time has been tried for all of it already.
                if time.monotonic() + _PAUSE > deadline:
                    raise
            time.sleep(_PAUSE)

    def tell_many(self, results: Iterable[tuple[RunningTrial, Result]]) -> list[Trial]:
        """See Experiment.tell_many."""
        waiting = self._requests(list(results))
        told: dict[int, Trial] = {}
        failure: Optional[BaseException] = None
        deadline = time.monotonic() + self._connection.timeout
        while waiting:
            some, waiting = waiting[:_MOST_IN_A_CALL], waiting[_MOST_IN_A_CALL:]
            again = []
            for one, answer in zip(some, self._send([one.request for one in some])):
                if not isinstance(answer, BaseException):
                    told[one.place] = self._told(one.trial, answer)
                elif isinstance(answer, PASSING) and time.monotonic() + _PAUSE < deadline:
                    again.append(one)
                else:
                    one.trial.buffer.put_back(one.points)
                    failure = failure or answer
            if again:
                time.sleep(_PAUSE)
                waiting += again
        if failure is not None:
            raise _as_lost(failure)
        return [told[place] for place in sorted(told)]

    def _requests(self, results: Sequence[tuple[RunningTrial, Result]]) -> list[_Tell]:
        tells: list[_Tell] = []
        try:
            for place, (trial, result) in enumerate(results):
                request, points = self._request(trial, result, TrialState.SUCCEEDED, "")
                tells.append(_Tell(place, trial, request, points))
        except BaseException:  # a result that cannot be told: then nothing is
            for one in tells:
                one.trial.buffer.put_back(one.points)
            raise
        return tells

    def _told(self, trial: RunningTrial, message: Any) -> Trial:
        record = trial_record(message, trial.experiment.types)
        trial.ended(record)
        return record

    def _request(
        self, trial: RunningTrial, result: Result, state: TrialState, message: str
    ) -> tuple[Any, list[Point]]:
        """The request that tells it, and the points that were taken out of the buffer for it."""
        buffer = trial.buffer
        request = api.TellTrialRequest(
            lease=buffer.lease, state=state_number(state), message=for_people(message or "")
        )
        request.trial.namespace = trial.namespace
        request.trial.name = trial.name
        metrics = _points(result) if isinstance(result, Mapping) else []
        if result is not None and not isinstance(result, Mapping):
            request.objective_values.extend(_objectives(trial.experiment, result))
        most = max(0, _MOST_POINTS - len(metrics))
        points = self._reporter.take_rest(buffer, most) if len(buffer) else []
        if not points and len(buffer):
            self._reporter.flush_buffer(buffer, self._connection.timeout)
        for point in (*points, *metrics):
            fill_point(request.metrics.add(), point)
        return request, points

    def _send(self, requests: Sequence[Any]) -> list[Any]:
        """What came of each: the trial, or why it was not taken."""
        answers: list[Any] = []
        for some in _calls_worth(requests):
            try:
                reply = self._connection.call("TellTrials", api.TellTrialsRequest(trials=some))
            except QalamError as error:
                # What went before is told, and what would follow waited as long for nothing.
                return answers + [error] * (len(requests) - len(answers))
            answers += [
                error_of_number(answer.code, answer.message) if answer.code else answer.trial
                for answer in reply.answers
            ]
        return answers


def _calls_worth(requests: Sequence[Any]) -> Iterator[list[Any]]:
    """The requests in order, as many at a time as one call can carry."""
    some: list[Any] = []
    size = 0
    for request in requests:
        own = request.ByteSize()
        if some and size + own > _MOST_BYTES:
            yield some
            some, size = [], 0
        some.append(request)
        size += own
    yield some


def _points(result: Mapping[str, Any]) -> list[Point]:
    """Metrics that are told, as points of now."""
    now = time.time_ns()
    return [
        (readable_name(metric), readable_value(value), NO_STEP, now)
        for metric, value in result.items()
    ]


def _objectives(experiment: Experiment, result: Any) -> list[float]:
    values = _numbers(result)
    metrics = [objective.metric for objective in experiment.objectives]
    if len(values) != len(metrics):
        raise ValueError(
            f"{len(values)} values were told, and the experiment has {len(metrics)} "
            f"objectives: {', '.join(metrics)}"
        )
    return values


def _numbers(result: Any) -> list[float]:
    try:
        return [float(result)]
    except TypeError:
        return [float(value) for value in result]


def _as_lost(error: BaseException) -> BaseException:
    """A trial that is in another state than it should be was given to another, or ended."""
    return LeaseLostError(str(error)) if isinstance(error, FailedPreconditionError) else error
