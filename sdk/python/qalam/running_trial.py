"""A trial that this process runs: asked for, reported on, told."""

from __future__ import annotations

import logging
import time
import traceback
from types import TracebackType
from typing import TYPE_CHECKING, Any, Mapping, Optional, Sequence, Union

from qalam._leases import Lease
from qalam._reports import PointBuffer
from qalam.errors import InvalidArgumentError, QalamError, StopTrial
from qalam.records import Trial
from qalam.states import TrialState

if TYPE_CHECKING:
    from qalam.experiment import Experiment

_log = logging.getLogger("qalam")

# The result of a trial: the main objective, all objectives in order, or metrics by name.
Result = Union[float, Sequence[float], Mapping[str, Any], None]

# What a trial that failed says of why; the server takes up to 64 KiB.
_LONGEST_MESSAGE = 4000
# How old the server's word on whether to stop may be, in seconds.
_FRESH = 1.0


class RunningTrial:
    """A trial that was asked for and waits to be told what came of it.

    While this object lives, its lease is renewed in the background; when the process dies, the trial
    is given to another worker once the lease has ended. As a context manager it tells by itself: what
    was reported when the block ends well, a failure with its traceback when it raises.

    Attributes:
        number: From 0, in the order proposed.
        name: Unique in its namespace.
        params: Its parameters, by name. Those that do not exist in this trial are left out.
        experiment: Of which it is one.
        buffer: What was reported and not sent yet.

    >>> experiment = client.create_experiment(
    ...     qalam.ExperimentSpec({"x": search.double(-1, 1)}, "minimize loss"))
    >>> with experiment.ask() as trial:
    ...     for step in range(3):
    ...         trial.report(trial.params["x"] ** 2 + 1 / (step + 1), step)
    >>> experiment.best_trial.metrics["loss"].count
    3
    """

    def __init__(
        self, experiment: Experiment, message: Any, params: dict[str, Any], lease: Lease
    ) -> None:
        self.experiment = experiment
        self._lease = lease
        self.buffer = PointBuffer(message.namespace, message.name, lease.lease)
        self._told: Optional[Trial] = None
        self.number: int = message.number
        self.name: str = message.name
        self.namespace: str = message.namespace
        self.params = params

    def report(
        self, value: Union[float, str, Mapping[str, Any]], step: Optional[int] = None
    ) -> None:
        """Reports metrics while the trial runs; sent in the background, and with `tell` at the latest.

        Args:
            value: The objective's metric, or metrics by name.
            step: Of the training, from 0; None for none.

        Raises:
            TypeError, ValueError: A value is neither a number nor text.
        """
        if isinstance(value, Mapping):
            for metric, one in value.items():
                self.buffer.add(metric, one, step)
        else:
            metric = self.experiment.objectives[0].metric
            self.buffer.add(metric, value, step)
        if not self.buffer.noted:
            self.experiment.client.reporter.note(self.buffer)

    def should_stop(self) -> bool:
        """Whether this trial's result is wanted no more: it should end soon.

        So when it was judged hopeless, its experiment has ended, or another worker has it. Sends what
        was reported first, if the server has not been heard for a second. Never raises: while the
        server does not answer, the trial goes on.
        """
        heard = max(self.buffer.heard, self._lease.heard)
        if len(self.buffer) and time.monotonic() - heard > _FRESH:
            try:
                self.experiment.client.reporter.flush_buffer(self.buffer, timeout=_FRESH)
            except QalamError as error:
                _log.info("metrics could not be sent now: %s", error)
        return self.buffer.should_stop or self._lease.should_stop or self.lost

    @property
    def lost(self) -> bool:
        """Whether the trial is another worker's by now, or has ended otherwise."""
        return self._lease.lost

    @property
    def told(self) -> bool:
        """Whether its end is known to the server."""
        return self._told is not None

    def tell(
        self,
        result: Result = None,
        state: Union[TrialState, str] = TrialState.SUCCEEDED,
        message: str = "",
    ) -> Trial:
        """Ends the trial with what came of it; durable when it returns.

        Args:
            result: The objective; or all objectives in order; or metrics by name. None: what was
                reported, each metric by its strategy.
            state: `Succeeded`, `Failed`, `EarlyStopped` (given up as hopeless; what was reported
                counts) or `Killed` (given up without fault).
            message: For people, e.g. why it failed.

        Returns:
            The trial as it is now; of its metrics, what was reported before.

        Raises:
            InvalidArgumentError: An objective was neither told nor reported; the trial goes on.
            LeaseLostError: It was given to another worker, or has ended otherwise.

        >>> trial = experiment.ask()
        >>> trial.tell(0.25).value
        0.25
        """
        return self.experiment.client.teller.tell(self, result, TrialState(state), message)

    def ended(self, record: Trial) -> None:
        """The server has taken its end."""
        self._told = record
        self.experiment.client.leases.release(self._lease)

    def __enter__(self) -> RunningTrial:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> bool:
        if self.told:
            return False
        if error is None:
            self._tell_what_was_reported()
            return False
        if isinstance(error, StopTrial):
            self.tell(state=TrialState.EARLY_STOPPED, message=str(error))
            return True
        try:
            if isinstance(error, Exception):
                text = "".join(traceback.format_exception(kind, error, trace)).strip()
                self.tell(state=TrialState.FAILED, message=text[-_LONGEST_MESSAGE:])
            else:
                self.tell(state=TrialState.KILLED, message=f"stopped by {type(error).__name__}")
        except QalamError as failure:
            # The error of the block is the one to be seen.
            _log.warning("trial %s could not be told: %s", self.name, failure)
        return False

    def _tell_what_was_reported(self) -> None:
        try:
            self.tell()
        except InvalidArgumentError as error:
            self.tell(state=TrialState.FAILED, message=f"nothing was told or reported: {error}")
            raise

    def __repr__(self) -> str:
        return f"RunningTrial(number={self.number}, name={self.name!r}, params={self.params!r})"
