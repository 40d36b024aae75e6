"""What can go wrong, each cause an exception of its own.

All of them are a `QalamError`, and each is also the built-in exception that it resembles, so that
`except TimeoutError` or `except ConnectionError` does what one expects.
"""

from __future__ import annotations

from typing import NamedTuple, Sequence


class QalamError(Exception):
    """The base of every error that this package raises of its own accord."""


class NotFoundError(QalamError, LookupError):
    """There is no such experiment or trial."""


class AlreadyExistsError(QalamError):
    """The name is taken in its namespace."""


class InvalidArgumentError(QalamError, ValueError):
    """The server refuses what was asked for; the text says what is allowed."""


class Fault(NamedTuple):
    """One thing that is wrong with an experiment's document.

    Attributes:
        message: What is wrong and what is allowed.
        field: Where, e.g. `spec.parameters[2].feasibleSpace.min`; empty when unknown.
        line: From 1; 0 when unknown.
        column: From 1; 0 when unknown.
        source: What the document is called, e.g. the path of its file.
    """

    message: str
    field: str = ""
    line: int = 0
    column: int = 0
    source: str = ""

    def __str__(self) -> str:
        place = f"{self.source}:{self.line}:{self.column}: " if self.line else ""
        field = f"{self.field}: " if self.field else ""
        return f"{place}{field}{self.message}"


class InvalidExperimentError(InvalidArgumentError):
    """The experiment cannot be created as it is.

    Attributes:
        faults: Everything that is wrong with it, not the first thing only.

    >>> import qalam
    >>> try:
    ...     client.create_experiment({"metadata": {"name": "no spec"}})
    ... except qalam.InvalidExperimentError as error:
    ...     print(len(error.faults) > 1, error.faults[0].field)
    True apiVersion
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[InvalidExperimentError], tuple[list[Fault]]]:
        return type(self), (self.faults,)


class FailedPreconditionError(QalamError):
    """The experiment or trial is not in a state that allows it."""


class LeaseLostError(FailedPreconditionError):
    """The trial is this worker's no more: its lease ended and another has it, or it has ended."""


class ChangedMeanwhileError(QalamError):
    """Somebody else changed the experiment since it was read; read it again, then decide anew."""


class AuthenticationError(QalamError, PermissionError):
    """The server wants a token, or does not accept this one."""


class UnavailableError(QalamError, ConnectionError):
    """No server answers at the address, and none did for as long as the call was tried."""


class DeadlineError(QalamError, TimeoutError):
    """The call or the wait took longer than it was given."""


class IncompatibleServerError(QalamError):
    """The server speaks another version of the API than this package."""


class ServerStartError(QalamError):
    """The embedded server could not be started; the text ends with what it said."""


class ServerError(QalamError):
    """The server failed at it, through no fault of the call."""


class ExperimentEndedError(QalamError):
    """There is no trial to ask for and there will be none: the experiment has ended."""


class ExperimentFailedError(QalamError):
    """The experiment that was waited for has failed."""


class StopTrial(Exception):
    """Raised by an objective function to give its trial up as hopeless; what it reported counts.

    >>> from qalam import StopTrial
    >>> def objective(trial):
    ...     for step in range(100):
    ...         trial.report(trial.params["x"] * step, step)
    ...         if trial.should_stop():
    ...             raise StopTrial
    """
