"""Optuna's objective functions in Qalam's experiments."""

from __future__ import annotations

import functools
from typing import Any, Callable, Optional, Sequence

import optuna

from qalam.errors import StopTrial
from qalam.running_trial import Result, RunningTrial


class SuggestingTrial:
    """A trial of Qalam that answers as one of Optuna does: `suggest_float`, `report`, `should_prune`.

    What is suggested was chosen before the function was called, so every parameter must be in the
    experiment's search space, and the bounds given here only need to hold it.

    Args:
        trial: The trial that was asked for.

    Attributes:
        number: From 0.
        params: What was chosen, by name.
        user_attrs: What `set_user_attr` noted; it stays in this process.
    """

    def __init__(self, trial: RunningTrial) -> None:
        self._trial = trial
        self.number = trial.number
        self.params = trial.params
        self.user_attrs: dict[str, Any] = {}

    def suggest_float(
        self,
        name: str,
        low: float,
        high: float,
        *,
        step: Optional[float] = None,
        log: bool = False,
    ) -> float:
        """The trial's value of a real parameter.

        Raises:
            ValueError: It is not in the search space, or the value is not within the bounds.
        """
        return float(self._within(name, low, high))

    def suggest_int(self, name: str, low: int, high: int, step: int = 1, log: bool = False) -> int:
        """The trial's value of a whole parameter.

        Raises:
            ValueError: As for `suggest_float`.
        """
        return int(self._within(name, low, high))

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        """The trial's value of a categorical parameter.

        Raises:
            ValueError: It is not in the search space, or the value is none of the choices.
        """
        value = self._value(name)
        if value not in choices:
            raise ValueError(f"{name} is {value!r}, which is none of {list(choices)}")
        return value

    def report(self, value: float, step: int) -> None:
        """Reports the objective while the trial runs."""
        self._trial.report(value, step)

    def should_prune(self) -> bool:
        """Whether the trial should end."""
        return self._trial.should_stop()

    def set_user_attr(self, key: str, value: Any) -> None:
        """Notes something for this process."""
        self.user_attrs[key] = value

    def _value(self, name: str) -> Any:
        if name not in self.params:
            raise ValueError(
                f"{name} is not among the trial's parameters ({', '.join(self.params)}); name it in "
                "the experiment's search space"
            )
        return self.params[name]

    def _within(self, name: str, low: float, high: float) -> Any:
        value = self._value(name)
        if not low <= value <= high:
            raise ValueError(f"{name} is {value}, which is not from {low} to {high}")
        return value


def qalam_objective(
    function: Callable[[SuggestingTrial], Any],
) -> Callable[[RunningTrial], Result]:
    """An objective function written for Optuna, for `experiment.optimize`.

    >>> import optuna
    >>> from qalam.optuna import qalam_objective
    >>> def objective(trial):
    ...     x = trial.suggest_float("x", -10, 10)
    ...     if x > 9:
    ...         raise optuna.TrialPruned
    ...     return (x - 2) ** 2
    >>> experiment = client.create_experiment(
    ...     qalam.ExperimentSpec({"x": search.double(-10, 10)}, "minimize value", trials=5))
    >>> experiment.optimize(qalam_objective(objective)).state
    <TrialState.SUCCEEDED: 'Succeeded'>
    """

    @functools.wraps(function)
    def objective(trial: RunningTrial) -> Result:
        try:
            result: Result = function(SuggestingTrial(trial))
            return result
        except optuna.TrialPruned as pruned:
            raise StopTrial(str(pruned)) from pruned

    return objective
