"""Reporting from inside a trial: complete, in the background, harmless."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from concurrent import futures

import grpc
import numpy
import pytest

import qalam
from qalam import search
from qalam._connection import Connection
from qalam._points import readable_step
from qalam._proto import qalam_v1_pb2 as api
from qalam._proto import qalam_v1_pb2_grpc
from qalam._reports import PointBuffer, Reporter

SPACE = {"x": search.double(0, 1)}


def trial_of(client):
    """A trial, and an environment for a process that is it."""
    experiment = client.create_experiment(qalam.ExperimentSpec(SPACE, "minimize loss", trials=1))
    running = experiment.ask()
    environment = {
        **os.environ,
        "QALAM_ADDRESS": client.address,
        "QALAM_TRIAL": running.name,
        "QALAM_NAMESPACE": running.namespace,
    }
    return experiment, running, environment


@pytest.fixture
def trial(client):
    return trial_of(client)


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
        experiment, running, environment = trial_of(client)
        program = """
            import sys, qalam
            for step in range(1000):
                qalam.report_metrics({"loss": float(step)}, step)
                if step in (400, 800):
                    print("at", step, flush=True)
                    sys.stdin.readline()
            """
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


def test_a_full_disk_delays_it_and_loses_nothing(servers):
    server = servers()
    with qalam.Client(server.address) as client:
        experiment, running, environment = trial_of(client)
        program = """
            import qalam
            qalam.report_metrics({"loss": 0.5}, 0)
            print(qalam.reporting.flush(timeout=1), flush=True)
            qalam.report_metrics({"loss": 0.25}, 1)
            input()
            qalam.report_metrics({"loss": 0.125}, 2)
            """
        with server.full_disk():
            process = subprocess.Popen(
                [sys.executable, "-c", textwrap.dedent(program)],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            assert process.stdout.readline() == "False\n"
        said = process.communicate("\n", timeout=60)[1]
        assert process.returncode == 0 and "no room left" in said
        assert [point.step for point in experiment.metrics(running, "loss")] == [0, 1, 2]


class _Refusing(qalam_v1_pb2_grpc.ExperimentServiceServicer):
    """A server that answers with an error at first."""

    def __init__(self, code: grpc.StatusCode) -> None:
        self.code = code
        self.steps: list[int] = []

    def ReportMetrics(self, request, context):
        if self.code is not None:
            code, self.code = self.code, None
            context.abort(code, "not now")
        self.steps += [point.step for trial in request.trials for point in trial.points]
        return api.ReportMetricsReply()


@pytest.mark.parametrize(
    "code, is_final",
    [
        (grpc.StatusCode.RESOURCE_EXHAUSTED, False),
        (grpc.StatusCode.INTERNAL, False),
        (grpc.StatusCode.UNKNOWN, False),
        (grpc.StatusCode.DATA_LOSS, False),
        (grpc.StatusCode.ABORTED, False),
        (grpc.StatusCode.NOT_FOUND, True),
        (grpc.StatusCode.FAILED_PRECONDITION, True),
        (grpc.StatusCode.INVALID_ARGUMENT, True),
        (grpc.StatusCode.PERMISSION_DENIED, True),
    ],
)
def test_only_what_is_refused_for_ever_is_given_up(code, is_final):
    server = grpc.server(futures.ThreadPoolExecutor(1))
    port = server.add_insecure_port("127.0.0.1:0")
    service = _Refusing(code)
    qalam_v1_pb2_grpc.add_ExperimentServiceServicer_to_server(service, server)
    server.start()
    connection = Connection(f"127.0.0.1:{port}")
    reporter, buffer = Reporter(connection), PointBuffer("default", "trial")
    try:
        buffer.add("loss", 0.5, 0)
        try:
            reporter.flush_buffer(buffer, 20)
        except qalam.QalamError as error:
            assert "not now" in str(error)
        buffer.add("loss", 0.25, 1)
        reporter.flush_buffer(buffer, 20)
        assert service.steps == ([] if is_final else [0, 1])
        assert bool(buffer.lost) == is_final
    finally:
        connection.close()
        server.stop(None)


def test_what_was_refused_for_ever_is_never_said_to_be_sent(trial):
    _, running, environment = trial
    running.tell(1.0)
    done = run(
        """
        import qalam
        for step in range(2):
            qalam.report_metrics({"loss": 1.0}, step)
            print(qalam.reporting.flush())
        """,
        environment,
    )
    assert done.stdout == "False\nFalse\n"


def test_a_name_or_step_that_is_none_is_said_once_and_harmless(trial):
    experiment, running, environment = trial
    done = run(
        """
        import numpy, qalam
        qalam.report_metrics({"loss": 1.0}, 0.5)
        qalam.report_metrics({"loss": 2.0}, numpy.float32(3))
        qalam.report_metrics({5: 1.0, "": 1.0, "caf\\udce9": 1.0, "loss": 3.0}, numpy.int64(4))
        qalam.report_metrics({251 * "m": 1.0, "loss": "", 250 * "m": 1.0})
        qalam.report_metrics({"loss": 4.0}, "five")
        qalam.report_metrics({"loss": 5.0}, 2 ** 70)
        print(qalam.reporting.flush())
        qalam.report_metrics({"loss": 6.0}, 6)
        """,
        environment,
    )
    assert (done.returncode, done.stdout) == (0, "True\n")
    assert done.stderr == (
        "metrics are reported without their steps: a step is a whole number, not 0.5\n"
    )
    points = [(point.value, point.step) for point in experiment.metrics(running)]
    assert points == [(1, None), (2, 3), (3, 4), (1, None), (4, None), (5, None), (6, 6)]


def test_whole_steps_of_all_sorts():
    for step in (3, 3.0, True + 2, numpy.int8(3), numpy.float16(3), numpy.array(3)):
        assert readable_step(step) == 3
    for step in (0.5, float("nan"), float("inf"), numpy.float32(0.5), 2**63, 1e30):
        with pytest.raises(ValueError, match="step"):
            readable_step(step)
    for step in ("3", b"3", [3], object()):
        with pytest.raises(TypeError, match="step"):
            readable_step(step)


def test_texts_of_more_than_one_call_can_carry(trial):
    experiment, running, environment = trial
    done = run(
        """
        import qalam
        for step in range(320):
            qalam.report_metrics({"text": "x" * 65536}, step)
        """,
        environment,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert {point.step for point in experiment.metrics(running)} == set(range(320))


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
