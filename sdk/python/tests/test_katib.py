"""Scripts that were written for Katib's SDK."""

from __future__ import annotations

import inspect
import types

import pytest

import qalam.katib as katib


def objective(parameters):
    import time

    time.sleep(0)
    result = 4 * int(parameters["a"]) - float(parameters["b"]) ** 2
    print(f"result={result}")
    print(f"seen={parameters['fixed']}")


def pushes(parameters):
    import qalam.katib as katib

    katib.report_metrics({"result": float(parameters["a"])})


@pytest.fixture
def katib_client(client):
    return katib.KatibClient(client=client)


@pytest.fixture
def tuned(katib_client, name):
    katib_client.tune(
        name=name,
        objective=objective,
        parameters={
            "a": katib.search.int(min=10, max=20),
            "b": katib.search.double(min=0.1, max=0.2),
            "fixed": 7,
        },
        objective_metric_name="result",
        additional_metric_names=["seen"],
        max_trial_count=3,
        parallel_trial_count=2,
        algorithm_name="random",
        resources_per_trial={"cpu": "2"},
        env_per_trial={"A": "1"},
    )
    katib_client.wait_for_experiment_condition(name, timeout=60)
    return name


def test_the_methods_take_what_katibs_take():
    """Names and order of arguments, as Katib's documentation gives them."""
    documented = {
        "create_experiment": "experiment namespace",
        "get_experiment": "name namespace timeout",
        "list_experiments": "namespace timeout",
        "get_experiment_conditions": "name namespace experiment timeout",
        "is_experiment_created": "name namespace experiment timeout",
        "is_experiment_running": "name namespace experiment timeout",
        "is_experiment_restarting": "name namespace experiment timeout",
        "is_experiment_succeeded": "name namespace experiment timeout",
        "is_experiment_failed": "name namespace experiment timeout",
        "wait_for_experiment_condition": "name namespace expected_condition timeout "
        "polling_interval apiserver_timeout",
        "edit_experiment_budget": "name namespace max_trial_count parallel_trial_count "
        "max_failed_trial_count timeout",
        "delete_experiment": "name namespace delete_options",
        "get_suggestion": "name namespace timeout",
        "list_suggestions": "namespace timeout",
        "get_trial": "name namespace timeout",
        "list_trials": "experiment_name namespace timeout",
        "get_success_trial_details": "experiment_name namespace timeout",
        "get_optimal_hyperparameters": "name namespace timeout",
        "get_trial_metrics": "name namespace db_manager_address timeout",
        "tune": "name model_provider_parameters dataset_provider_parameters trainer_parameters "
        "storage_config objective base_image parameters namespace env_per_trial algorithm_name "
        "algorithm_settings objective_metric_name additional_metric_names objective_type "
        "objective_goal max_trial_count parallel_trial_count max_failed_trial_count "
        "resources_per_trial retain_trials packages_to_install pip_index_url "
        "metrics_collector_config",
    }
    for method, arguments in documented.items():
        parameters = list(inspect.signature(getattr(katib.KatibClient, method)).parameters)
        assert parameters[1:] == arguments.split(), method


