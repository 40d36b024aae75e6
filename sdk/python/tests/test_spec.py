"""Builders: they say what YAML says."""

from __future__ import annotations

import json

import numpy
import pytest

import qalam
from qalam import objective, search
from qalam._parameter_types import ParameterTypes


def space_of(parameter: search.Parameter) -> dict:
    return parameter.to_document("p")["feasibleSpace"]


class TestSearch:
    def test_bounds_are_written_exactly(self):
        assert space_of(search.double(0.1, 0.3)) == {"min": "0.1", "max": "0.3"}
        assert space_of(search.double(1e-7, 1e20)) == {"min": "1e-07", "max": "1e+20"}
        assert space_of(search.double(numpy.float64(0.5), numpy.int64(2)))["max"] == "2"

    def test_every_distribution_has_its_word(self):
        words = {
            "logUniform": [search.log(1, 2), search.int(1, 9, log=True)],
            "normal": [search.normal(-1, 1)],
            "logNormal": [search.log_normal(1, 2)],
        }
        for word, parameters in words.items():
            for parameter in parameters:
                assert space_of(parameter)["distribution"] == word
        assert "distribution" not in space_of(search.double(0, 1))

    def test_choices_that_cannot_be_written_are_refused(self):
        with pytest.raises(ValueError, match="not <object"):
            search.categorical(["a", object()])
        with pytest.raises(ValueError, match="no number"):
            search.discrete([1, "two"])
        with pytest.raises(ValueError, match="at least one"):
            search.categorical([])

    def test_a_condition_needs_a_value(self):
        with pytest.raises(ValueError, match="with which values"):
            search.double(0, 1).when("optimizer")

    def test_a_condition_on_a_choice_that_is_no_text(self):
        document = search.double(0, 1).when("deep", True).to_document("p")
        assert document["activeWhen"] == {"parameter": "deep", "values": ["true"]}


class TestObjective:
    def test_several_with_goals_and_strategies(self):
        document = objective.to_document(
            [objective.maximize("accuracy", goal=0.9), objective.minimize("seconds", 10, "latest")],
            metrics=["memory"],
        )
        assert document == {
            "type": "maximize",
            "objectiveMetricName": "accuracy",
            "goal": 0.9,
            "additionalObjectives": [{"metricName": "seconds", "type": "minimize", "goal": 10}],
            "additionalMetricNames": ["memory"],
            "metricStrategies": [{"name": "seconds", "value": "latest"}],
        }

    @pytest.mark.parametrize("text", ["", "loss", "minimise loss", "minimize "])
    def test_a_text_that_says_something_else_is_refused(self, text):
        with pytest.raises(ValueError, match="minimize METRIC"):
            objective.objectives(text)

    def test_nothing_is_refused(self):
        with pytest.raises(ValueError, match="what to optimise"):
            objective.objectives([])


