"""From Qalam's records to Katib's objects."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Iterable, Mapping, Optional

from qalam._parameter_types import value_text
from qalam.katib import _constants as words
from qalam.katib.models import (
    V1beta1AlgorithmSpec,
    V1beta1Experiment,
    V1beta1ExperimentCondition,
    V1beta1ExperimentSpec,
    V1beta1ExperimentStatus,
    V1beta1Metric,
    V1beta1Observation,
    V1beta1OptimalTrial,
    V1beta1ParameterAssignment,
    V1beta1Suggestion,
    V1beta1SuggestionSpec,
    V1beta1SuggestionStatus,
    V1beta1Trial,
    V1beta1TrialAssignment,
    V1beta1TrialCondition,
    V1beta1TrialSpec,
    V1beta1TrialStatus,
    V1ObjectMeta,
)
from qalam.records import ExperimentStatus, Trial
from qalam.states import TrialState


def experiment_of(
    status: ExperimentStatus, document: Mapping[str, Any], trials: Iterable[Trial]
) -> V1beta1Experiment:
    """Katib's object for an experiment.

    Args:
        document: The experiment's.
        trials: All of its.
    """
    metadata = V1ObjectMeta.from_document(document.get("metadata") or {})
    metadata.name, metadata.namespace, metadata.uid = status.name, status.namespace, status.uid
    metadata.creation_timestamp = status.created
    return V1beta1Experiment(
        api_version=words.API_VERSION,
        kind="Experiment",
        metadata=metadata,
        spec=V1beta1ExperimentSpec.from_document(document.get("spec") or {}),
        status=_status_of(status, list(trials)),
    )


def _status_of(status: ExperimentStatus, trials: list[Trial]) -> V1beta1ExperimentStatus:
    def names(state: TrialState) -> list[str]:
        return [trial.name for trial in trials if trial.state is state]

    counts, best = status.counts, status.best_trial
    return V1beta1ExperimentStatus(
        conditions=_experiment_conditions(status),
        current_optimal_trial=None if best is None else optimal_trial_of(best),
        start_time=status.started,
        completion_time=status.completed,
        trials=counts.total,
        trials_pending=counts.pending,
        trials_running=counts.running,
        trials_succeeded=counts.succeeded,
        trials_failed=counts.failed,
        trials_killed=counts.killed,
        trials_early_stopped=counts.early_stopped,
        trial_metrics_unavailable=counts.metrics_unavailable,
        pending_trial_list=names(TrialState.PENDING),
        running_trial_list=names(TrialState.RUNNING),
        succeeded_trial_list=names(TrialState.SUCCEEDED),
        failed_trial_list=names(TrialState.FAILED),
        killed_trial_list=names(TrialState.KILLED),
        early_stopped_trial_list=names(TrialState.EARLY_STOPPED),
        metrics_unavailable_trial_list=names(TrialState.METRICS_UNAVAILABLE),
    )


def _experiment_conditions(status: ExperimentStatus) -> list[V1beta1ExperimentCondition]:
    """That it was created always holds; of the others, the one that it is in."""

    def condition(kind: str, holds: bool, time: Optional[datetime]) -> V1beta1ExperimentCondition:
        return V1beta1ExperimentCondition(
            type=kind,
            status=words.TRUE if holds else words.FALSE,
            reason=status.reason if holds else "",
            message=status.message if holds else "",
            last_transition_time=time,
            last_update_time=time,
        )

    state = str(status.state)
    conditions = [condition(words.CREATED, True, status.created)]
    if status.started is not None or state == words.RUNNING:
        conditions.append(condition(words.RUNNING, state == words.RUNNING, status.started))
    if state not in (words.CREATED, words.RUNNING):
        conditions.append(condition(state, True, status.completed or status.started))
    return conditions


def assignments_of(trial: Trial) -> list[V1beta1ParameterAssignment]:
    """The trial's parameters, as text."""
    return [
        V1beta1ParameterAssignment(name=name, value=value_text(value))
        for name, value in trial.params.items()
    ]


def metrics_of(trial: Trial) -> list[V1beta1Metric]:
    """What the trial's points come to, as text."""
    return [
        V1beta1Metric(
            name=name,
            latest=metric.text or repr(metric.latest),
            min=repr(metric.min),
            max=repr(metric.max),
        )
        for name, metric in trial.metrics.items()
    ]


def optimal_trial_of(trial: Trial) -> V1beta1OptimalTrial:
    """Katib's object for the best trial."""
    return V1beta1OptimalTrial(
        best_trial_name=trial.name,
        observation=V1beta1Observation(metrics=metrics_of(trial)),
        parameter_assignments=assignments_of(trial),
    )


def trial_of(trial: Trial) -> V1beta1Trial:
    """Katib's object for a trial."""
    state = str(trial.state)
    condition = V1beta1TrialCondition(
        type=state,
        status=words.TRUE,
        reason=trial.reason,
        message=trial.message,
        last_transition_time=trial.completed or trial.started,
        last_update_time=trial.completed or trial.started,
    )
    return V1beta1Trial(
        api_version=words.API_VERSION,
        kind="Trial",
        metadata=V1ObjectMeta(
            name=trial.name,
            namespace=trial.namespace,
            uid=trial.uid,
            labels={words.EXPERIMENT_LABEL: trial.experiment, **trial.labels},
            creation_timestamp=trial.created,
        ),
        spec=V1beta1TrialSpec(
            parameter_assignments=assignments_of(trial), labels=dict(trial.labels)
        ),
        status=V1beta1TrialStatus(
            conditions=[condition],
            observation=V1beta1Observation(metrics=metrics_of(trial)),
            start_time=trial.started,
            completion_time=trial.completed,
        ),
    )


def suggestion_of(experiment: V1beta1Experiment, trials: list[Trial]) -> V1beta1Suggestion:
    """Katib's object for what an experiment's algorithm has proposed."""
    spec = experiment.spec or V1beta1ExperimentSpec()
    return V1beta1Suggestion(
        api_version=words.API_VERSION,
        kind="Suggestion",
        metadata=experiment.metadata,
        spec=V1beta1SuggestionSpec(
            algorithm=spec.algorithm or V1beta1AlgorithmSpec(),
            early_stopping=spec.early_stopping,
            requests=len(trials),
            resume_policy=spec.resume_policy,
        ),
        status=V1beta1SuggestionStatus(
            suggestion_count=len(trials),
            suggestions=[
                V1beta1TrialAssignment(
                    name=trial.name,
                    labels=dict(trial.labels),
                    parameter_assignments=assignments_of(trial),
                )
                for trial in trials
            ],
            start_time=trials[0].created if trials else None,
        ),
    )
