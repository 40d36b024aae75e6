"""Functions that the server runs in processes of their own."""

from __future__ import annotations

import os
import sys

import pytest

import qalam
from qalam import search

SPACE = {"x": search.double(-1, 1)}
OFFSET = 100


def add_offset(x):
    return x + OFFSET


def returns(x, y):
    return add_offset(x) + y


def prints(x):
    for step in range(3):
        print(f"step={step} loss={x * x + 3 - step}")


def reports(x):
    import qalam

    for step in range(50):
        qalam.report_metrics({"loss": x * x + 50 - step}, step)


def fails(x):
    def inner():
        raise ValueError("the loss went through the roof")

    inner()


def fails_with_half_a_character(x):
    raise ValueError("caf\udce9")


def typed(number, size, choice, width, fixed):
    expected = (float, int, bool, int)
    got = tuple(type(value) for value in (number, size, choice, width))
    assert got == expected, got
    assert fixed == {"a": (1, None)}
    return size


def takes_dict(parameters):
    return parameters["x"] if parameters.get("deep") == "no" else parameters["depth"]


def metrics_and_objectives(x):
    return {"loss": x, "kind": "tiny", "size": 3}


def two(x):
    return x, -x


def tell_where(x):
    import os
    import sys

    print("cwd", os.getcwd())
    print("python", sys.executable)
    return os.environ["FLAVOUR"] and x


def test_what_it_returns_with_what_it_uses(client):
    space = {**SPACE, "y": search.int(0, 3)}
    experiment = client.tune(returns, space, "minimize loss", trials=4, parallel=2, seed=1)
    assert experiment.name.startswith("returns-")
    assert experiment.wait(timeout=60).counts.succeeded == 4
    for trial in experiment.trials():
        assert trial.value == pytest.approx(trial.params["x"] + OFFSET + trial.params["y"])


def test_what_it_prints_and_its_output(client):
    experiment = client.tune(prints, SPACE, "minimize loss", trials=2)
    experiment.wait(timeout=60)
    trial = experiment.trials()[0]
    assert trial.value == pytest.approx(trial.params["x"] ** 2 + 1)
    points = experiment.metrics(trial, "loss")
    assert [point.step for point in points] == [0, 1, 2]
    lines = list(experiment.logs(trial))
    assert len(lines) == 3 and lines[0].startswith("step=0 loss=")
    assert list(experiment.logs(trial.name, follow=True)) == lines


def test_what_it_reports(client):
    experiment = client.tune(reports, SPACE, "minimize loss", trials=2, push=True)
    assert experiment.wait(timeout=60).counts.succeeded == 2
    trial = experiment.trials()[0]
    assert trial.metrics["loss"].count == 50
    assert trial.value == pytest.approx(trial.params["x"] ** 2 + 1)


def test_its_error_is_the_trials_message(client):
    experiment = client.tune(fails, SPACE, "minimize loss", trials=3, max_failed=0)
    with pytest.raises(qalam.ExperimentFailedError, match="through the roof") as error:
        experiment.wait(timeout=60)
    message = experiment.trials(states=["Failed"])[0].message
    assert "ValueError: the loss went through the roof" in message
    assert 'raise ValueError("the loss' in message and "inner()" in message
    # Of the machinery around it nothing is seen.
    assert "main(" not in message and "<string>" not in message
    assert message.splitlines()[-1] in str(error.value)


def test_its_error_need_not_be_utf8(client):
    experiment = client.tune(fails_with_half_a_character, SPACE, "minimize loss", trials=1)
    experiment.wait(timeout=60, check=False)
    assert "ValueError: caf\\udce9" in experiment.trials()[0].message


def test_parameters_arrive_as_what_they_are(client):
    space = {
        "number": search.double(0, 1),
        "size": search.int(1, 5),
        "choice": search.categorical([True, False]),
        "width": search.discrete([8, 16]),
        "fixed": {"a": (1, None)},
    }
    experiment = client.tune(typed, space, "minimize loss", trials=3)
    assert experiment.wait(timeout=60).counts.succeeded == 3


def test_one_dict_of_them_and_those_that_do_not_exist(client):
    space = {
        "x": search.double(0, 1),
        "deep": search.categorical(["yes", "no"]),
        "depth": search.int(2, 5).when("deep", "yes"),
    }
    experiment = client.tune(
        takes_dict, space, "minimize loss", trials=8, parallel=4, seed=1, algorithm="random"
    )
    assert experiment.wait(timeout=60).counts.succeeded == 8
    for trial in experiment.trials():
        assert ("depth" in trial.params) == (trial.params["deep"] == "yes")
        expected = trial.params["depth" if trial.params["deep"] == "yes" else "x"]
        assert trial.value == pytest.approx(expected)


def test_metrics_by_name_and_several_objectives(client):
    experiment = client.tune(
        metrics_and_objectives, SPACE, "minimize loss", trials=1, metrics=["size", "kind"]
    )
    experiment.wait(timeout=60)
    trial = experiment.trials()[0]
    assert trial.metrics["size"].latest == 3 and trial.metrics["kind"].text == "tiny"
    experiment = client.tune(two, SPACE, ["minimize a", "maximize b"], trials=2, algorithm="random")
    experiment.wait(timeout=60)
    assert all(trial.values[0] == -trial.values[1] for trial in experiment.trials())


def test_on_ones_own_server_it_runs_here(client):
    experiment = client.tune(
        tell_where, SPACE, "minimize loss", trials=1, env={"FLAVOUR": "vanilla"}
    )
    experiment.wait(timeout=60)
    output = "".join(experiment.logs(experiment.trials()[0]))
    assert f"cwd {os.getcwd()}" in output and f"python {sys.executable}" in output


class TestRefused:
    def test_a_call_that_does_not_fit(self, client):
        with pytest.raises(TypeError, match="neither with x, other .* nor with one dict"):
            client.tune(returns, {**SPACE, "other": 1}, "minimize loss")

    def test_an_argument_that_cannot_travel(self, client):
        with pytest.raises(TypeError, match="y cannot travel"):
            client.tune(returns, {**SPACE, "y": object()}, "minimize loss")

    def test_what_is_too_long(self, client):
        with pytest.raises(TypeError, match="too long to travel"):
            client.tune(returns, {**SPACE, "y": os.urandom(200_000)}, "minimize loss")

    def test_faults_of_the_rest(self, client):
        with pytest.raises(qalam.InvalidExperimentError, match="no-such"):
            client.tune(prints, SPACE, "minimize loss", algorithm="no-such")
