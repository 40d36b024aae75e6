"""Katib's `tune`, by way of Qalam's."""

from __future__ import annotations

import logging
from typing import Any, Callable, Mapping, Optional, Sequence, Union

from qalam._tuning import AS_DICT, tuning_spec
from qalam.katib._common_models import V1beta1AlgorithmSetting, V1beta1ParameterSpec
from qalam.katib._model import document_of
from qalam.objective import Objective
from qalam.search import Parameter
from qalam.spec import ExperimentSpec

_log = logging.getLogger("qalam")

Settings = Union[Mapping[str, Any], Sequence[V1beta1AlgorithmSetting], None]
Environment = Union[Mapping[str, str], Sequence[Any], None]


def katib_tuning_spec(
    function: Callable[..., Any],
    parameters: Mapping[str, Any],
    sought: Objective,
    embedded: bool,
    *,
    settings: Settings,
    environment: Environment,
    resources: Any,
    packages: Optional[Sequence[str]],
    index: str,
    collector: Mapping[str, Any],
    **options: Any,
) -> ExperimentSpec:
    """The experiment that KatibClient.tune creates.

    Raises:
        ValueError: An argument has a value that cannot be meant here.
    """
    if resources is not None:
        _log.warning("resources_per_trial is passed over: trials are not bounded yet")
    kind = collector.get("kind", "StdOut")
    if kind not in ("StdOut", "Push"):
        raise ValueError(f"the metrics collector {kind!r} should be StdOut or Push")
    space = {name: _parameter_of(value) for name, value in parameters.items()}
    return tuning_spec(
        function,
        space,
        sought,
        embedded=embedded,
        call=AS_DICT,
        # What Katib hands over is text, whatever the parameter's type.
        as_text=True,
        packages=packages or (),
        index=index,
        settings=_settings_of(settings),
        env=_environment_of(environment),
        push=kind == "Push",
        **options,
    )


def _parameter_of(value: Any) -> Any:
    """Qalam's parameter for Katib's; anything else as it is."""
    if not isinstance(value, V1beta1ParameterSpec):
        return value
    space, kind = value.feasible_space, value.parameter_type
    if space is None or kind is None:
        raise ValueError(f"{value} lacks its type or its feasible space")
    if kind in ("categorical", "discrete"):
        texts = space.list or []
        choices = [_number(text) for text in texts] if kind == "discrete" else texts
        return Parameter(kind, choices=tuple(choices))
    return Parameter(
        kind,
        min=_number(space.min),
        max=_number(space.max),
        step=None if space.step is None else _number(space.step),
        distribution=space.distribution or "uniform",
    )


def _number(text: Optional[str]) -> Any:
    if text is None:
        raise ValueError("a parameter lacks its min or max")
    try:
        return int(text)
    except ValueError:
        return float(text)


def _settings_of(settings: Settings) -> dict[str, Any]:
    if settings is None:
        return {}
    if isinstance(settings, Mapping):
        return dict(settings)
    return {str(setting.name): setting.value for setting in settings}


def _environment_of(environment: Environment) -> dict[str, str]:
    if environment is None:
        return {}
    if isinstance(environment, Mapping):
        return dict(environment)
    variables: dict[str, str] = {}
    for entry in environment:
        document = document_of(entry)
        if not isinstance(document, Mapping) or document.get("value") is None:
            raise ValueError(f"{entry} has no name and value; there is no cluster to take it from")
        variables[str(document["name"])] = str(document["value"])
    return variables