class TestTune:
    def test_its_trials_and_their_metrics(self, katib_client, tuned):
        assert katib_client.is_experiment_succeeded(tuned)
        assert katib_client.is_experiment_created(tuned)
        assert not katib_client.is_experiment_running(tuned)
        assert not katib_client.is_experiment_failed(tuned)
        assert not katib_client.is_experiment_restarting(tuned)
        details = katib_client.get_success_trial_details(tuned)
        assert len(details) == 3
        for trial in details:
            values = {one.name: float(one.value) for one in trial["parameter_assignments"]}
            metrics = {one.name: float(one.latest) for one in trial["metrics"]}
            assert metrics["result"] == pytest.approx(4 * values["a"] - values["b"] ** 2)
            assert metrics["seen"] == 7
        best = katib_client.get_optimal_hyperparameters(tuned)
        results = {trial["name"]: float(trial["metrics"][0].max) for trial in details}
        assert results[best.best_trial_name] == max(results.values())
        assert {one.name for one in best.parameter_assignments} == {"a", "b"}

    def test_the_objects(self, katib_client, tuned):
        experiment = katib_client.get_experiment(tuned)
        assert experiment.metadata.name == tuned
        assert experiment.spec.max_trial_count == 3
        assert experiment.spec.objective.additional_metric_names == ["seen"]
        assert experiment.spec.parameters[0].feasible_space.min == "10"
        assert experiment.spec.algorithm.algorithm_name == "random"
        assert experiment.status.trials_succeeded == 3
        assert len(experiment.status.succeeded_trial_list) == 3
        conditions = katib_client.get_experiment_conditions(tuned, experiment=experiment)
        assert [one.type for one in conditions if one.status == "True"] == ["Created", "Succeeded"]
        trials = katib_client.list_trials(tuned)
        assert [trial.status.conditions[-1].type for trial in trials] == 3 * ["Succeeded"]
        trial = katib_client.get_trial(trials[0].metadata.name)
        assert trial.to_dict() == trials[0].to_dict()
        assert trial.metadata.labels["katib.kubeflow.org/experiment"] == tuned
        logs = katib_client.get_trial_metrics(trial.metadata.name)
        assert {log.metric.name for log in logs} == {"result", "seen"}
        output = katib_client.get_job_logs(trial.metadata.name)[trial.metadata.name]
        assert "result=" in output
        suggestion = katib_client.get_suggestion(tuned)
        assert suggestion.spec.requests == 3
        assert suggestion.status.suggestions[0].name == trials[0].metadata.name
        assert tuned in [one.metadata.name for one in katib_client.list_suggestions()]
        assert tuned in [one.metadata.name for one in katib_client.list_experiments()]

    def test_the_budget_and_the_end(self, katib_client, tuned):
        # As with Katib, what has ended goes on only where its resume policy says so.
        with pytest.raises(RuntimeError, match="resumePolicy"):
            katib_client.edit_experiment_budget(tuned, max_trial_count=4)
        with pytest.raises(ValueError, match="max_trial_count"):
            katib_client.edit_experiment_budget(tuned)
        katib_client.delete_experiment(tuned)
        with pytest.raises(RuntimeError, match=tuned):
            katib_client.get_experiment(tuned)
        with pytest.raises(RuntimeError, match=tuned):
            katib_client.delete_experiment(tuned)

    def test_metrics_that_are_pushed(self, katib_client, name):
        katib_client.tune(
            name=name,
            objective=pushes,
            parameters={"a": katib.search.categorical([1, 2])},
            objective_metric_name="result",
            max_trial_count=2,
            metrics_collector_config={"kind": "Push"},
        )
        katib_client.wait_for_experiment_condition(name, timeout=60)
        for trial in katib_client.get_success_trial_details(name):
            value = float(trial["parameter_assignments"][0].value)
            assert [float(one.latest) for one in trial["metrics"]] == [value]

    def test_what_is_not_meant_here(self, katib_client, name):
        with pytest.raises(ValueError, match="provider"):
            katib_client.tune(name=name, model_provider_parameters=object())
        with pytest.raises(ValueError, match="are needed"):
            katib_client.tune(name=name, objective=objective)
        arguments = {
            "name": name,
            "objective": objective,
            "parameters": {"a": katib.search.int(1, 2), "b": 1, "fixed": 1},
            "objective_metric_name": "result",
        }
        with pytest.raises(ValueError, match="StdOut or Push"):
            katib_client.tune(**arguments, metrics_collector_config={"kind": "Prometheus"})
        with pytest.raises(RuntimeError, match="no-such"):
            katib_client.tune(**arguments, algorithm_name="no-such")


LR = "${trialParameters.lr}"


