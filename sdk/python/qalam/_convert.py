"""From the messages of the API to the records of this package."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, Optional

from qalam import records
from qalam._parameter_types import ParameterTypes
from qalam.states import ExperimentState, TrialState, state_of_number

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MINIMIZE = 1


def time_of(stamp: Any) -> datetime:
    """A Timestamp, to the microsecond."""
    return _EPOCH + timedelta(seconds=stamp.seconds, microseconds=stamp.nanos // 1000)


def _time_if_set(message: Any, field: str) -> Optional[datetime]:
    return time_of(getattr(message, field)) if message.HasField(field) else None


def _if_set(message: Any, field: str) -> Any:
    return getattr(message, field) if message.HasField(field) else None


def trial_record(message: Any, types: ParameterTypes) -> records.Trial:
    """A Trial of the API, its parameters converted to Python's types."""
    value = _if_set(message, "objective_value")
    return records.Trial(
        number=message.number,
        name=message.name,
        experiment=message.experiment,
        namespace=message.namespace,
        uid=message.uid,
        state=state_of_number(TrialState, message.state),
        params=types.values(message.parameters),
        value=value,
        values=() if value is None else (value, *message.additional_objective_values),
        metrics={
            metric.name: records.MetricSummary(
                metric.min, metric.max, metric.latest, metric.count, metric.text
            )
            for metric in message.metrics
        },
        reason=message.reason,
        message=message.message,
        labels=dict(message.labels),
        feasible=message.feasible,
        violations=tuple(message.violations),
        worker=message.worker,
        created=_time_if_set(message, "created"),
        started=_time_if_set(message, "started"),
        completed=_time_if_set(message, "completed"),
        work_dir=message.work_dir,
    )


def _direction(number: int) -> str:
    return "minimize" if number == _MINIMIZE else "maximize"


def experiment_status(message: Any, types: ParameterTypes) -> records.ExperimentStatus:
    """An Experiment of the API."""
    counts = message.counts
    main = records.Objective(message.objective_metric, _direction(message.objective_type))
    return records.ExperimentStatus(
        name=message.name,
        namespace=message.namespace,
        uid=message.uid,
        state=state_of_number(ExperimentState, message.state),
        reason=message.reason,
        message=message.message,
        paused=message.paused,
        seed=message.seed,
        counts=records.TrialCounts(
            counts.pending,
            counts.running,
            counts.succeeded,
            counts.failed,
            counts.killed,
            counts.early_stopped,
            counts.metrics_unavailable,
        ),
        objectives=(
            main,
            *(
                records.Objective(more.metric, _direction(more.type))
                for more in message.additional_objectives
            ),
        ),
        best_trial=(
            trial_record(message.best_trial, types) if message.HasField("best_trial") else None
        ),
        # 0 stands for "no bound" in both.
        max_trials=message.max_trial_count or None,
        parallel_trials=message.parallel_trial_count or None,
        max_failed_trials=_if_set(message, "max_failed_trial_count"),
        goal=_if_set(message, "objective_goal"),
        algorithm=message.algorithm,
        algorithm_choice=message.algorithm_choice,
        run_by_clients=message.client_run,
        version=message.version,
        created=_time_if_set(message, "created"),
        started=_time_if_set(message, "started"),
        completed=_time_if_set(message, "completed"),
    )


def metric_point(message: Any) -> records.MetricPoint:
    """A MetricPoint of the API."""
    return records.MetricPoint(
        metric=message.metric,
        time=time_of(message.time),
        value=message.value,
        step=None if message.step < 0 else message.step,
        text=message.text,
    )
