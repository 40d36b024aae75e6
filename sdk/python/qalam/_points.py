"""Points of metrics: what a program may report as one, and what it is in a call."""

from __future__ import annotations

import operator
from typing import Any

from qalam._texts import check_text

_LONGEST_NAME = 250
_LONGEST_TEXT = 65_536
NO_STEP = -1  # of a point that was reported without one
_STEPS = 2**63  # so many from 0 on, and as many below
_BYTES = 48  # of a point in a call, beside its name and text
_NANOSECONDS = 1_000_000_000

# Metric, value, step, nanoseconds since 1970.
Point = tuple[str, "float | str", int, int]


def readable_value(value: Any) -> float | str:
    """A metric's value as a number, or as text where it is text.

    Raises:
        TypeError, ValueError: It is neither.
    """
    if type(value) is float:
        return value
    if isinstance(value, str):
        if not value:
            raise ValueError("an empty text is no value")  # in a call it would be the number 0
        return check_text(value).encode()[:_LONGEST_TEXT].decode(errors="ignore")
    return float(value)


def readable_name(metric: Any) -> str:
    """A metric's name, checked here: the server refuses a call with all that is in it.

    Raises:
        TypeError, ValueError: It is none.
    """
    if not isinstance(metric, str):
        raise TypeError(f"the name of a metric is a text, not {metric!r}")
    size = len(check_text(metric).encode())
    if not 0 < size <= _LONGEST_NAME:
        raise ValueError(f"the name of a metric has 1 to {_LONGEST_NAME} bytes, not {size}")
    return metric


def readable_step(step: Any) -> int:
    """A step as an int; `NO_STEP` for None. 3.0 is 3.

    Raises:
        TypeError, ValueError: It is no whole number.
    """
    if step is None:
        return NO_STEP
    try:
        whole = operator.index(step)
    except TypeError:
        whole = _whole(step)
    if not -_STEPS <= whole < _STEPS:
        raise ValueError(f"the step {step} has more than 64 bits")
    return whole


def _whole(step: Any) -> int:
    if not hasattr(step, "__float__"):
        raise TypeError(f"a step is a whole number, not {step!r}")
    number = float(step)
    if not number.is_integer():
        raise ValueError(f"a step is a whole number, not {step!r}")
    return int(number)


def fill_point(message: Any, point: Point) -> None:
    """Writes the point into a MetricPoint."""
    message.metric, value, message.step, nanoseconds = point
    if isinstance(value, str):
        message.text = value
    else:
        message.value = value
    stamp = message.time
    stamp.seconds = nanoseconds // _NANOSECONDS
    stamp.nanos = nanoseconds % _NANOSECONDS


def size_of(point: Point) -> int:
    """About how many bytes it takes in a call."""
    metric, value, _, _ = point
    text = len(value.encode()) if isinstance(value, str) else 0
    return _BYTES + len(metric.encode()) + text
