"""scikit-learn: a search over an estimator's parameters by one of Qalam's algorithms."""

from __future__ import annotations

import math
from typing import Any, Callable, Mapping, Optional, Sequence, Union

import numpy
from joblib import effective_n_jobs
from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils import check_random_state

from qalam import search
from qalam._parameter_types import plain
from qalam.client import Client
from qalam.errors import ExperimentEndedError
from qalam.experiment import Experiment
from qalam.search import Parameter
from qalam.spec import ExperimentSpec

__all__ = ["QalamSearchCV"]

_METRIC = "score"
_MOST_SEED = 2**31 - 1


class QalamSearchCV(BaseSearchCV):
    """Searches an estimator's parameters by cross-validation, as scikit-learn's own searches do.

    It has their attributes: `best_params_`, `best_estimator_`, `best_score_`, `cv_results_`, ...

    Args:
        estimator: What to fit, an estimator or a pipeline.
        search_space: By the parameter's name: one of `qalam.search`, or a list of values, which may be
            anything.
        n_iter: Candidates to try; fewer where the search space holds fewer.
        algorithm: See `qalam algorithms`; None lets the server choose.
        settings: The algorithm's settings.
        batch_size: Candidates to choose at once, before any of them is judged; None for as many as run
            side by side.
        random_state: Of the search; an int makes it reproducible.
        client: Where the algorithms are; None for the default one.
        keep_experiment: Whether the experiment stays on the server, under `experiment_name_`.
        scoring, n_jobs, refit, cv, verbose, pre_dispatch, error_score, return_train_score: As in
            `sklearn.model_selection.RandomizedSearchCV`. With several metrics, what is sought is the
            one that `refit` names, or else the first.

    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from qalam.sklearn import QalamSearchCV
    >>> X, y = load_iris(return_X_y=True)
    >>> model = QalamSearchCV(LogisticRegression(max_iter=1000), {"C": search.log(0.01, 100)},
    ...                       n_iter=6, random_state=0, client=client).fit(X, y)
    >>> model.best_score_ > 0.95
    True
    """

    _required_parameters = ["estimator", "search_space"]

    def __init__(
        self,
        estimator: Any,
        search_space: Mapping[str, Union[Parameter, Sequence[Any]]],
        *,
        n_iter: int = 10,
        algorithm: Optional[str] = None,
        settings: Optional[Mapping[str, Any]] = None,
        batch_size: Optional[int] = None,
        random_state: Any = None,
        client: Optional[Client] = None,
        keep_experiment: bool = False,
        scoring: Any = None,
        n_jobs: Optional[int] = None,
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: Any = "2*n_jobs",
        error_score: Any = numpy.nan,
        return_train_score: bool = False,
    ) -> None:
        super().__init__(
            estimator=estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.search_space = search_space
        self.n_iter = n_iter
        self.algorithm = algorithm
        self.settings = settings
        self.batch_size = batch_size
        self.random_state = random_state
        self.client = client
        self.keep_experiment = keep_experiment

    def _run_search(self, evaluate_candidates: Callable[..., Any]) -> None:
        """Called by scikit-learn within `fit`."""
        experiment = self._client().create_experiment(
            ExperimentSpec(
                {name: _parameter(value) for name, value in self.search_space.items()},
                f"maximize {_METRIC}",
                prefix=type(self.estimator).__name__,
                algorithm=self.algorithm,
                settings=self.settings or {},
                trials=self.n_iter,
                seed=int(check_random_state(self.random_state).randint(_MOST_SEED)),
            )
        )
        self.experiment_name_ = experiment.name
        try:
            self._search(experiment, evaluate_candidates)
        finally:
            if not self.keep_experiment:
                experiment.delete()

    def _search(self, experiment: Experiment, evaluate_candidates: Callable[..., Any]) -> None:
        left = self.n_iter
        batch = self.batch_size or effective_n_jobs(self.n_jobs)
        while left > 0:
            try:
                trials = experiment.ask_many(min(batch, left))
            except ExperimentEndedError:  # the search space holds no more
                return
            left -= len(trials)
            results = evaluate_candidates([self._candidate(trial.params) for trial in trials])
            scores = results[f"mean_test_{self._metric(results)}"][-len(trials) :]
            for trial, score in zip(trials, scores):
                if math.isfinite(score):
                    trial.tell(float(score))
                else:
                    trial.tell(state="Failed", message=f"the score is {score}")

    def _candidate(self, params: Mapping[str, Any]) -> dict[str, Any]:
        return {name: _given_value(self.search_space[name], params[name]) for name in params}

    def _metric(self, results: Mapping[str, Any]) -> str:
        if isinstance(self.refit, str):
            return self.refit
        prefix = "mean_test_"
        names = [name[len(prefix) :] for name in results if name.startswith(prefix)]
        return "score" if "score" in names else names[0]

    def _client(self) -> Client:
        if self.client is not None:
            return self.client
        from qalam._default import default_client

        return default_client()


def _parameter(given: Union[Parameter, Sequence[Any]]) -> Parameter:
    """What is searched: numbers by size, words as they are, and anything else by its position."""
    if isinstance(given, Parameter):
        return given
    values = [plain(value) for value in given]
    if all(_is_number(value) for value in values):
        return search.discrete(values)
    if all(value is None or isinstance(value, (str, bool)) for value in values):
        return search.categorical(values)
    return search.categorical(range(len(values)))


def _given_value(given: Union[Parameter, Sequence[Any]], value: Any) -> Any:
    """The value as the user wrote it: 1.0 where the list says 1.0."""
    if isinstance(given, Parameter):
        return value
    if _parameter(given).choices == tuple(range(len(given))):
        return given[value]
    return next(one for one in given if plain(one) == value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
