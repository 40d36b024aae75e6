"""What the server tells of experiments and trials: plain values, none of which changes by itself."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any, Mapping, Optional, Sequence

from qalam.states import ExperimentState, TrialState


@dataclasses.dataclass(frozen=True)
class MetricSummary:
    """What a trial's points of one metric come to.

    Attributes:
        min: The least value.
        max: The greatest value.
        latest: The last value.
        count: How many points there are.
        text: The last value that was no number; empty when all were.
    """

    min: float
    max: float
    latest: float
    count: int
    text: str = ""


@dataclasses.dataclass(frozen=True)
class MetricPoint:
    """One value of a metric.

    Attributes:
        metric: The metric's name.
        time: When it was measured, with UTC as its time zone.
        value: The number; NaN where `text` is set.
        step: Of the training, as the trial counts; None when the trial gave none.
        text: A value that is no number; empty otherwise.
    """

    metric: str
    time: datetime
    value: float
    step: Optional[int] = None
    text: str = ""


@dataclasses.dataclass(frozen=True)
class Trial:
    """A trial as it was when it was asked for.

    Attributes:
        number: From 0, in the order proposed.
        name: Unique in its namespace.
        state: Where it is in its life.
        params: Its parameters, as float, int, or whatever the choices of a categorical one were. Those
            that do not exist in this trial, by their condition, are left out.
        value: The objective, chosen from its metric by the metric's strategy; None without one.
        values: All objectives, in the order in which the experiment names them.
        metrics: A summary of each metric, by name.
        reason: Why it is in its state, as one word.
        message: The same as a sentence; for a trial that failed, the error.
        labels: What the algorithm notes of it, e.g. its bracket.
        feasible: Whether it keeps every constraint over metrics.
        violations: By how much it breaks each of them; at most 0 where it keeps it.
        worker: Who asked for it, where clients run the trials.
        created, started, completed: When, with UTC as time zone; None when it has not been yet.
        work_dir: Its folder on the machine that ran it; empty where clients run the trials.
    """

    number: int
    name: str
    experiment: str
    namespace: str
    uid: str
    state: TrialState
    params: Mapping[str, Any]
    value: Optional[float]
    values: Sequence[float]
    metrics: Mapping[str, MetricSummary]
    reason: str
    message: str
    labels: Mapping[str, str]
    feasible: bool
    violations: Sequence[float]
    worker: str
    created: Optional[datetime]
    started: Optional[datetime]
    completed: Optional[datetime]
    work_dir: str

    @property
    def duration(self) -> Optional[timedelta]:
        """How long it ran; None when it has not both started and ended."""
        if self.started is None or self.completed is None:
            return None
        return self.completed - self.started


@dataclasses.dataclass(frozen=True)
class TrialCounts:
    """How many trials are in each state."""

    pending: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    killed: int = 0
    early_stopped: int = 0
    metrics_unavailable: int = 0

    @property
    def total(self) -> int:
        """All trials ever created."""
        return sum(dataclasses.astuple(self))

    @property
    def ended(self) -> int:
        """Those that have ended, well or badly."""
        return self.total - self.pending - self.running


@dataclasses.dataclass(frozen=True)
class Objective:
    """What the experiment seeks.

    Attributes:
        metric: The metric's name.
        direction: `minimize` or `maximize`.
    """

    metric: str
    direction: str


@dataclasses.dataclass(frozen=True)
class ExperimentStatus:
    """An experiment as it was when it was asked for.

    Attributes:
        objectives: What it seeks; the first is the main one.
        best_trial: The best feasible trial by the main objective; None until there is one.
        max_trials: Trials ever created at most; None without a bound.
        parallel_trials: Trials alive at once at most; None without a bound.
        max_failed_trials: The experiment fails once more than this failed; None without a bound.
        goal: The experiment ends once a trial's main objective reaches it; None without one.
        algorithm_choice: What the algorithm `auto` chose and why; empty for every other.
        run_by_clients: Whether its trials are asked for, and not started by the server.
        version: Grows with every change.
    """

    name: str
    namespace: str
    uid: str
    state: ExperimentState
    reason: str
    message: str
    paused: bool
    seed: int
    counts: TrialCounts
    objectives: Sequence[Objective]
    best_trial: Optional[Trial]
    max_trials: Optional[int]
    parallel_trials: Optional[int]
    max_failed_trials: Optional[int]
    goal: Optional[float]
    algorithm: str
    algorithm_choice: str
    run_by_clients: bool
    version: int
    created: Optional[datetime]
    started: Optional[datetime]
    completed: Optional[datetime]

    @property
    def ended(self) -> bool:
        """Whether no trial will start any more, unless the experiment is resumed."""
        return self.state.ended


@dataclasses.dataclass(frozen=True)
class Event:
    """Something that happened to an experiment or to one of its trials.

    Attributes:
        sequence: Grows by time; `experiment.events(after=...)` goes on from it.
        trial: The trial's name; empty for an event of the experiment itself.
    """

    sequence: int
    time: datetime
    trial: str
    reason: str
    message: str


@dataclasses.dataclass(frozen=True)
class AlgorithmSetting:
    """A setting of an algorithm.

    Attributes:
        type: `int`, `double`, `bool`, `string` or `choice`.
        default: As text; empty when there is none.
        allowed: For people, e.g. `0 < x <= 1`.
    """

    name: str
    type: str
    default: str
    allowed: str
    help: str


@dataclasses.dataclass(frozen=True)
class Algorithm:
    """An algorithm that the server has."""

    name: str
    summary: str
    citation: str
    settings: Sequence[AlgorithmSetting]


@dataclasses.dataclass(frozen=True)
class ServerInfo:
    """Who answers at the address.

    Attributes:
        runs_trials: False when it is only a view of its database.
        web_url: Where a browser finds its web UI; empty when it has none.
    """

    version: str
    database: str
    runs_trials: bool
    web_url: str
    api_version: int
    api_revision: int
