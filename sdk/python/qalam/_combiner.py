"""Many threads' calls in one."""

from __future__ import annotations

import threading
from typing import Callable, Generic, Optional, Sequence, TypeVar

Request = TypeVar("Request")
Answer = TypeVar("Answer")


class _Entry(Generic[Request, Answer]):
    """A thread's request while it waits for the answer, or for its turn to send."""

    __slots__ = ("request", "answer", "error", "done", "leads", "wake")

    # `leads` is guarded by the combiner's lock; `done` is set before `wake` is released.

    def __init__(self, request: Request) -> None:
        self.request = request
        self.answer: Optional[Answer] = None
        self.error: Optional[BaseException] = None
        self.done = False
        self.leads = False
        self.wake = threading.Lock()
        self.wake.acquire()


class Combiner(Generic[Request, Answer]):
    """Sends what threads ask for at the same time as one call, and delays nobody by it.

    A thread that comes alone sends at once. While its call is under way others line up, and the first
    of them sends for all.

    Args:
        send: Makes the call; its answers are in the order of the requests, an exception among them for
            a request that failed alone. An exception that it raises is everybody's.
        most: Requests that one call may hold.
    """

    def __init__(
        self,
        send: Callable[[Sequence[Request]], Sequence[Answer | BaseException]],
        most: int = 1000,
    ) -> None:
        self._send = send
        self._most = most
        self._lock = threading.Lock()
        self._waiting: list[_Entry[Request, Answer]] = []
        self._busy = False

    def call(self, request: Request) -> Answer:
        """The answer to the request.

        Raises:
            BaseException: Whatever `send` raised, or gave as this request's answer.
        """
        entry: _Entry[Request, Answer] = _Entry(request)
        with self._lock:
            self._waiting.append(entry)
            comes_alone = entry.leads = not self._busy
            self._busy = True
        # `entry.leads` may be set meanwhile, by the thread that wakes this one.
        if not comes_alone:
            try:
                entry.wake.acquire()
            except BaseException:  # Ctrl-C
                self._leave(entry)
                raise
        if not entry.done:
            self._lead()
        if entry.error is not None:
            raise entry.error
        return entry.answer  # type: ignore[return-value]

    def _lead(self) -> None:
        with self._lock:
            batch = self._waiting[: self._most]
            del self._waiting[: self._most]
        try:
            answers = self._send([entry.request for entry in batch])
            for entry, answer in zip(batch, answers):
                if isinstance(answer, BaseException):
                    entry.error = answer
                else:
                    entry.answer = answer
        except BaseException as error:
            for entry in batch:
                entry.error = error
        finally:
            with self._lock:
                self._pass_on()
        for entry in batch:
            entry.done = True
            entry.wake.release()

    def _pass_on(self) -> None:
        """Lets the first of those that wait lead. The lock is held."""
        self._busy = bool(self._waiting)
        if self._waiting:
            self._waiting[0].leads = True
            self._waiting[0].wake.release()

    def _leave(self, entry: _Entry[Request, Answer]) -> None:
        """The thread waits no more; what was sent for it is left unread."""
        with self._lock:
            if entry in self._waiting:
                self._waiting.remove(entry)
                if entry.leads:
                    self._pass_on()
