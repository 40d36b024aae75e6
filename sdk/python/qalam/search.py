"""The search space: what may be tried.

Each function describes one parameter; a dict of them by name is a search space:

    >>> from qalam import search
    >>> space = {
    ...     "lr": search.log(1e-5, 1e-1),
    ...     "layers": search.int(1, 4),
    ...     "optimizer": search.categorical(["sgd", "adam"]),
    ...     "momentum": search.double(0, 0.99).when("optimizer", "sgd"),
    ... }
    >>> space["momentum"].to_document("momentum")["activeWhen"]
    {'parameter': 'optimizer', 'values': ['sgd']}
"""

from __future__ import annotations

import builtins
import dataclasses
from typing import Any, Optional, Sequence, Union

from qalam._parameter_types import Choice, choice_text, number_text, plain

__all__ = [
    "Parameter",
    "categorical",
    "discrete",
    "double",
    "int",
    "log",
    "log_normal",
    "normal",
    "step",
]

Number = Union[builtins.int, float]

UNIFORM = "uniform"
LOG_UNIFORM = "logUniform"
NORMAL = "normal"
LOG_NORMAL = "logNormal"


@dataclasses.dataclass(frozen=True)
class Parameter:
    """One parameter of a search space; made by the functions of this module.

    Attributes:
        kind: `double`, `int`, `discrete` or `categorical`.
        choices: The values of a discrete or categorical one.
        condition: The parameter that this one depends on, and the values with which it exists.
    """

    kind: str
    min: Optional[Number] = None
    max: Optional[Number] = None
    step: Optional[Number] = None
    distribution: str = UNIFORM
    choices: tuple[Choice, ...] = ()
    condition: Optional[tuple[str, tuple[Choice, ...]]] = None

    def when(self, parameter: str, *values: Choice) -> Parameter:
        """The same, but existing only in trials where another parameter has one of the values.

        Args:
            parameter: The other one's name.
            values: At least one.

        >>> search.int(1, 9).when("layers", 2, 3).condition
        ('layers', (2, 3))
        """
        if not values:
            raise ValueError(f"say with which values of {parameter!r} the parameter exists")
        return dataclasses.replace(self, condition=(parameter, tuple(plain(v) for v in values)))

    def to_document(self, name: str) -> dict[str, Any]:
        """As it stands in the experiment's document."""
        space: dict[str, Any] = {}
        for bound in ("min", "max", "step"):
            value = getattr(self, bound)
            if value is not None:
                space[bound] = number_text(value)
        if self.choices:
            space["list"] = [self._text(choice) for choice in self.choices]
        if self.distribution != UNIFORM:
            space["distribution"] = self.distribution
        document: dict[str, Any] = {
            "name": name,
            "parameterType": self.kind,
            "feasibleSpace": space,
        }
        if self.condition is not None:
            other, values = self.condition
            document["activeWhen"] = {
                "parameter": other,
                "values": [choice_text(value) for value in values],
            }
        return document

    def _text(self, choice: Choice) -> str:
        if self.kind == "discrete":
            assert isinstance(choice, (builtins.int, float))
            return number_text(choice)
        return choice_text(choice)


def double(
    min: Number,
    max: Number,
    step: Optional[Number] = None,
    *,
    log: bool = False,
) -> Parameter:
    """A real number between two bounds, both included.

    Args:
        step: Only `min`, `min + step`, ... are tried.
        log: Spread evenly over orders of magnitude; needs `min` above 0.

    >>> search.double(0, 1, step=0.25).to_document("dropout")["feasibleSpace"]
    {'min': '0', 'max': '1', 'step': '0.25'}
    """
    return _range("double", min, max, step, LOG_UNIFORM if log else UNIFORM)


def int(
    min: builtins.int,
    max: builtins.int,
    step: Optional[builtins.int] = None,
    *,
    log: bool = False,
) -> Parameter:
    """A whole number between two bounds, both included.

    Args:
        step: Only `min`, `min + step`, ... are tried.
        log: Spread evenly over orders of magnitude; needs `min` above 0.

    >>> search.int(16, 256, log=True).to_document("width")["feasibleSpace"]
    {'min': '16', 'max': '256', 'distribution': 'logUniform'}
    """
    return _range("int", min, max, step, LOG_UNIFORM if log else UNIFORM)


def log(min: Number, max: Number) -> Parameter:
    """A real number spread evenly over orders of magnitude: `double(min, max, log=True)`.

    >>> search.log(1e-5, 0.1) == search.double(1e-5, 0.1, log=True)
    True
    """
    return double(min, max, log=True)


def step(min: Number, max: Number, step: Number) -> Parameter:
    """A real number of a grid: `double(min, max, step=step)`.

    >>> search.step(0, 1, 0.1) == search.double(0, 1, step=0.1)
    True
    """
    return double(min, max, step=step)


def normal(min: Number, max: Number) -> Parameter:
    """A real number likely to be near the middle: normal, with three deviations to either bound.

    >>> search.normal(-3, 3).distribution
    'normal'
    """
    return _range("double", min, max, None, NORMAL)


def log_normal(min: Number, max: Number) -> Parameter:
    """A real number whose logarithm is likely to be near the middle; needs `min` above 0.

    >>> search.log_normal(0.01, 100).distribution
    'logNormal'
    """
    return _range("double", min, max, None, LOG_NORMAL)


def categorical(choices: Sequence[Choice]) -> Parameter:
    """One of several choices, without an order among them.

    Args:
        choices: Texts, numbers, booleans or None; a trial gets them as they are given here.

    >>> search.categorical(["relu", None, True]).to_document("a")["feasibleSpace"]
    {'list': ['relu', 'null', 'true']}
    """
    given = tuple(plain(choice) for choice in choices)
    wrong = [c for c in given if not (c is None or isinstance(c, (str, bool, builtins.int, float)))]
    if wrong:
        raise ValueError(
            f"a choice may be a text, a number, a boolean or None, not {wrong[0]!r}; name it by a "
            "text and look it up in the function"
        )
    if not given:
        raise ValueError("at least one choice is needed")
    return Parameter("categorical", choices=given)


def discrete(values: Sequence[Number]) -> Parameter:
    """One of several numbers, which the algorithms order by size.

    >>> search.discrete([16, 32, 64]).to_document("batch")["feasibleSpace"]
    {'list': ['16', '32', '64']}
    """
    given = tuple(plain(value) for value in values)
    wrong = [v for v in given if isinstance(v, bool) or not isinstance(v, (builtins.int, float))]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is no number; `categorical` takes words")
    if not given:
        raise ValueError("at least one value is needed")
    return Parameter("discrete", choices=given)


def _range(
    kind: str, min: Number, max: Number, step: Optional[Number], distribution: str
) -> Parameter:
    return Parameter(kind, plain(min), plain(max), plain(step), distribution)