class TestSpec:
    def test_without_a_command_clients_run_the_trials(self):
        spec = qalam.ExperimentSpec({"x": search.int(0, 1)}, "minimize loss").to_document()["spec"]
        assert spec["trialRunner"] == "Client"
        assert "trialTemplate" not in spec

    def test_a_command_gets_its_parameters(self):
        spec = qalam.ExperimentSpec(
            {"learning-rate": search.log(1e-4, 1), "not-used": search.int(1, 2)},
            "minimize loss",
            command=["train", "--lr={learning-rate}", "{other}"],
            env={"A": "1", "LR": "{learning-rate}"},
            timeout=90,
        ).to_document()["spec"]
        template = spec["trialTemplate"]
        container = template["trialSpec"]["spec"]["template"]["spec"]["containers"][0]
        assert container["command"] == [
            "train",
            "--lr=${trialParameters.learning-rate}",
            "{other}",
        ]
        assert container["env"] == [
            {"name": "A", "value": "1"},
            {"name": "LR", "value": "${trialParameters.learning-rate}"},
        ]
        assert template["timeout"] == "90s"
        assert template["trialParameters"] == [
            {"name": "learning-rate", "reference": "learning-rate"}
        ]
        assert "trialRunner" not in spec

    def test_a_made_up_name_is_a_label(self):
        spec = qalam.ExperimentSpec({}, "minimize loss", prefix="My_Function " + 60 * "x")
        name = spec.to_document()["metadata"]["name"]
        assert name.startswith("my-function-x")
        assert len(name) <= 54

    def test_everything_is_said_as_the_server_reads_it(self, client):
        spec = qalam.ExperimentSpec(
            {
                "lr": search.log(1e-5, 0.1),
                "width": search.int(16, 256, 16),
                "batch": search.discrete([16, 32.5]),
                "act": search.categorical(["relu", "tanh", None, True, 3, 0.5]),
                "momentum": search.step(0, 0.9, 0.1).when("act", "relu", None),
            },
            [objective.maximize("accuracy", 0.99), objective.minimize("seconds")],
            name="everything",
            algorithm="nsga2",
            settings={"population_size": 10},
            trials=30,
            parallel=4,
            max_failed=3,
            seed=7,
            metrics=["memory"],
            constraints=["width * batch <= 4096", "memory <= 100"],
            initial=[{"lr": 0.01, "width": 32, "batch": 16, "act": "tanh"}],
            known=[
                (
                    {"lr": 0.02, "width": 16, "batch": 16, "act": True},
                    {"accuracy": 0.5, "seconds": 3.0, "memory": 5},
                )
            ],
            labels={"team": "a"},
            annotations={"note": "b"},
        )
        assert client.validate(spec) == []
        by_yaml = client.create_experiment(spec)
        assert by_yaml.status.algorithm == "nsga2"
        assert by_yaml.status.max_failed_trials == 3
        assert [one.direction for one in by_yaml.objectives] == ["maximize", "minimize"]
        trial = by_yaml.ask()
        assert trial.params == {"lr": 0.01, "width": 32, "batch": 16, "act": "tanh"}

    def test_characters_of_all_planes(self, client, name):
        # The last two are a control character of YAML and one that YAML does not allow.
        choices = ["\U0001f600", "\U0002000b\U0010fffd", "\u00e9\u6f22", "\t", "a\x80b", None]
        for form in ("spec", "dict", "text"):
            spec = qalam.ExperimentSpec(
                {"c": search.categorical(choices)},
                "minimize loss",
                name=f"{name}-{form}",
                algorithm="grid",
                trials=len(choices),
                annotations={"note": "well \U0001f44d done"},
            )
            assert json.loads(spec.to_json()) == spec.to_document()
            given = {"spec": spec, "dict": spec.to_document(), "text": spec.to_json()}[form]
            created = client.create_experiment(given)
            for experiment in (created, client.get_experiment(created.name)):
                trials = experiment.ask_many(len(choices) // 2)
                assert {trial.params["c"] for trial in trials} <= set(choices)
            assert {trial.params["c"] for trial in experiment.trials()} == set(choices)
            assert "\U0001f44d" in experiment.document

    def test_half_a_character_is_refused(self, client):
        spec = qalam.ExperimentSpec(
            {"x": search.double(0, 1)}, "minimize loss", labels={"team": "caf\udce9"}
        )
        for given in (spec, spec.to_document(), json.dumps(spec.to_document(), ensure_ascii=False)):
            with pytest.raises(ValueError, match=r"'\\udce9' is half of a character.*caf"):
                client.create_experiment(given)


class TestParameterTypes:
    def test_choices_come_back_as_they_were(self, client, name):
        choices = ["relu", "on", "yes", None, True, False, 1, 1.0, 2.5]
        spec = qalam.ExperimentSpec(
            {"c": search.categorical(choices), "d": search.discrete([1, 2.5])},
            "minimize loss",
            name=name,
            algorithm="grid",
            trials=18,
        )
        client.create_experiment(spec)
        # Another worker, that has not seen the spec.
        experiment = client.get_experiment(name)
        trials = experiment.ask_many(18)
        got = {(type(trial.params["c"]), trial.params["c"]) for trial in trials}
        assert got == {(type(choice), choice) for choice in choices}
        assert {trial.params["d"] for trial in trials} == {1, 2.5}

    def test_values_are_written_as_the_document_has_them(self):
        types = ParameterTypes(
            {
                "metadata": {"annotations": {"qalam/choices": '{"c": [1, 1.0, true]}'}},
                "spec": {
                    "parameters": [
                        {
                            "name": "d",
                            "parameterType": "discrete",
                            "feasibleSpace": {"list": ["0.10", "1e3"]},
                        },
                        {
                            "name": "c",
                            "parameterType": "categorical",
                            "feasibleSpace": {"list": ["1", "1.0", "true"]},
                        },
                    ]
                },
            }
        )
        assert types.text("d", 0.1) == "0.10"
        assert types.text("d", 1000) == "1e3"
        assert [types.text("c", choice) for choice in (1, 1.0, True)] == ["1", "1.0", "true"]
        assert types.value("c", "1.0") == 1.0
        assert isinstance(types.value("c", "1"), int)
