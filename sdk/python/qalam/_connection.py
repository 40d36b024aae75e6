"""Calls to one server: deadlines, retries, the token, and errors with a name."""

from __future__ import annotations

import os
import random
import threading
import time
from typing import Any, Callable, Iterator, Optional

import grpc

from qalam._proto import api_v1_beta1_pb2_grpc, qalam_v1_pb2_grpc
from qalam._rpc_errors import PASSING, error_of, is_for_good
from qalam._tls import TLS, credentials, is_local
from qalam.errors import DeadlineError, QalamError, UnavailableError

_OPTIONS: list[tuple[str, Any]] = [
    # A peer that vanished without a word is noticed within 40 seconds, also while nothing is called.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.max_pings_without_data", 0),
    # A server that is started again is found soon.
    ("grpc.initial_reconnect_backoff_ms", 100),
    # This one is how long an attempt to connect may take.
    ("grpc.min_reconnect_backoff_ms", 10_000),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.max_receive_message_length", -1),
    # Retrying is done here, where it is known which calls may be repeated.
    ("grpc.enable_retries", 0),
]

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 2.0


class Connection:
    """Thread-safe. A child process that was forked gets a channel of its own.

    Args:
        address: `host:port` or `unix:/path`.
        token: Sent with every call; empty for none.
        tls: None sends in the clear.
        timeout: Seconds that a call may take, its retries included.
        explain: What more is known of why the server does not answer, e.g. that it has ended.

    Raises:
        ValueError: A token would be sent in the clear to another machine.
    """

    def __init__(
        self,
        address: str,
        token: str = "",
        tls: Optional[TLS] = None,
        timeout: float = 60.0,
        explain: Callable[[], str] = lambda: "",
    ) -> None:
        if token and tls is None and not is_local(address):
            raise ValueError(
                f"the token would be sent to {address} for everybody to read on the way; "
                "give tls=True, or tls= the file of the authority that signed the server's certificate"
            )
        self.address = address
        self.token = token
        self.tls = tls
        self.timeout = timeout
        self._explain = explain
        self._metadata = (("authorization", f"Bearer {token}"),) if token else ()
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._process = 0
        self._channel: Any = None
        self._calls: dict[str, Callable[..., Any]] = {}

    def call(
        self, name: str, request: Any, timeout: Optional[float] = None, retry: bool = True
    ) -> Any:
        """The server's answer to the method of that name.

        Args:
            timeout: Seconds in all; None for the connection's own.
            retry: Whether to try again while the server is unavailable, full or hears too much, until
                the time is up. For calls that come to the same when they are made twice.

        Raises:
            QalamError: The one that names the cause.
        """
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        pause = _FIRST_PAUSE
        earlier: Optional[QalamError] = None
        while True:
            left = deadline - time.monotonic()
            try:
                return self._call(name)(request, timeout=max(left, 0.001), metadata=self._metadata)
            except grpc.RpcError as error:
                known = self._named(error, name)
                if is_for_good(error.details() or ""):
                    raise known from None
            except ValueError:
                if not self.closed:
                    raise
                raise UnavailableError("the client was closed") from None
            wait = pause * random.uniform(0.5, 1.0)
            pause = min(2 * pause, _LONGEST_PAUSE)
            left = deadline - time.monotonic()
            if isinstance(known, DeadlineError) and earlier is not None:
                raise earlier  # it says why; that the time is up is no news
            if not retry or not isinstance(known, PASSING) or wait >= left:
                raise known
            earlier = known
            if self._explain() or self._closed.wait(wait):
                raise known

    def stream(self, name: str, request: Any, timeout: Optional[float] = None) -> Iterator[Any]:
        """The answers of a method that sends many, as they come. Ends the call when it is left.

        Raises:
            QalamError: The one that names the cause.
        """
        call = self._call(name)(request, timeout=timeout, metadata=self._metadata)
        try:
            yield from call
        except grpc.RpcError as error:
            raise self._named(error, name) from None
        finally:
            call.cancel()

    def close(self) -> None:
        """Ends the calls that are under way. Idempotent."""
        self._closed.set()
        with self._lock:
            if self._channel is not None and self._process == os.getpid():
                self._channel.close()
            self._channel = None
            self._calls = {}

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed.is_set()

    def _call(self, name: str) -> Callable[..., Any]:
        if self._process != os.getpid():
            self._open()
        try:
            return self._calls[name]
        except KeyError:
            if self._closed.is_set():
                raise UnavailableError("the client was closed") from None
            raise QalamError(f"the API has no method {name}") from None

    def _open(self) -> None:
        with self._lock:
            if self._process == os.getpid() or self._closed.is_set():
                return
            options = list(_OPTIONS)
            if self.tls is None:
                self._channel = grpc.insecure_channel(self.address, options)
            else:
                if self.tls.server_name:
                    options.append(("grpc.ssl_target_name_override", self.tls.server_name))
                self._channel = grpc.secure_channel(self.address, credentials(self.tls), options)
            stubs = (
                qalam_v1_pb2_grpc.ExperimentServiceStub(self._channel),
                qalam_v1_pb2_grpc.SuggestionServiceStub(self._channel),
                api_v1_beta1_pb2_grpc.DBManagerStub(self._channel),
            )
            self._calls = {name: call for stub in stubs for name, call in vars(stub).items()}
            self._process = os.getpid()

    def _named(self, error: grpc.RpcError, name: str) -> QalamError:
        code, details = error.code(), error.details() or ""
        if code is grpc.StatusCode.CANCELLED and self.closed:
            return UnavailableError("the client was closed")
        if code is grpc.StatusCode.DEADLINE_EXCEEDED:
            return DeadlineError(f"{name} at {self.address} took longer than it was given")
        more = self._explain() if code is grpc.StatusCode.UNAVAILABLE else ""
        return error_of(code, details, self.address, more)
