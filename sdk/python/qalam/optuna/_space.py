"""Optuna's distributions as parameters of Qalam, and their values as text and back."""

from __future__ import annotations

from typing import Any, Mapping

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from qalam._parameter_types import number_text
from qalam._proto import api_v1_beta1_pb2 as katib_api


def parameter_spec(name: str, distribution: BaseDistribution) -> Any:
    """The ParameterSpec that means the same.

    Raises:
        TypeError: It is a distribution that Qalam does not know.
    """
    spec = katib_api.ParameterSpec(name=name)
    space = spec.feasible_space
    if isinstance(distribution, CategoricalDistribution):
        # Choices may be anything; they travel as their positions.
        spec.parameter_type = katib_api.CATEGORICAL
        space.list.extend(str(position) for position in range(len(distribution.choices)))
        return spec
    if isinstance(distribution, FloatDistribution):
        spec.parameter_type = katib_api.DOUBLE
    elif isinstance(distribution, IntDistribution):
        spec.parameter_type = katib_api.INT
    else:
        raise TypeError(f"{name}: there is nothing like {distribution} in Qalam")
    space.min, space.max = number_text(distribution.low), number_text(distribution.high)
    if distribution.step is not None and not (distribution.log and distribution.step == 1):
        space.step = number_text(distribution.step)
    if distribution.log:
        space.distribution = katib_api.LOG_UNIFORM
    return spec


def text_of(distribution: BaseDistribution, value: Any) -> str:
    """A parameter's value as text."""
    if isinstance(distribution, CategoricalDistribution):
        return str(int(distribution.to_internal_repr(value)))
    return number_text(value)


def value_of(distribution: BaseDistribution, text: str) -> Any:
    """The value that the text stands for, within the distribution's bounds to the last digit."""
    if isinstance(distribution, CategoricalDistribution):
        return distribution.to_external_repr(int(text))
    number = min(max(float(text), distribution.low), distribution.high)
    return int(round(number)) if isinstance(distribution, IntDistribution) else number


def holds(space: Mapping[str, BaseDistribution], params: Mapping[str, Any]) -> bool:
    """Whether the parameters have a value for each of the space, and one that lies in it."""
    return all(
        name in params and distribution._contains(distribution.to_internal_repr(params[name]))
        for name, distribution in space.items()
    )