def katib_experiment(name: str, command: list) -> katib.V1beta1Experiment:
    """As scripts build it that do not use tune."""
    return katib.V1beta1Experiment(
        api_version="kubeflow.org/v1beta1",
        kind="Experiment",
        metadata=katib.V1ObjectMeta(name=name),
        spec=katib.V1beta1ExperimentSpec(
            max_trial_count=2,
            parallel_trial_count=1,
            max_failed_trial_count=0,
            objective=katib.V1beta1ObjectiveSpec(
                type="minimize", goal=0.001, objective_metric_name="loss"
            ),
            algorithm=katib.V1beta1AlgorithmSpec(
                algorithm_name="tpe",
                algorithm_settings=[
                    katib.V1beta1AlgorithmSetting(name="n_startup_trials", value="2")
                ],
            ),
            parameters=[
                katib.V1beta1ParameterSpec(
                    name="lr",
                    parameter_type="double",
                    feasible_space=katib.V1beta1FeasibleSpace(min="0.01", max="0.06"),
                )
            ],
            trial_template=katib.V1beta1TrialTemplate(
                primary_container_name="main",
                trial_parameters=[katib.V1beta1TrialParameterSpec(name="lr", reference="lr")],
                trial_spec={
                    "apiVersion": "batch/v1",
                    "kind": "Job",
                    "spec": {
                        "template": {
                            "spec": {
                                "containers": [{"name": "main", "command": command}],
                                "restartPolicy": "Never",
                            }
                        }
                    },
                },
            ),
        ),
    )


class TestObjects:
    def test_a_greater_budget_continues_it(self, katib_client, name):
        experiment = katib_experiment(name, ["echo", "loss=" + LR])
        experiment.spec.resume_policy = "LongRunning"
        katib_client.create_experiment(experiment)
        katib_client.wait_for_experiment_condition(name, timeout=60)
        katib_client.edit_experiment_budget(name, max_trial_count=3)
        katib_client.wait_for_experiment_condition(name, timeout=60)
        assert len(katib_client.list_trials(name)) == 3

    def test_an_experiment_of_objects(self, katib_client, name):
        command = ["echo", "loss=" + LR]
        katib_client.create_experiment(katib_experiment(name, command))
        experiment = katib_client.wait_for_experiment_condition(name, timeout=60)
        assert experiment.status.trials_succeeded == 2

    def test_one_that_fails(self, katib_client, name):
        katib_client.create_experiment(katib_experiment(name, ["false", LR]), namespace="team")
        with pytest.raises(RuntimeError, match="is Failed, not Succeeded"):
            katib_client.wait_for_experiment_condition(name, "team", timeout=60)
        failed = katib_client.wait_for_experiment_condition(name, "team", "Failed", timeout=60)
        assert failed.status.trials_failed == 1
        assert katib_client.is_experiment_failed(name, "team")

    def test_one_that_takes_too_long(self, katib_client, name):
        katib_client.create_experiment(katib_experiment(name, ["sh", "-c", "sleep 100", LR]))
        with pytest.raises(TimeoutError, match="not Succeeded, after 1 seconds"):
            katib_client.wait_for_experiment_condition(name, timeout=1)
        katib_client.delete_experiment(name)

    def test_a_name_that_is_taken(self, katib_client, name):
        experiment = katib_experiment(name, ["true", LR])
        katib_client.create_experiment(experiment)
        with pytest.raises(RuntimeError, match="already exists"):
            katib_client.create_experiment(experiment)

    def test_objects_of_the_package_kubernetes_are_understood(self):
        # It is not in Debian's minimum; its objects name their fields in this table.
        metadata = types.SimpleNamespace(
            attribute_map={"generate_name": "generateName", "labels": "labels"},
            generate_name="a-",
            labels=None,
        )
        experiment = katib.V1beta1Experiment(metadata=metadata)
        assert experiment.to_document() == {"metadata": {"generateName": "a-"}}

    def test_documents_and_objects_are_the_same(self):
        experiment = katib_experiment("a", ["true"])
        document = experiment.to_document()
        assert document["spec"]["parameters"][0]["feasibleSpace"] == {"min": "0.01", "max": "0.06"}
        assert katib.V1beta1Experiment.from_document(document) == experiment


def test_reporting_outside_of_a_trial():
    with pytest.raises(ValueError, match="no trial"):
        katib.report_metrics({"a": 1.0})
