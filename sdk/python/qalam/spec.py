"""An experiment's document, built in Python."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Mapping, Optional, Sequence

from qalam import objective as objectives
from qalam._parameter_types import CHOICES_ANNOTATION, number_text, value_text
from qalam._texts import json_text
from qalam.search import Parameter

API_VERSION = "kubeflow.org/v1beta1"

SearchSpace = Mapping[str, Parameter]
# A result that is known beforehand: the parameters and the metrics they gave.
KnownResult = tuple[Mapping[str, Any], Mapping[str, float]]


@dataclasses.dataclass
class ExperimentSpec:
    """An experiment, ready to be created.

    Without a command its trials are asked for and told (`experiment.ask`, `experiment.optimize`); with
    one, the server runs it for each trial.

    Args:
        search_space: By name, see `qalam.search`.
        objective: E.g. `"minimize loss"`, see `qalam.objective`.
        name: Unique in its namespace, of a-z, 0-9 and `-`; None makes one up from `prefix`.
        algorithm: See `qalam algorithms`; None lets the server choose.
        settings: The algorithm's settings.
        trials: Trials ever created at most; None for no bound.
        parallel: Trials alive at once at most; None for the server's default: 3, or, where trials are
            asked for, as many as ask.
        max_failed: The experiment fails once more trials than this failed; None for no bound.
        resumable: Whether a greater budget continues the experiment after it has ended.
        seed: Of everything random; None lets the server draw one.
        metrics: Further metrics to collect.
        constraints: Comparisons over parameters or metrics, e.g. `"batch * width <= 4096"`.
        initial: Points to try first, each a value for every parameter.
        known: Results from elsewhere that the algorithm learns from before the first trial.
        known_from: The names of earlier experiments whose trials are known likewise.
        command: What the server runs; in it, `{NAME}` of a parameter stands for its value.
        working_dir: Where the command runs; None for the trial's own folder.
        env: Added to the command's environment; `{NAME}` in it likewise.
        timeout: Seconds that the command may take; None for as long as it likes.
        push: The metrics are reported by `qalam.report_metrics` only, and output is not searched for
            `NAME=VALUE`.
        labels, annotations: For people.

    >>> spec = qalam.ExperimentSpec({"x": search.double(0, 1)}, "minimize loss", name="mine", trials=9)
    >>> spec.to_document()["spec"]["maxTrialCount"]
    9
    """

    search_space: SearchSpace
    objective: objectives.ObjectiveArgument
    name: Optional[str] = None
    prefix: str = "experiment"
    namespace: Optional[str] = None
    algorithm: Optional[str] = None
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    trials: Optional[int] = None
    parallel: Optional[int] = None
    max_failed: Optional[int] = None
    resumable: bool = True
    seed: Optional[int] = None
    metrics: Sequence[str] = ()
    constraints: Sequence[str] = ()
    initial: Sequence[Mapping[str, Any]] = ()
    known: Sequence[KnownResult] = ()
    known_from: Sequence[str] = ()
    command: Optional[Sequence[str]] = None
    working_dir: Optional[str] = None
    env: Mapping[str, str] = dataclasses.field(default_factory=dict)
    timeout: Optional[float] = None
    push: bool = False
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    annotations: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def to_document(self) -> dict[str, Any]:
        """The same as YAML would say it, as dicts and lists.

        Raises:
            ValueError: The objective cannot be read.
        """
        spec: dict[str, Any] = {
            "objective": objectives.to_document(objectives.objectives(self.objective), self.metrics)
        }
        if self.algorithm is not None or self.settings:
            spec["algorithm"] = _algorithm(self.algorithm or "auto", self.settings)
        for field, value in (
            ("maxTrialCount", self.trials),
            ("parallelTrialCount", self.parallel),
            ("maxFailedTrialCount", self.max_failed),
            ("seed", self.seed),
        ):
            if value is not None:
                spec[field] = value
        spec["resumePolicy"] = "LongRunning" if self.resumable else "Never"
        spec["parameters"] = [
            parameter.to_document(name) for name, parameter in self.search_space.items()
        ]
        if self.constraints:
            spec["constraints"] = list(self.constraints)
        self._add_given(spec)
        if self.command is None:
            spec["trialRunner"] = "Client"
        else:
            spec["trialTemplate"] = self._template(self.command)
            if self.push:
                spec["metricsCollectorSpec"] = {"collector": {"kind": "Push"}}
        return {
            "apiVersion": API_VERSION,
            "kind": "Experiment",
            "metadata": self._metadata(),
            "spec": spec,
        }

    def to_json(self) -> str:
        """The document as text, which is YAML too."""
        return json_text(self.to_document())

    def _metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = {"name": self.name or made_up_name(self.prefix)}
        if self.namespace:
            metadata["namespace"] = self.namespace
        if self.labels:
            metadata["labels"] = dict(self.labels)
        annotations = dict(self.annotations)
        choices = {
            name: parameter.choices
            for name, parameter in self.search_space.items()
            if parameter.kind == "categorical"
            and not all(isinstance(choice, str) for choice in parameter.choices)
        }
        if choices:
            annotations[CHOICES_ANNOTATION] = json.dumps(choices)
        if annotations:
            metadata["annotations"] = annotations
        return metadata

    def _add_given(self, spec: dict[str, Any]) -> None:
        if self.initial:
            spec["initialTrials"] = [_point(point) for point in self.initial]
        warm_start: dict[str, Any] = {}
        if self.known:
            warm_start["trials"] = [
                {"parameters": _point(point), "metrics": dict(metrics)}
                for point, metrics in self.known
            ]
        if self.known_from:
            warm_start["experiments"] = list(self.known_from)
        if warm_start:
            spec["warmStart"] = warm_start

    def _template(self, command: Sequence[str]) -> dict[str, Any]:
        words = [self._with_placeholders(word) for word in command]
        variables = {name: self._with_placeholders(self.env[name]) for name in self.env}
        container: dict[str, Any] = {"name": "training", "command": words}
        if self.working_dir is not None:
            container["workingDir"] = self.working_dir
        if variables:
            container["env"] = [{"name": name, "value": variables[name]} for name in variables]
        # The server takes one that is not used for a mistake.
        used = "\n".join([*words, *variables.values()])
        template: dict[str, Any] = {
            "primaryContainerName": "training",
            "trialParameters": [
                {"name": name, "reference": name}
                for name in self.search_space
                if _placeholder(name) in used
            ],
            "trialSpec": {
                "apiVersion": "batch/v1",
                "kind": "Job",
                "spec": {
                    "template": {"spec": {"containers": [container], "restartPolicy": "Never"}}
                },
            },
        }
        if self.timeout is not None:
            template["timeout"] = f"{number_text(self.timeout)}s"
        return template

    def _with_placeholders(self, word: str) -> str:
        for name in self.search_space:
            word = word.replace("{" + name + "}", _placeholder(name))
        return word


def _placeholder(name: str) -> str:
    return "${trialParameters." + name + "}"


def made_up_name(prefix: str) -> str:
    """A name for an experiment that nothing else has, beginning with the prefix as far as it may."""
    import re
    import secrets

    base = re.sub(r"[^a-z0-9]+", "-", prefix.lower()).strip("-")[:40].strip("-")
    return f"{base or 'experiment'}-{secrets.token_hex(4)}"


def _algorithm(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = {"algorithmName": name}
    if settings:
        document["algorithmSettings"] = [
            {"name": setting, "value": value_text(value)} for setting, value in settings.items()
        ]
    return document


def _point(point: Mapping[str, Any]) -> dict[str, str]:
    return {name: value_text(value) for name, value in point.items()}
