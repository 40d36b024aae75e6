"""Metrics on their way to the server: gathered, and sent many at a time by a thread of their own."""

from __future__ import annotations

import collections
import logging
import os
import threading
import time
from typing import Any, Iterable, Optional

from qalam._points import Point, fill_point, readable_name, readable_step, readable_value, size_of
from qalam._proto import qalam_v1_pb2 as api
from qalam.errors import (
    AuthenticationError,
    DeadlineError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    QalamError,
    UnavailableError,
)

_log = logging.getLogger("qalam")

# Points that wait at most; of more, the oldest are dropped. About 150 MB.
_MOST_WAITING = 1_000_000
# Well below what the server takes in one call: 100,000 points, and 16 MiB.
_MOST_IN_A_CALL = 20_000
_MOST_BYTES = 4 << 20
_LONGEST_PAUSE = 30.0
# The trial has ended, another worker has it, or the like: it will be refused for ever.
_FINAL = (AuthenticationError, FailedPreconditionError, InvalidArgumentError, NotFoundError)


class PointBuffer:
    """The points of one trial that are not sent yet. Any thread may add to it.

    Args:
        namespace, name: The trial's.
        lease: The lease that its worker holds; empty where the server runs it.

    Attributes:
        should_stop: Whether the server said that the trial's program should end now.
        lost: Why its points are not taken any more; empty while they are.
    """

    def __init__(self, namespace: str, name: str, lease: str = "") -> None:
        self.namespace = namespace
        self.name = name
        self.lease = lease
        self.should_stop = False
        self.lost = ""
        self.heard = 0.0  # when the server last answered, by time.monotonic()
        self.noted = False  # whether the reporter knows of points in it
        self._points: collections.deque[Point] = collections.deque(maxlen=_MOST_WAITING)

    def __len__(self) -> int:
        return len(self._points)

    def add(self, metric: Any, value: Any, step: Any) -> None:
        """Adds a point, measured now.

        Raises:
            TypeError, ValueError: The name, the value or the step cannot be one.
        """
        self._points.append(
            (readable_name(metric), readable_value(value), readable_step(step), time.time_ns())
        )

    def take(self, most: int) -> list[Point]:
        """Removes the oldest points, as many as one call can carry at most."""
        points = self._points
        taken: list[Point] = []
        size = 0
        while points and len(taken) < most and size < _MOST_BYTES:
            point = points.popleft()
            size += size_of(point)
            taken.append(point)
        return taken

    def put_back(self, points: Iterable[Point]) -> None:
        """Undoes `take`, as far as there is room beside what came since."""
        room = _MOST_WAITING - len(self._points)
        self._points.extendleft(reversed(list(points)[-room:] if room else []))


class Reporter:
    """Sends what is in the buffers every half second.

    Points are sent again when the server did not answer or failed, so that none is lost while it is
    started again or its disk is full; one whose answer was lost is there twice then.

    Args:
        connection: To the server.
        seconds: Between two calls.
    """

    def __init__(self, connection: Any, seconds: float = 0.5) -> None:
        self._connection = connection
        self._seconds = seconds
        self._closed = threading.Event()
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._noted: list[PointBuffer] = []
        self._wake = threading.Event()
        self._thread: Optional[threading.Thread] = None

    def note(self, buffer: PointBuffer) -> None:
        """There are points in the buffer, to be sent soon."""
        if self._process != os.getpid():
            # In a forked child there is no thread; the parent's points are the parent's to send.
            self._begin()
        with self._lock:
            if buffer.noted:
                return
            buffer.noted = True
            self._noted.append(buffer)
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._run, name="qalam-reports", daemon=True)
                self._thread.start()
        self._wake.set()

    def flush(self, timeout: float) -> None:
        """Sends all that is noted.

        Args:
            timeout: Seconds that it may take.

        Raises:
            Exception: The last cause for which something was not taken, a QalamError as a rule. What
                may be taken later is kept and noted.
        """
        with self._lock:
            noted, self._noted = self._noted, []
            for buffer in noted:
                buffer.noted = False
        deadline = time.monotonic() + timeout
        failure: Optional[Exception] = None
        for buffer in noted:
            try:
                self.flush_buffer(buffer, deadline - time.monotonic())
            except Exception as error:
                failure = error
            if len(buffer):
                self.note(buffer)
        if failure is not None:
            raise failure

    def flush_buffer(self, buffer: PointBuffer, timeout: float) -> None:
        """Sends what is in one buffer; also waits for a call that sends from it already.

        Raises:
            QalamError: As for `flush`.
        """
        with self._sending:
            while True:
                points = buffer.take(_MOST_IN_A_CALL)
                if not points:
                    return
                if not buffer.lost:
                    self._send(buffer, points, timeout)

    def take_rest(self, buffer: PointBuffer, most: int) -> list[Point]:
        """What is left in the buffer, if it is no more than that, for a call that carries it along."""
        with self._sending:
            if len(buffer) > most:
                return []
            points = buffer.take(most)
            if not len(buffer):
                return points
            buffer.put_back(points)
            return []

    def close(self, timeout: float) -> None:
        """Sends what is left and ends the thread. Idempotent."""
        self._closed.set()
        self._wake.set()
        try:
            if self._thread is not None and self._process == os.getpid():
                # It may be sending, and its points are in no buffer meanwhile.
                self._thread.join(timeout)
            self.flush(timeout)
        except Exception as error:
            _log.warning("some metrics were not sent: %s", error)

    def _run(self) -> None:
        pause = self._seconds
        while not self._closed.is_set():
            self._wake.wait()
            self._wake.clear()
            # A pause, so that what comes in the meantime goes along.
            self._closed.wait(pause)
            try:
                self.flush(timeout=10.0)
                pause = self._seconds
            except (UnavailableError, DeadlineError):
                continue  # it is noted again
            except _FINAL as error:
                _log.warning("metrics were not taken: %s", error)
            except Exception as error:
                # Noted again too, but it may last: then neither the server nor the log is to be filled.
                if pause == self._seconds:
                    _log.warning(
                        "metrics cannot be sent for now: %s",
                        error,
                        exc_info=not isinstance(error, QalamError),
                    )
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _send(self, buffer: PointBuffer, points: list[Point], timeout: float) -> None:
        request = api.ReportMetricsRequest()
        trial = request.trials.add(lease=buffer.lease)
        trial.trial.namespace = buffer.namespace
        trial.trial.name = buffer.name
        for point in points:
            fill_point(trial.points.add(), point)
        try:
            answer = self._connection.call("ReportMetrics", request, timeout=max(timeout, 0.1))
        except _FINAL as error:
            buffer.lost = str(error)
            # It has ended, or another worker has it.
            buffer.should_stop = isinstance(error, FailedPreconditionError)
            raise
        except BaseException:
            buffer.put_back(points)
            raise
        buffer.heard = time.monotonic()
        buffer.should_stop = buffer.should_stop or len(answer.should_stop) > 0
