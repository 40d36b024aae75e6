"""Reporting metrics from inside a trial that the server runs."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from typing import TYPE_CHECKING, Any, Mapping, Optional

from qalam import _environment

if TYPE_CHECKING:
    from qalam._reports import PointBuffer, Reporter

_log = logging.getLogger("qalam")

_FLUSH_SECONDS = 10.0


class _Sink:
    """Where this process reports to.

    Attributes:
        buffer: None when this is no trial, or it does not know its server.
    """

    def __init__(self) -> None:
        self.buffer: Optional[PointBuffer] = None
        self.reporter: Optional[Reporter] = None
        self.warned = False
        address, trial = os.environ.get(_environment.ADDRESS), os.environ.get(_environment.TRIAL)
        if not address or not trial:
            return
        from qalam._connection import Connection
        from qalam._reports import PointBuffer, Reporter
        from qalam._tls import TLS, is_local

        ca = os.environ.get(_environment.TLS_CA)
        tls = TLS(ca=ca) if ca and not is_local(address) else None
        connection = Connection(address, os.environ.get(_environment.TOKEN, ""), tls)
        self.reporter = Reporter(connection)
        self.buffer = PointBuffer(os.environ.get(_environment.NAMESPACE) or "default", trial)
        atexit.register(self.reporter.close, _FLUSH_SECONDS)

    def warn_once(self, message: str, *arguments: object) -> None:
        """One warning a process is enough: training goes on."""
        if not self.warned:
            self.warned = True
            _log.warning(message, *arguments)


_lock = threading.Lock()
_sink: Optional[_Sink] = None


def report_metrics(metrics: Mapping[str, Any], step: Optional[int] = None) -> None:
    """Reports metrics of the trial that this process is.

    Returns at once: points are sent in the background every half second, and what is left at exit.
    Never raises, and never keeps the training waiting. In a process that is no trial it does nothing
    but warn, once.

    Args:
        metrics: Values by name: numbers, zero-dimensional arrays and tensors, or text.
        step: Of the training, from 0; None for none.

    >>> qalam.report_metrics({"loss": 0.5, "accuracy": 0.8}, step=3)
    """
    try:
        sink = _the_sink()
        if sink.buffer is None or sink.reporter is None:
            sink.warn_once(
                "metrics are not reported: this process is no trial of a Qalam server "
                "(%s and %s are not set)",
                _environment.ADDRESS,
                _environment.TRIAL,
            )
            return
        step = _readable_step(sink, step)
        for metric, value in metrics.items():
            try:
                sink.buffer.add(metric, value, step)
            except Exception as error:
                sink.warn_once("the metric %s is not reported: %s", metric, error)
        if not sink.buffer.noted:
            sink.reporter.note(sink.buffer)
    except Exception:
        _log.warning("metrics could not be reported", exc_info=True)


def should_stop() -> bool:
    """Whether the server said, when metrics were last sent, that this trial should end now.

    >>> qalam.should_stop()
    False
    """
    return _sink is not None and _sink.buffer is not None and _sink.buffer.should_stop


def flush(timeout: float = _FLUSH_SECONDS) -> bool:
    """Sends what was reported so far, instead of in the background.

    Args:
        timeout: Seconds to try at most.

    Returns:
        Whether all of it is with the server.
    """
    from qalam.errors import QalamError

    if _sink is None or _sink.buffer is None or _sink.reporter is None:
        return False
    try:
        _sink.reporter.flush_buffer(_sink.buffer, timeout)
    except QalamError as error:
        _log.warning("metrics could not be sent: %s", error)
        return False
    return not _sink.buffer.lost


def _the_sink() -> _Sink:
    global _sink
    if _sink is None:
        with _lock:
            if _sink is None:
                _sink = _Sink()
    return _sink


def _readable_step(sink: _Sink, step: Any) -> Optional[int]:
    from qalam._points import readable_step

    try:
        return None if step is None else readable_step(step)
    except Exception as error:
        sink.warn_once("metrics are reported without their steps: %s", error)
        return None


def _forget() -> None:
    # A forked child has neither the threads nor the connection of its parent.
    global _sink
    _sink = None


os.register_at_fork(after_in_child=_forget)
