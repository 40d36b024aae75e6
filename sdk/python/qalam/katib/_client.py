"""Katib's client."""

from __future__ import annotations

import contextlib
import time
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence

from qalam._default import default_client
from qalam._proto import api_v1_beta1_pb2 as katib_api
from qalam.client import Client
from qalam.errors import AlreadyExistsError, DeadlineError, QalamError
from qalam.experiment import Experiment
from qalam.katib import _constants as words
from qalam.katib import _conversions
from qalam.katib._model import document_of
from qalam.katib._tuning import Environment, Settings, katib_tuning_spec
from qalam.katib.models import (
    V1beta1Experiment,
    V1beta1ExperimentCondition,
    V1beta1OptimalTrial,
    V1beta1Suggestion,
    V1beta1Trial,
)
from qalam.objective import Objective
from qalam.records import Trial
from qalam.states import TrialState

_INDEX = "https://pypi.org/simple"


class KatibClient:
    """Katib's client over a Qalam server.

    It talks to the server that the environment variable QALAM_SERVER names, or to one of this
    process's own. What is said about a cluster is passed over: `config_file`, `context`,
    `client_configuration`, `base_image`, `resources_per_trial`, `db_manager_address`.

    Args:
        namespace: Of experiments that are named without one.
        client: A `qalam.Client` to use instead.

    >>> import qalam.katib as katib
    >>> def objective(parameters):
    ...     print(f"result={4 * int(parameters['a']) - float(parameters['b']) ** 2}")
    >>> katib_client = katib.KatibClient(client=client)
    >>> katib_client.tune(
    ...     name="tune-experiment",
    ...     objective=objective,
    ...     parameters={"a": katib.search.int(10, 20), "b": katib.search.double(0.1, 0.2)},
    ...     objective_metric_name="result",
    ...     max_trial_count=4,
    ... )
    >>> _ = katib_client.wait_for_experiment_condition("tune-experiment")
    >>> len(katib_client.get_success_trial_details("tune-experiment"))
    4
    """

    def __init__(
        self,
        config_file: Optional[str] = None,
        context: Optional[str] = None,
        client_configuration: Any = None,
        namespace: str = "default",
        client: Optional[Client] = None,
    ) -> None:
        self.namespace = namespace
        self._client = client or default_client()

    # ---- experiments

    def create_experiment(self, experiment: Any, namespace: Optional[str] = None) -> None:
        """Creates an experiment.

        Args:
            experiment: A V1beta1Experiment, or a dict like the YAML.

        Raises:
            TimeoutError: The server did not answer in time.
            RuntimeError: It was not created; says everything that is wrong with it.
        """
        document = document_of(experiment)
        metadata = {**(document.get("metadata") or {}), "namespace": namespace or self.namespace}
        with _katib_errors("create the experiment"):
            self._client.create_experiment({**document, "metadata": metadata})

    def tune(
        self,
        name: str,
        model_provider_parameters: Any = None,
        dataset_provider_parameters: Any = None,
        trainer_parameters: Any = None,
        storage_config: Any = None,
        objective: Optional[Callable[..., Any]] = None,
        base_image: str = words.BASE_IMAGE_PYTORCH,
        parameters: Optional[Mapping[str, Any]] = None,
        namespace: Optional[str] = None,
        env_per_trial: Environment = None,
        algorithm_name: str = "random",
        algorithm_settings: Settings = None,
        objective_metric_name: Optional[str] = None,
        additional_metric_names: Sequence[str] = (),
        objective_type: str = "maximize",
        objective_goal: Optional[float] = None,
        max_trial_count: Optional[int] = None,
        parallel_trial_count: Optional[int] = None,
        max_failed_trial_count: Optional[int] = None,
        resources_per_trial: Any = None,
        retain_trials: bool = False,
        packages_to_install: Optional[Sequence[str]] = None,
        pip_index_url: str = _INDEX,
        metrics_collector_config: Mapping[str, Any] = {"kind": "StdOut"},
    ) -> None:
        """Tunes a function, which runs in processes of their own, a trial each.

        Args:
            objective: Takes one dict of its parameters, each of them text, and prints `NAME=VALUE`.
            parameters: By name, see `katib.search`; other values are handed on as they are.
            packages_to_install: By pip, into each trial's own folder.

        Raises:
            ValueError: An argument is missing, or is of a kind that Qalam does not have: models and
                data sets of a provider.
            RuntimeError: The experiment was not created; says everything that is wrong with it.
        """
        if any((model_provider_parameters, dataset_provider_parameters, trainer_parameters)):
            raise ValueError(
                "models and data sets of a provider cannot be tuned by name here; write the "
                "training as a function and give it as `objective` with its `parameters`"
            )
        if objective is None or parameters is None or objective_metric_name is None or not name:
            raise ValueError("name, objective, parameters and objective_metric_name are needed")
        spec = katib_tuning_spec(
            objective,
            parameters,
            Objective(objective_metric_name, objective_type, objective_goal),
            self._client.is_embedded,
            settings=algorithm_settings,
            environment=env_per_trial,
            resources=resources_per_trial,
            packages=packages_to_install,
            index=pip_index_url,
            collector=metrics_collector_config,
            name=name,
            namespace=namespace or self.namespace,
            algorithm=algorithm_name,
            metrics=additional_metric_names,
            trials=max_trial_count,
            parallel=parallel_trial_count,
            max_failed=max_failed_trial_count,
            # As there, where nothing is said.
            resumable=False,
        )
        document = spec.to_document()
        if retain_trials:
            document["spec"]["trialTemplate"]["retain"] = True
        with _katib_errors(f"create the experiment {name}"):
            self._client.create_experiment(document)

    def get_experiment(
        self, name: str, namespace: Optional[str] = None, timeout: int = words.DEFAULT_TIMEOUT
    ) -> V1beta1Experiment:
        """The experiment of that name.

        Raises:
            TimeoutError: The server did not answer in time.
            RuntimeError: There is none, or the server failed at it.
        """
        with _katib_errors(f"get the experiment {name}"):
            return self._katib_experiment(self._experiment(name, namespace))

    def list_experiments(
        self, namespace: Optional[str] = None, timeout: int = words.DEFAULT_TIMEOUT
    ) -> list[V1beta1Experiment]:
        """The experiments of a namespace."""
        with _katib_errors("list the experiments"):
            return [
                self._katib_experiment(self._experiment(status.name, status.namespace))
                for status in self._client.list_experiments(namespace or self.namespace)
            ]

    def edit_experiment_budget(
        self,
        name: str,
        namespace: Optional[str] = None,
        max_trial_count: Optional[int] = None,
        parallel_trial_count: Optional[int] = None,
        max_failed_trial_count: Optional[int] = None,
        timeout: int = words.DEFAULT_TIMEOUT,
    ) -> None:
        """Changes the counts that are given; a greater `max_trial_count` continues an ended experiment.

        Raises:
            ValueError: None of them is given.
            RuntimeError: The counts contradict what has already run.
        """
        counts = (max_trial_count, parallel_trial_count, max_failed_trial_count)
        if all(count is None for count in counts):
            raise ValueError(
                "give max_trial_count, parallel_trial_count or max_failed_trial_count, or several"
            )
        with _katib_errors(f"edit the experiment {name}"):
            self._experiment(name, namespace).edit_budget(*counts)

    def delete_experiment(
        self, name: str, namespace: Optional[str] = None, delete_options: Any = None
    ) -> None:
        """Removes the experiment with its trials.

        Raises:
            RuntimeError: There is none of that name.
        """
        with _katib_errors(f"delete the experiment {name}"):
            self._client.delete_experiment(name, namespace or self.namespace)

    # ---- conditions

    def get_experiment_conditions(
        self,
        name: str,
        namespace: Optional[str] = None,
        experiment: Optional[V1beta1Experiment] = None,
        timeout: int = words.DEFAULT_TIMEOUT,
    ) -> list[V1beta1ExperimentCondition]:
        """The experiment's conditions; it is in those whose status is `True`.

        Args:
            experiment: As read before; None reads it.
        """
        if experiment is None:
            experiment = self.get_experiment(name, namespace, timeout)
        return (experiment.status and experiment.status.conditions) or []

    def is_experiment_created(
        self,
        name: str,
        namespace: Optional[str] = None,
        experiment: Optional[V1beta1Experiment] = None,
        timeout: int = words.DEFAULT_TIMEOUT,
    ) -> bool:
        """Whether it exists."""
        return self._is(words.CREATED, name, namespace, experiment, timeout)

    def is_experiment_running(
        self,
        name: str,
        namespace: Optional[str] = None,
        experiment: Optional[V1beta1Experiment] = None,
        timeout: int = words.DEFAULT_TIMEOUT,
    ) -> bool:
        """Whether it is running."""
        return self._is(words.RUNNING, name, namespace, experiment, timeout)

    def is_experiment_restarting(
        self,
        name: str,
        namespace: Optional[str] = None,
        experiment: Optional[V1beta1Experiment] = None,
        timeout: int = words.DEFAULT_TIMEOUT,
    ) -> bool:
        """Whether it is about to go on after it had ended."""
        return self._is(words.RESTARTING, name, namespace, experiment, timeout)

    def is_experiment_succeeded(
        self,
        name: str,
        namespace: Optional[str] = None,
        experiment: Optional[V1beta1Experiment] = None,
        timeout: int = words.DEFAULT_TIMEOUT,
    ) -> bool:
        """Whether it has ended well."""
        return self._is(words.SUCCEEDED, name, namespace, experiment, timeout)

    def is_experiment_failed(
        self,
        name: str,
        namespace: Optional[str] = None,
        experiment: Optional[V1beta1Experiment] = None,
        timeout: int = words.DEFAULT_TIMEOUT,
    ) -> bool:
        """Whether it has failed."""
        return self._is(words.FAILED, name, namespace, experiment, timeout)

    def wait_for_experiment_condition(
        self,
        name: str,
        namespace: Optional[str] = None,
        expected_condition: str = words.SUCCEEDED,
        timeout: int = 600,
        polling_interval: int = 15,
        apiserver_timeout: int = words.DEFAULT_TIMEOUT,
    ) -> V1beta1Experiment:
        """Waits until the experiment is in a condition.

        Args:
            expected_condition: `Created`, `Running`, `Restarting`, `Succeeded` or `Failed`.
            timeout: Seconds to wait at most.
            polling_interval: Passed over: changes are told at once.

        Raises:
            RuntimeError: It ended in another condition.
            TimeoutError: It was not in it in time.
        """
        deadline = time.monotonic() + timeout
        state = "unknown"
        with _katib_errors(f"wait for the experiment {name}"):
            experiment = self._experiment(name, namespace)
            with contextlib.suppress(DeadlineError):
                for status in experiment.watch(timeout):
                    found = _conversions.experiment_of(status, {}, ())
                    if self._is(expected_condition, name, namespace, found):
                        return self._katib_experiment(experiment)
                    state = str(status.state)
                    if status.ended:
                        raise RuntimeError(
                            f"the experiment {name} is {state}, not {expected_condition}: "
                            f"{status.message}"
                        )
                    if time.monotonic() > deadline:
                        break
        raise TimeoutError(
            f"the experiment {name} is {state}, not {expected_condition}, after {timeout} seconds"
        )

    # ---- trials

    def get_trial(
        self, name: str, namespace: Optional[str] = None, timeout: int = words.DEFAULT_TIMEOUT
    ) -> V1beta1Trial:
        """The trial of that name.

        Raises:
            RuntimeError: There is none.
        """
        with _katib_errors(f"get the trial {name}"):
            return _conversions.trial_of(self._client.get_trial(name, namespace or self.namespace))

    def list_trials(
        self,
        experiment_name: Optional[str] = None,
        namespace: Optional[str] = None,
        timeout: int = words.DEFAULT_TIMEOUT,
    ) -> list[V1beta1Trial]:
        """The trials of an experiment, or of all experiments of the namespace."""
        with _katib_errors("list the trials"):
            return [_conversions.trial_of(t) for t in self._trials(experiment_name, namespace)]

    def get_success_trial_details(
        self,
        experiment_name: Optional[str] = None,
        namespace: Optional[str] = None,
        timeout: int = words.DEFAULT_TIMEOUT,
    ) -> list[dict[str, Any]]:
        """For each trial that succeeded a dict of `name`, `parameter_assignments` and `metrics`."""
        with _katib_errors("list the trials"):
            return [
                {
                    "name": trial.name,
                    "parameter_assignments": _conversions.assignments_of(trial),
                    "metrics": _conversions.metrics_of(trial),
                }
                for trial in self._trials(experiment_name, namespace)
                if trial.state is TrialState.SUCCEEDED
            ]

    def get_optimal_hyperparameters(
        self, name: str, namespace: Optional[str] = None, timeout: int = words.DEFAULT_TIMEOUT
    ) -> Optional[V1beta1OptimalTrial]:
        """The best trial so far; None until there is one."""
        with _katib_errors(f"get the experiment {name}"):
            best = self._experiment(name, namespace).best_trial
        return None if best is None else _conversions.optimal_trial_of(best)

    def get_trial_metrics(
        self,
        name: str,
        namespace: Optional[str] = None,
        db_manager_address: Optional[str] = None,
        timeout: int = words.DEFAULT_TIMEOUT,
    ) -> list[Any]:
        """The trial's points, as MetricLog messages of Katib's API: `log.metric.name`, `.value`.

        Raises:
            RuntimeError: There is no such trial.
        """
        with _katib_errors(f"get the metrics of the trial {name}"):
            reply = self._client.connection.call(
                "GetObservationLog",
                katib_api.GetObservationLogRequest(trial_name=name),
                timeout=timeout,
            )
        return list(reply.observation_log.metric_logs)

    def get_job_logs(
        self, name: str, namespace: Optional[str] = None, follow: bool = False
    ) -> dict[str, str]:
        """What a trial printed, by the trial's name.

        Args:
            name: The trial's.
            follow: Prints it as it comes, until the trial has ended.
        """
        with _katib_errors(f"get the logs of the trial {name}"):
            trial = self._client.get_trial(name, namespace or self.namespace)
            experiment = self._experiment(trial.experiment, trial.namespace)
            lines = []
            for line in experiment.logs(trial, follow):
                lines.append(line)
                if follow:
                    print(line, end="", flush=True)
            return {name: "".join(lines)}

    # ---- suggestions

    def get_suggestion(
        self, name: str, namespace: Optional[str] = None, timeout: int = words.DEFAULT_TIMEOUT
    ) -> V1beta1Suggestion:
        """What the algorithm of the experiment of that name has proposed so far."""
        with _katib_errors(f"get the suggestion {name}"):
            experiment = self._experiment(name, namespace)
            return _conversions.suggestion_of(
                self._katib_experiment(experiment), experiment.trials()
            )

    def list_suggestions(
        self, namespace: Optional[str] = None, timeout: int = words.DEFAULT_TIMEOUT
    ) -> list[V1beta1Suggestion]:
        """What the algorithms of a namespace's experiments have proposed so far."""
        with _katib_errors("list the suggestions"):
            statuses = self._client.list_experiments(namespace or self.namespace)
            return [self.get_suggestion(status.name, status.namespace) for status in statuses]

    # ---- helpers

    def _experiment(self, name: str, namespace: Optional[str]) -> Experiment:
        return self._client.get_experiment(name, namespace or self.namespace)

    def _katib_experiment(self, experiment: Experiment) -> V1beta1Experiment:
        import yaml

        document = yaml.safe_load(experiment.document)
        return _conversions.experiment_of(experiment.status, document, experiment.iterate_trials())

    def _trials(self, experiment: Optional[str], namespace: Optional[str]) -> Iterator[Trial]:
        if experiment is not None:
            yield from self._experiment(experiment, namespace).iterate_trials()
            return
        for status in self._client.list_experiments(namespace or self.namespace):
            yield from self._experiment(status.name, status.namespace).iterate_trials()

    def _is(
        self,
        condition: str,
        name: str,
        namespace: Optional[str],
        experiment: Optional[V1beta1Experiment],
        timeout: int = words.DEFAULT_TIMEOUT,
    ) -> bool:
        conditions = self.get_experiment_conditions(name, namespace, experiment, timeout)
        return any(one.type == condition and one.status == words.TRUE for one in conditions)


@contextlib.contextmanager
def _katib_errors(what: str) -> Iterator[None]:
    """Turns Qalam's errors into those that Katib's SDK raises."""
    try:
        yield
    except DeadlineError as error:
        raise TimeoutError(f"it took too long to {what}: {error}") from error
    except AlreadyExistsError as error:
        raise RuntimeError(f"failed to {what}: it already exists") from error
    except QalamError as error:
        raise RuntimeError(f"failed to {what}: {error}") from error
