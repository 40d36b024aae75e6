"""For code written for Optuna.

Two ways: Optuna runs the study and asks Qalam what to try (`QalamSampler`), or Qalam runs the
experiment and calls the objective function that was written for Optuna (`qalam_objective`).
"""

from __future__ import annotations

from qalam.optuna._objective import SuggestingTrial, qalam_objective
from qalam.optuna._sampler import QalamSampler

__all__ = ["QalamSampler", "SuggestingTrial", "qalam_objective"]
