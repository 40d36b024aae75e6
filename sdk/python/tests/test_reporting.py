"""Reporting from inside a trial: complete, in the background, harmless."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time

import pytest

import qalam
from qalam import search

SPACE = {"x": search.double(0, 1)}


@pytest.fixture
def trial(client):
    """A trial, and an environment for a process that is it."""
    experiment = client.create_experiment(qalam.ExperimentSpec(SPACE, "minimize loss", trials=1))
    running = experiment.ask()
    environment = {
        **os.environ,
        "QALAM_ADDRESS": client.address,
        "QALAM_TRIAL": running.name,
        "QALAM_NAMESPACE": running.namespace,
    }
    yield experiment, running, environment


def run(program: str, environment: dict) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_all_of_it_is_there_after_exit(trial):
    experiment, running, environment = trial
    done = run(
        """
        import qalam
        for step in range(100_000):
            qalam.report_metrics({"loss": 1.0 / (step + 1), "step_again": step}, step)
        """,
        environment,
    )
    assert (done.returncode, done.stderr) == (0, "")
    told = running.tell()
    assert told.metrics["loss"].count == told.metrics["step_again"].count == 100_000
    assert told.value == 1e-5
    assert told.metrics["step_again"].max == 99_999


def test_it_is_sent_while_the_training_runs(trial):
    experiment, running, environment = trial
    program = """
        import sys, qalam
        qalam.report_metrics({"loss": 0.5}, 0)
        sys.stdin.readline()
        """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], env=environment, stdin=subprocess.PIPE
    ) as process:
        deadline = time.monotonic() + 20
        while not experiment.metrics(running):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.stdin.write(b"\n")
        process.stdin.close()
        assert process.wait(30) == 0


def test_values_of_all_sorts(trial):
    experiment, running, environment = trial
    done = run(
        """
        import numpy, qalam
        qalam.report_metrics({
            "loss": numpy.float32(0.5), "array": numpy.array(2), "whole": 3, "yes": True,
            "text": "genotype", "wrong": object(), "none": None,
        })
        """,
        environment,
    )
    assert done.returncode == 0 and "wrong" in done.stderr
    metrics = running.tell().metrics
    assert {name: metric.latest for name, metric in metrics.items() if not metric.text} == {
        "loss": 0.5,
        "array": 2,
        "whole": 3,
        "yes": 1,
    }
    assert metrics["text"].text == "genotype"


@pytest.mark.parametrize(
    "change, said",
    [
        ({"QALAM_ADDRESS": "127.0.0.1:1"}, "not sent"),
        ({"QALAM_TRIAL": "no-such-trial"}, "no-such-trial"),
        ({"QALAM_ADDRESS": ""}, "no trial of a Qalam server"),
    ],
)
def test_what_goes_wrong_is_said_and_harmless(trial, change, said):
    _, _, environment = trial
    started = time.monotonic()
    done = run(
        """
        import qalam
        for step in range(10):
            qalam.report_metrics({"loss": 1.0}, step)
        print("trained", qalam.should_stop())
        """,
        {**environment, **change},
    )
    assert (done.returncode, done.stdout) == (0, "trained False\n")
    assert said in done.stderr
    assert time.monotonic() - started < 40


def test_a_server_that_was_away_gets_it_all(servers):
    server = servers()
    with qalam.Client(server.address) as client:
        experiment = client.create_experiment(
            qalam.ExperimentSpec(SPACE, "minimize loss", trials=1)
        )
        running = experiment.ask()
        program = """
            import sys, qalam
            for step in range(1000):
                qalam.report_metrics({"loss": float(step)}, step)
                if step in (400, 800):
                    print("at", step, flush=True)
                    sys.stdin.readline()
            """
        environment = {
            **os.environ,
            "QALAM_ADDRESS": server.address,
            "QALAM_TRIAL": running.name,
        }
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(program)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout.readline() == "at 400\n"
            server.kill()
            process.stdin.write("\n")
            process.stdin.flush()
            assert process.stdout.readline() == "at 800\n"
            server.start()
            process.stdin.write("\n")
            process.stdin.close()
            assert process.wait(60) == 0
        steps = {point.step for point in experiment.metrics(running)}
        assert steps == set(range(1000))


def test_a_forked_child_reports_too(trial):
    experiment, running, environment = trial
    done = run(
        """
        import os, qalam
        qalam.report_metrics({"loss": 1.0}, 0)
        child = os.fork()
        if child == 0:
            qalam.report_metrics({"loss": 2.0}, 1)
            os._exit(0 if qalam.reporting.flush() else 1)
        raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """,
        environment,
    )
    assert done.returncode == 0, done.stderr
    assert {point.step for point in experiment.metrics(running)} == {0, 1}
