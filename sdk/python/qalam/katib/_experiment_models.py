"""Katib's experiments."""

from __future__ import annotations

import dataclasses
from typing import Any, Optional

from qalam.katib._model import Model
from qalam.katib._common_models import (
    V1ObjectMeta,
    V1beta1AlgorithmSpec,
    V1beta1EarlyStoppingSpec,
    V1beta1MetricsCollectorSpec,
    V1beta1NasConfig,
    V1beta1ObjectiveSpec,
    V1beta1Observation,
    V1beta1ParameterAssignment,
    V1beta1ParameterSpec,
)


@dataclasses.dataclass
class V1beta1TrialParameterSpec(Model):
    """A name for a parameter in the trial's template."""

    description: Optional[str] = None
    name: Optional[str] = None
    reference: Optional[str] = None


@dataclasses.dataclass
class V1beta1ConfigMapSource(Model):
    """A template that lies in a cluster."""

    config_map_name: Optional[str] = None
    config_map_namespace: Optional[str] = None
    template_path: Optional[str] = None


@dataclasses.dataclass
class V1beta1TrialTemplate(Model):
    """The job that a trial runs."""

    config_map: Optional[V1beta1ConfigMapSource] = None
    failure_condition: Optional[str] = None
    primary_container_name: Optional[str] = None
    primary_pod_labels: Optional[dict[str, str]] = None
    retain: Optional[bool] = None
    success_condition: Optional[str] = None
    trial_parameters: Optional[list[V1beta1TrialParameterSpec]] = None
    trial_spec: Any = None


@dataclasses.dataclass
class V1beta1ExperimentSpec(Model):
    """What the experiment is."""

    algorithm: Optional[V1beta1AlgorithmSpec] = None
    early_stopping: Optional[V1beta1EarlyStoppingSpec] = None
    max_failed_trial_count: Optional[int] = None
    max_trial_count: Optional[int] = None
    metrics_collector_spec: Optional[V1beta1MetricsCollectorSpec] = None
    nas_config: Optional[V1beta1NasConfig] = None
    objective: Optional[V1beta1ObjectiveSpec] = None
    parallel_trial_count: Optional[int] = None
    parameters: Optional[list[V1beta1ParameterSpec]] = None
    resume_policy: Optional[str] = None
    trial_template: Optional[V1beta1TrialTemplate] = None


@dataclasses.dataclass
class V1beta1ExperimentCondition(Model):
    """A state of an experiment, and whether it is in it."""

    last_transition_time: Any = None
    last_update_time: Any = None
    message: Optional[str] = None
    reason: Optional[str] = None
    status: Optional[str] = None
    type: Optional[str] = None


@dataclasses.dataclass
class V1beta1OptimalTrial(Model):
    """The best trial so far."""

    best_trial_name: Optional[str] = None
    observation: Optional[V1beta1Observation] = None
    parameter_assignments: Optional[list[V1beta1ParameterAssignment]] = None


@dataclasses.dataclass
class V1beta1ExperimentStatus(Model):
    """How the experiment is."""

    completion_time: Any = None
    conditions: Optional[list[V1beta1ExperimentCondition]] = None
    current_optimal_trial: Optional[V1beta1OptimalTrial] = None
    early_stopped_trial_list: Optional[list[str]] = None
    failed_trial_list: Optional[list[str]] = None
    killed_trial_list: Optional[list[str]] = None
    last_reconcile_time: Any = None
    metrics_unavailable_trial_list: Optional[list[str]] = None
    pending_trial_list: Optional[list[str]] = None
    running_trial_list: Optional[list[str]] = None
    start_time: Any = None
    succeeded_trial_list: Optional[list[str]] = None
    trial_metrics_unavailable: Optional[int] = None
    trials: Optional[int] = None
    trials_early_stopped: Optional[int] = None
    trials_failed: Optional[int] = None
    trials_killed: Optional[int] = None
    trials_pending: Optional[int] = None
    trials_running: Optional[int] = None
    trials_succeeded: Optional[int] = None


@dataclasses.dataclass
class V1beta1Experiment(Model):
    """An experiment."""

    api_version: Optional[str] = None
    kind: Optional[str] = None
    metadata: Optional[V1ObjectMeta] = None
    spec: Optional[V1beta1ExperimentSpec] = None
    status: Optional[V1beta1ExperimentStatus] = None


@dataclasses.dataclass
class V1beta1ExperimentList(Model):
    """Experiments."""

    api_version: Optional[str] = None
    items: Optional[list[V1beta1Experiment]] = None
    kind: Optional[str] = None
    metadata: Optional[V1ObjectMeta] = None
