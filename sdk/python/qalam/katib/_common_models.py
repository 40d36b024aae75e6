"""Parts of which Katib's experiments and trials are made."""

from __future__ import annotations

import builtins
import dataclasses
from typing import Any, Optional

from qalam.katib._model import Model


@dataclasses.dataclass
class V1ObjectMeta(Model):
    """Name and labels of an object; the one of the package kubernetes does as well."""

    annotations: Optional[dict[str, str]] = None
    creation_timestamp: Any = None
    generate_name: Optional[str] = None
    labels: Optional[dict[str, str]] = None
    name: Optional[str] = None
    namespace: Optional[str] = None
    uid: Optional[str] = None


@dataclasses.dataclass
class V1beta1AlgorithmSetting(Model):
    """A setting of the algorithm."""

    name: Optional[str] = None
    value: Optional[str] = None


@dataclasses.dataclass
class V1beta1AlgorithmSpec(Model):
    """The algorithm and its settings."""

    algorithm_name: Optional[str] = None
    algorithm_settings: Optional[list[V1beta1AlgorithmSetting]] = None


@dataclasses.dataclass
class V1beta1EarlyStoppingSetting(Model):
    """A setting of the rule by which trials are given up."""

    name: Optional[str] = None
    value: Optional[str] = None


@dataclasses.dataclass
class V1beta1EarlyStoppingSpec(Model):
    """The rule by which trials are given up."""

    algorithm_name: Optional[str] = None
    algorithm_settings: Optional[list[V1beta1EarlyStoppingSetting]] = None


@dataclasses.dataclass
class V1beta1EarlyStoppingRule(Model):
    """What a trial is given up for."""

    comparison: Optional[str] = None
    name: Optional[str] = None
    start_step: Optional[int] = None
    value: Optional[str] = None


@dataclasses.dataclass
class V1beta1FeasibleSpace(Model):
    """What a parameter may be."""

    distribution: Optional[str] = None
    list: Optional[builtins.list[str]] = None
    max: Optional[str] = None
    min: Optional[str] = None
    step: Optional[str] = None


@dataclasses.dataclass
class V1beta1ParameterSpec(Model):
    """A parameter of the search space."""

    feasible_space: Optional[V1beta1FeasibleSpace] = None
    name: Optional[str] = None
    parameter_type: Optional[str] = None


@dataclasses.dataclass
class V1beta1ParameterAssignment(Model):
    """A parameter's value in one trial."""

    name: Optional[str] = None
    value: Optional[str] = None


@dataclasses.dataclass
class V1beta1MetricStrategy(Model):
    """Which of a metric's points counts."""

    name: Optional[str] = None
    value: Optional[str] = None


@dataclasses.dataclass
class V1beta1ObjectiveSpec(Model):
    """What the experiment seeks."""

    additional_metric_names: Optional[list[str]] = None
    goal: Optional[float] = None
    metric_strategies: Optional[list[V1beta1MetricStrategy]] = None
    objective_metric_name: Optional[str] = None
    type: Optional[str] = None


@dataclasses.dataclass
class V1beta1FileSystemPath(Model):
    """A file of metrics."""

    format: Optional[str] = None
    kind: Optional[str] = None
    path: Optional[str] = None


@dataclasses.dataclass
class V1beta1FilterSpec(Model):
    """How metrics look in the output."""

    metrics_format: Optional[list[str]] = None


@dataclasses.dataclass
class V1beta1SourceSpec(Model):
    """Where metrics come from."""

    file_system_path: Optional[V1beta1FileSystemPath] = None
    filter: Optional[V1beta1FilterSpec] = None
    http_get: Any = None


@dataclasses.dataclass
class V1beta1CollectorSpec(Model):
    """Who collects metrics."""

    custom_collector: Any = None
    kind: Optional[str] = None


@dataclasses.dataclass
class V1beta1MetricsCollectorSpec(Model):
    """How metrics are collected."""

    collector: Optional[V1beta1CollectorSpec] = None
    source: Optional[V1beta1SourceSpec] = None


@dataclasses.dataclass
class V1beta1GraphConfig(Model):
    """The frame of a space of architectures."""

    input_sizes: Optional[list[int]] = None
    num_layers: Optional[int] = None
    output_sizes: Optional[list[int]] = None


@dataclasses.dataclass
class V1beta1Operation(Model):
    """An operation of a space of architectures."""

    operation_type: Optional[str] = None
    parameters: Optional[list[V1beta1ParameterSpec]] = None


@dataclasses.dataclass
class V1beta1NasConfig(Model):
    """A space of architectures."""

    graph_config: Optional[V1beta1GraphConfig] = None
    operations: Optional[list[V1beta1Operation]] = None


@dataclasses.dataclass
class V1beta1Metric(Model):
    """What a trial's points of a metric come to, as text."""

    latest: Optional[str] = None
    max: Optional[str] = None
    min: Optional[str] = None
    name: Optional[str] = None


@dataclasses.dataclass
class V1beta1Observation(Model):
    """What a trial gave."""

    metrics: Optional[list[V1beta1Metric]] = None
