"""Qalam's algorithms for Optuna's studies."""

from __future__ import annotations

import secrets
import threading
from typing import Any, Mapping, Optional, Sequence

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, TrialState

from qalam._parameter_types import value_text
from qalam._proto import api_v1_beta1_pb2 as katib_api
from qalam._proto import qalam_v1_pb2 as api
from qalam.client import Client
from qalam.errors import FailedPreconditionError
from qalam.optuna import _space

try:
    from optuna.search_space import IntersectionSearchSpace
except ImportError:  # before Optuna 3.2
    from optuna.samplers import IntersectionSearchSpace

Space = dict[str, BaseDistribution]

# What the sampler notes of a trial, for itself and for its like in other processes.
_NOTE = "qalam"
_VALUE = "value"
_ENDED = {
    TrialState.COMPLETE: api.TRIAL_SUCCEEDED,
    TrialState.PRUNED: api.TRIAL_EARLY_STOPPED,
    TrialState.FAIL: api.TRIAL_FAILED,
}


class QalamSampler(BaseSampler):
    """Lets one of Qalam's algorithms choose what an Optuna study tries.

    The study, its storage and its pruner stay Optuna's. Parameters that every finished trial has are
    chosen together by the algorithm; others, and those of the first trial, at random.

    Args:
        algorithm: See `qalam algorithms`, e.g. `bayesianoptimization`, `tpe` or `cmaes`.
        settings: The algorithm's settings.
        seed: Of everything random; None draws one.
        client: Where the algorithms are; None for the default one.

    Raises:
        InvalidArgumentError: While the study runs: the algorithm does not know a setting, or does not
            take the search space or several objectives.

    >>> import optuna, qalam.optuna
    >>> sampler = qalam.optuna.QalamSampler("bayesianoptimization", seed=1, client=client)
    >>> study = optuna.create_study(sampler=sampler)
    >>> study.optimize(lambda trial: (trial.suggest_float("x", -10, 10) - 2) ** 2, n_trials=20)
    >>> study.best_value < 0.1
    True
    """

    def __init__(
        self,
        algorithm: str = "tpe",
        settings: Optional[Mapping[str, Any]] = None,
        seed: Optional[int] = None,
        client: Optional[Client] = None,
    ) -> None:
        self._algorithm = algorithm
        self._settings = dict(settings or {})
        self._seed = secrets.randbits(63) if seed is None else seed
        self._client = client
        self._independent = RandomSampler(seed=self._seed % 2**32)
        self._common = IntersectionSearchSpace(include_pruned=True)
        self._session: Optional[_Session] = None
        self._lock = threading.Lock()

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> Space:
        """Called by Optuna."""
        with self._lock:
            common = self._common.calculate(study)
        return {name: common[name] for name in sorted(common) if not common[name].single()}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: Space
    ) -> dict[str, Any]:
        """Called by Optuna."""
        if not search_space:
            return {}
        with self._lock:
            session = self._session
            if session is None or not session.is_for(study, search_space):
                session = self._session = self._new_session(study, search_space)
            return session.suggest(study, trial)

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Called by Optuna."""
        return self._independent.sample_independent(study, trial, param_name, param_distribution)

    def reseed_rng(self) -> None:
        """Called by Optuna for each of several workers."""
        self._independent.reseed_rng()

    def _new_session(self, study: Study, space: Space) -> _Session:
        if self._client is None:
            from qalam._default import default_client

            self._client = default_client()
        return _Session(self._client, self._algorithm, self._settings, self._seed, study, space)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_lock": None, "_session": None, "_client": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.Lock()


class _Session:
    """A conversation about one study over one search space. Used by one thread at a time."""

    def __init__(
        self,
        client: Client,
        algorithm: str,
        settings: Mapping[str, Any],
        seed: int,
        study: Study,
        space: Space,
    ) -> None:
        self._call = client.connection.call
        self._study_name = study.study_name
        self._space = space
        self._told: set[int] = set()
        self._request = api.SuggestRequest(
            experiment_uid=f"optuna-{secrets.token_hex(16)}", seed=seed, count=1
        )
        self._describe(algorithm, settings, study.directions)

    def is_for(self, study: Study, space: Space) -> bool:
        """Whether it is about this study and space."""
        return study.study_name == self._study_name and space == self._space

    def suggest(self, study: Study, trial: FrozenTrial) -> dict[str, Any]:
        """What the trial should try."""
        try:
            reply = self._ask(study, trial)
        except FailedPreconditionError:
            # The server has forgotten what it was told, e.g. because it was started again.
            self._told.clear()
            self._request.history_token = 0
            reply = self._ask(study, trial)
        self._request.history_token = reply.history_token
        if not reply.proposals:
            # The space has been searched to its end; the rest is left to chance.
            return {}
        proposal = reply.proposals[0]
        texts = {assignment.name: assignment.value for assignment in proposal.parameters}
        note = {"parameters": texts, "labels": dict(proposal.labels)}
        study._storage.set_trial_system_attr(trial._trial_id, _NOTE, note)
        return {
            name: _space.value_of(distribution, texts[name])
            for name, distribution in self._space.items()
            if name in texts
        }

    def _ask(self, study: Study, trial: FrozenTrial) -> Any:
        request = self._request
        del request.results[:], request.pending[:]
        request.first_trial_number = trial.number
        told = []
        for other in study.get_trials(deepcopy=False):
            if other.number in self._told or other.number == trial.number:
                continue
            if other.state in _ENDED:
                told.append(other.number)
                self._add_result(other, len(study.directions))
            elif _NOTE in other.system_attrs:
                pending = request.pending.add(number=other.number)
                _fill(pending.parameters, self._space, other.system_attrs[_NOTE]["parameters"])
        reply = self._call("Suggest", request)
        self._told.update(told)
        return reply

    def _add_result(self, trial: FrozenTrial, objectives: int) -> None:
        if not _space.holds(self._space, trial.params):
            return  # it ended before it had all of the parameters
        state = _ENDED[trial.state]
        values: Sequence[float] = trial.values or ()
        if state == api.TRIAL_EARLY_STOPPED and trial.intermediate_values and objectives == 1:
            values = [trial.intermediate_values[max(trial.intermediate_values)]]
        result = self._request.results.add(number=trial.number, state=state)
        texts = {
            name: _space.text_of(distribution, trial.params[name])
            for name, distribution in self._space.items()
        }
        _fill(result.parameters, self._space, texts)
        result.labels.update(trial.system_attrs.get(_NOTE, {}).get("labels", {}))
        if values:
            result.objective_value = values[0]
            result.additional_objective_values.extend(values[1:])

    def _describe(
        self, algorithm: str, settings: Mapping[str, Any], directions: Sequence[StudyDirection]
    ) -> None:
        experiment = self._request.experiment
        experiment.name = "optuna"
        spec = experiment.spec
        for name, distribution in self._space.items():
            spec.parameter_specs.parameters.append(_space.parameter_spec(name, distribution))
        spec.algorithm.algorithm_name = algorithm
        for name, value in settings.items():
            spec.algorithm.algorithm_settings.add(name=name, value=value_text(value))
        main, *further = (_objective_type(direction) for direction in directions)
        spec.objective.type = main
        spec.objective.objective_metric_name = _VALUE
        for number, kind in enumerate(further, start=1):
            self._request.additions.additional_objectives.add(
                metric_name=f"{_VALUE}_{number}", type=kind
            )


def _objective_type(direction: StudyDirection) -> Any:
    maximize = direction == StudyDirection.MAXIMIZE
    return katib_api.MAXIMIZE if maximize else katib_api.MINIMIZE


def _fill(assignments: Any, space: Space, texts: Mapping[str, str]) -> None:
    for name in space:
        if name in texts:
            assignments.add(name=name, value=texts[name])
