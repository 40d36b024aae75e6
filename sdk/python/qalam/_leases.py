"""The heartbeat: leases of asked trials are renewed while the process lives."""

from __future__ import annotations

import logging
import math
import os
import threading
import time
import weakref
from typing import Any, Optional

from qalam._proto import qalam_v1_pb2 as api
from qalam.errors import QalamError

_log = logging.getLogger("qalam")

# Of a lease's time, the part after which it is renewed.
_RENEW_AFTER = 1 / 3


class Lease:
    """What a worker holds of a trial.

    Attributes:
        lease: Its name.
        seconds: How long it lasts after each renewal.
        should_stop: Whether the trial's result is wanted no more.
        lost: Whether it is another worker's, or has ended.
        heard: When the server last answered for it, by time.monotonic().
    """

    def __init__(self, namespace: str, trial: str, lease: str, seconds: float) -> None:
        self.namespace = namespace
        self.trial = trial
        self.lease = lease
        self.seconds = seconds
        self.should_stop = False
        self.lost = False
        self.renewed()

    def renewed(self) -> None:
        """The server has just given it its whole time."""
        self.heard = time.monotonic()
        self.due = self.heard + self.seconds * _RENEW_AFTER


class LeaseKeeper:
    """Renews leases from a thread of its own.

    A lease that nothing refers to any more is let go, so that its trial is given to another worker.

    Args:
        connection: To the server.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._closed = False
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._changed = threading.Condition()
        self._leases: weakref.WeakValueDictionary[int, Lease] = weakref.WeakValueDictionary()
        self._wakes = math.inf  # when the thread looks again, by time.monotonic()
        self._thread: Optional[threading.Thread] = None

    def hold(self, lease: Lease) -> None:
        """Renews it from now on."""
        if self._process != os.getpid():
            # In a forked child there is no thread; the parent's leases are the parent's.
            self._begin()
        with self._changed:
            self._leases[id(lease)] = lease
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="qalam-leases", daemon=True)
                self._thread.start()
            elif lease.due < self._wakes:
                self._changed.notify()

    def release(self, lease: Lease) -> None:
        """Renews it no more."""
        with self._changed:
            self._leases.pop(id(lease), None)

    def close(self) -> None:
        """Renews nothing any more. Idempotent."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    return
                leases = list(self._leases.values())
                # With none, it waits to be told.
                self._wakes = min((lease.due for lease in leases), default=math.inf)
                pause = self._wakes - time.monotonic()
                if pause > 0:
                    leases.clear()
                    self._changed.wait(pause if pause < math.inf else None)
                    continue
            self._renew(leases)
            leases.clear()

    def _renew(self, leases: list[Lease]) -> None:
        request = api.RenewLeasesRequest()
        for lease in leases:
            entry = request.leases.add(lease=lease.lease)
            entry.trial.namespace = lease.namespace
            entry.trial.name = lease.trial
        seconds = min(lease.seconds for lease in leases)
        try:
            reply = self._connection.call("RenewLeases", request, timeout=seconds * _RENEW_AFTER)
        except QalamError as error:
            _log.info("leases could not be renewed, will be tried again: %s", error)
            for lease in leases:
                lease.due = time.monotonic() + min(1.0, lease.seconds * _RENEW_AFTER / 4)
            return
        for lease, answer in zip(leases, reply.answers):
            lease.renewed()
            lease.should_stop = answer.should_stop
            lease.lost = not answer.held
            if lease.lost:
                self.release(lease)
