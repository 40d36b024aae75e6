"""The states of experiments and trials, by the words that the command line shows too."""

from __future__ import annotations

import enum
import functools
from typing import Any, TypeVar


class _State(str, enum.Enum):
    """Equal to its word: `trial.state == "Succeeded"`."""

    def __str__(self) -> str:
        return str(self.value)


AnyState = TypeVar("AnyState", bound=_State)


class ExperimentState(_State):
    """Where an experiment is in its life."""

    CREATED = "Created"
    RUNNING = "Running"
    RESTARTING = "Restarting"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    STOPPED = "Stopped"

    @property
    def ended(self) -> bool:
        """Whether no trial will start any more, unless the experiment is resumed."""
        return self in (self.SUCCEEDED, self.FAILED, self.STOPPED)


class TrialState(_State):
    """Where a trial is in its life.

    `EARLY_STOPPED` was given up as hopeless and its observations count, `KILLED` was given up without
    fault, and `METRICS_UNAVAILABLE` ended well but without its objective.
    """

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    KILLED = "Killed"
    EARLY_STOPPED = "EarlyStopped"
    METRICS_UNAVAILABLE = "MetricsUnavailable"

    @property
    def ended(self) -> bool:
        """Whether it will not change any more."""
        return self not in (self.PENDING, self.RUNNING)


@functools.lru_cache(maxsize=None)
def _members(kind: Any) -> list[Any]:
    return list(kind)


def state_number(state: _State) -> Any:
    """The number that stands for it in the API, where they count from 1 in the same order."""
    return _members(type(state)).index(state) + 1


def state_of_number(kind: type[AnyState], number: int) -> AnyState:
    """The state that the number stands for."""
    state: AnyState = _members(kind)[max(number, 1) - 1]
    return state
