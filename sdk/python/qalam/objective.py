"""What an experiment seeks.

    >>> from qalam import objective
    >>> objective.maximize("accuracy", goal=0.99)
    Objective(metric='accuracy', direction='maximize', goal=0.99, strategy=None)

Where one is expected, a text says the same: `"maximize accuracy"`; and a list seeks several at once:

    >>> [seek.metric for seek in objective.objectives(["maximize accuracy", "minimize seconds"])]
    ['accuracy', 'seconds']
"""

from __future__ import annotations

import dataclasses
from typing import Any, Optional, Sequence, Union

__all__ = ["Objective", "maximize", "minimize", "objectives"]

MINIMIZE = "minimize"
MAXIMIZE = "maximize"


@dataclasses.dataclass(frozen=True)
class Objective:
    """A metric and where it should go; made by `minimize` and `maximize`.

    Attributes:
        metric: The name under which trials report it.
        direction: `minimize` or `maximize`.
        goal: The experiment ends once a trial reaches it.
        strategy: Which of a trial's points counts: `min`, `max` or `latest`; None for the extreme that
            is sought.
    """

    metric: str
    direction: str
    goal: Optional[float] = None
    strategy: Optional[str] = None


# "minimize loss", an Objective, or several of either.
ObjectiveArgument = Union[str, Objective, Sequence[Union[str, Objective]]]


def minimize(
    metric: str, goal: Optional[float] = None, strategy: Optional[str] = None
) -> Objective:
    """Seeks the least value of the metric.

    >>> objective.minimize("loss", strategy="latest").direction
    'minimize'
    """
    return Objective(metric, MINIMIZE, goal, strategy)


def maximize(
    metric: str, goal: Optional[float] = None, strategy: Optional[str] = None
) -> Objective:
    """Seeks the greatest value of the metric.

    >>> objective.maximize("accuracy").direction
    'maximize'
    """
    return Objective(metric, MAXIMIZE, goal, strategy)


def objectives(argument: ObjectiveArgument) -> list[Objective]:
    """What the argument stands for, the main objective first.

    Args:
        argument: `"minimize METRIC"`, `"maximize METRIC"`, an `Objective`, or a sequence of them.

    Raises:
        ValueError: A text says something else, or there is nothing in the sequence.

    >>> objective.objectives("minimize loss")
    [Objective(metric='loss', direction='minimize', goal=None, strategy=None)]
    """
    parts = [argument] if isinstance(argument, (str, Objective)) else list(argument)
    if not parts:
        raise ValueError("say what to optimise, e.g. 'minimize loss'")
    return [part if isinstance(part, Objective) else _read(part) for part in parts]


def _read(text: str) -> Objective:
    direction, _, metric = text.strip().partition(" ")
    if direction not in (MINIMIZE, MAXIMIZE) or not metric.strip():
        raise ValueError(f"{text!r} should be 'minimize METRIC' or 'maximize METRIC'")
    return Objective(metric.strip(), direction)


def to_document(sought: Sequence[Objective], metrics: Sequence[str] = ()) -> dict[str, Any]:
    """The document's section `objective`.

    Args:
        sought: The main one first.
        metrics: The names of further metrics to collect.
    """
    main, *further = sought
    document: dict[str, Any] = {"type": main.direction, "objectiveMetricName": main.metric}
    if main.goal is not None:
        document["goal"] = main.goal
    if further:
        document["additionalObjectives"] = [_further(more) for more in further]
    if metrics:
        document["additionalMetricNames"] = list(metrics)
    strategies = [{"name": one.metric, "value": one.strategy} for one in sought if one.strategy]
    if strategies:
        document["metricStrategies"] = strategies
    return document


def _further(objective: Objective) -> dict[str, Any]:
    document: dict[str, Any] = {"metricName": objective.metric, "type": objective.direction}
    if objective.goal is not None:
        document["goal"] = objective.goal
    return document
