"""Katib's trials and suggestions."""

from __future__ import annotations

import dataclasses
from typing import Any, Optional

from qalam.katib._model import Model
from qalam.katib._common_models import (
    V1ObjectMeta,
    V1beta1AlgorithmSpec,
    V1beta1EarlyStoppingRule,
    V1beta1EarlyStoppingSpec,
    V1beta1MetricsCollectorSpec,
    V1beta1ObjectiveSpec,
    V1beta1Observation,
    V1beta1ParameterAssignment,
)


@dataclasses.dataclass
class V1beta1TrialSpec(Model):
    """What the trial is."""

    early_stopping_rules: Optional[list[V1beta1EarlyStoppingRule]] = None
    failure_condition: Optional[str] = None
    labels: Optional[dict[str, str]] = None
    metrics_collector: Optional[V1beta1MetricsCollectorSpec] = None
    objective: Optional[V1beta1ObjectiveSpec] = None
    parameter_assignments: Optional[list[V1beta1ParameterAssignment]] = None
    primary_container_name: Optional[str] = None
    primary_pod_labels: Optional[dict[str, str]] = None
    retain_run: Optional[bool] = None
    run_spec: Any = None
    success_condition: Optional[str] = None


@dataclasses.dataclass
class V1beta1TrialCondition(Model):
    """A state of a trial, and whether it is in it."""

    last_transition_time: Any = None
    last_update_time: Any = None
    message: Optional[str] = None
    reason: Optional[str] = None
    status: Optional[str] = None
    type: Optional[str] = None


@dataclasses.dataclass
class V1beta1TrialStatus(Model):
    """How the trial is."""

    completion_time: Any = None
    conditions: Optional[list[V1beta1TrialCondition]] = None
    last_reconcile_time: Any = None
    observation: Optional[V1beta1Observation] = None
    start_time: Any = None


@dataclasses.dataclass
class V1beta1Trial(Model):
    """A trial."""

    api_version: Optional[str] = None
    kind: Optional[str] = None
    metadata: Optional[V1ObjectMeta] = None
    spec: Optional[V1beta1TrialSpec] = None
    status: Optional[V1beta1TrialStatus] = None


@dataclasses.dataclass
class V1beta1TrialList(Model):
    """Trials."""

    api_version: Optional[str] = None
    items: Optional[list[V1beta1Trial]] = None
    kind: Optional[str] = None
    metadata: Optional[V1ObjectMeta] = None


@dataclasses.dataclass
class V1beta1TrialAssignment(Model):
    """A proposed trial."""

    early_stopping_rules: Optional[list[V1beta1EarlyStoppingRule]] = None
    labels: Optional[dict[str, str]] = None
    name: Optional[str] = None
    parameter_assignments: Optional[list[V1beta1ParameterAssignment]] = None


@dataclasses.dataclass
class V1beta1SuggestionSpec(Model):
    """What was asked of an algorithm."""

    algorithm: Optional[V1beta1AlgorithmSpec] = None
    early_stopping: Optional[V1beta1EarlyStoppingSpec] = None
    requests: Optional[int] = None
    resume_policy: Optional[str] = None


@dataclasses.dataclass
class V1beta1SuggestionStatus(Model):
    """What an algorithm proposed."""

    suggestion_count: Optional[int] = None
    suggestions: Optional[list[V1beta1TrialAssignment]] = None
    start_time: Any = None
    completion_time: Any = None


@dataclasses.dataclass
class V1beta1Suggestion(Model):
    """An experiment's proposals."""

    api_version: Optional[str] = None
    kind: Optional[str] = None
    metadata: Optional[V1ObjectMeta] = None
    spec: Optional[V1beta1SuggestionSpec] = None
    status: Optional[V1beta1SuggestionStatus] = None
