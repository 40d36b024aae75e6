"""Katib's helpers for the search space of `KatibClient.tune`.

    >>> import qalam.katib as katib
    >>> katib.search.double(min=0.1, max=0.2).feasible_space.min
    '0.1'
"""

from __future__ import annotations

import builtins
from typing import Any, Optional

from qalam.katib._common_models import V1beta1FeasibleSpace, V1beta1ParameterSpec

__all__ = ["categorical", "double", "int"]


def double(min: float, max: float, step: Optional[float] = None) -> V1beta1ParameterSpec:
    """A real number between two bounds.

    >>> katib.search.double(0, 1, step=0.5).feasible_space.step
    '0.5'
    """
    return _range("double", min, max, step)


def int(
    min: builtins.int, max: builtins.int, step: Optional[builtins.int] = None
) -> V1beta1ParameterSpec:
    """A whole number between two bounds.

    >>> katib.search.int(1, 9).parameter_type
    'int'
    """
    return _range("int", min, max, step)


def categorical(list: builtins.list[Any]) -> V1beta1ParameterSpec:
    """One of a list of values.

    >>> katib.search.categorical(["sgd", "adam"]).feasible_space.list
    ['sgd', 'adam']
    """
    space = V1beta1FeasibleSpace(list=[str(value) for value in list])
    return V1beta1ParameterSpec(parameter_type="categorical", feasible_space=space)


def _range(kind: str, min: float, max: float, step: Optional[float]) -> V1beta1ParameterSpec:
    space = V1beta1FeasibleSpace(
        min=str(min), max=str(max), step=None if step is None else str(step)
    )
    return V1beta1ParameterSpec(parameter_type=kind, feasible_space=space)
