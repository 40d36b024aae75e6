"""Trials that this process runs."""

from __future__ import annotations

import collections
import gc
import os
import threading
import time

import numpy
import pytest

import qalam
from qalam import search
from qalam._proto import qalam_v1_pb2 as api

SPACE = {"x": search.double(-1, 1)}


@pytest.fixture
def experiment(client):
    return client.create_experiment(qalam.ExperimentSpec(SPACE, "minimize loss", trials=100))


class TestTelling:
    def test_a_number(self, experiment):
        trial = experiment.ask()
        told = trial.tell(numpy.float32(0.5))
        assert told.value == 0.5 and told.state == "Succeeded" and trial.told
        assert experiment.best_trial.number == trial.number
        assert told.worker

    def test_metrics_by_name(self, experiment):
        told = experiment.ask().tell({"loss": 0.25, "size": 3, "kind": "small"})
        assert told.value == 0.25
        metrics = experiment.trials()[told.number].metrics
        assert metrics["size"].latest == 3 and metrics["kind"].text == "small"

    def test_what_was_reported(self, experiment):
        trial = experiment.ask()
        for step, loss in enumerate([3.0, 1.0, 2.0]):
            trial.report(loss, step)
        told = trial.tell()
        assert told.value == 1.0  # the least, since it is minimised
        points = experiment.metrics(told, "loss")
        assert [(point.step, point.value) for point in points] == [(0, 3.0), (1, 1.0), (2, 2.0)]

    def test_more_than_a_call_can_carry_fails_at_once(self, experiment):
        trial = experiment.ask()
        begin = time.monotonic()
        with pytest.raises(qalam.InvalidArgumentError, match="larger than max"):
            trial.tell({"loss": 1.0, **{f"text-{i}": 65_536 * "x" for i in range(300)}})
        assert time.monotonic() - begin < 30  # of 60, for which what passes is tried again
        assert trial.tell(1.0).value == 1.0

    def test_several_objectives(self, client):
        experiment = client.create_experiment(
            qalam.ExperimentSpec(SPACE, ["maximize a", "minimize b"], algorithm="random", trials=9)
        )
        first, second, third = experiment.ask_many(3)
        assert list(first.tell([1.0, 5.0]).values) == [1.0, 5.0]
        second.tell((2.0, 6.0))
        third.tell({"a": 0.5, "b": 7.0})
        front = experiment.best_trials
        assert sorted(trial.number for trial in front) == sorted([first.number, second.number])
        with pytest.raises(ValueError, match="2 objectives: a, b"):
            experiment.ask().tell(1.0)

    def test_nothing_is_refused_and_the_trial_goes_on(self, experiment):
        trial = experiment.ask()
        with pytest.raises(qalam.InvalidArgumentError, match="loss"):
            trial.tell()
        assert not trial.told
        assert trial.tell(1.0).value == 1.0

    def test_a_failure_and_what_was_given_up(self, experiment):
        assert experiment.ask().tell(state="Failed", message="no memory").message == "no memory"
        trial = experiment.ask()
        trial.report(0.5, 1)
        assert trial.tell(state="EarlyStopped").state == "EarlyStopped"
        assert experiment.ask().tell(state="Killed").state == "Killed"
        with pytest.raises(ValueError):
            experiment.ask().tell(state="Running around")

    def test_not_a_number(self, experiment):
        assert experiment.ask().tell(float("nan")).state == "MetricsUnavailable"

    def test_twice_the_same_is_one_and_another_is_refused(self, experiment):
        trial = experiment.ask()
        trial.tell(1.0)
        trial.tell(1.0)
        with pytest.raises(qalam.LeaseLostError):
            trial.tell(2.0)

    def test_many_at_once_each_taken_or_refused_by_itself(self, experiment):
        trials = experiment.ask_many(10)
        assert 1 < len(trials) <= 10
        trials[0].tell(7.0)
        with pytest.raises(qalam.LeaseLostError):
            experiment.tell_many((trial, float(trial.number)) for trial in trials)
        values = {trial.number: trial.value for trial in experiment.trials()}
        expected = {trial.number: float(trial.number) for trial in trials}
        assert values == {**expected, trials[0].number: 7.0}

    def test_many_points_are_all_there(self, experiment):
        trial = experiment.ask()
        for step in range(25_000):
            trial.report(float(step), step)
        told = trial.tell()
        assert told.metrics["loss"].count == 25_000 and told.value == 0.0

    def test_as_many_points_as_a_call_takes_and_what_is_told(self, experiment):
        trial = experiment.ask()
        for step in range(10_000):
            trial.report({"size": step}, step)
        assert trial.tell({"loss": 0.5}).value == 0.5
        assert len(experiment.metrics(trial, "size")) == 10_000

    def test_texts_of_more_than_one_call_can_carry(self, experiment):
        trial = experiment.ask()
        for step in range(320):
            trial.report({"text": 65_536 * "x"}, step)
        trial.tell(0.5)
        assert len(experiment.metrics(trial, "text")) == 320
        results = [
            (trial, {"loss": 0.25, **{f"text-{i}": 65_536 * "x" for i in range(32)}})
            for trial in experiment.ask_many(10)
        ]
        assert [told.value for told in experiment.tell_many(results)] == len(results) * [0.25]

    def test_what_cannot_be_told_takes_nothing_with_it(self, experiment):
        trial = experiment.ask()
        trial.report(0.5, 0)
        with pytest.raises(TypeError, match="name of a metric"):
            trial.tell({7: 1.0})
        with pytest.raises(TypeError, match="name of a metric"):
            trial.report({7: 1.0})
        with pytest.raises(ValueError, match="whole number"):
            trial.report(0.25, 0.5)
        with pytest.raises(TypeError, match="whole number"):
            trial.report(0.25, "1")
        trial.report(0.75, 3.0)
        assert trial.tell().value == 0.5
        points = experiment.metrics(trial.name, "loss")
        assert [(point.step, point.value) for point in points] == [(0, 0.5), (3, 0.75)]

    @pytest.mark.slow
    def test_many_that_nobody_takes_keep_what_they_reported(self, servers):
        server = servers()
        with qalam.Client(server.address, timeout=1) as client:
            experiment = client.create_experiment(
                qalam.ExperimentSpec(SPACE, "minimize loss", trials=2)
            )
            trials = experiment.ask_many(2)
            server.kill()
            for trial in trials:
                trial.report({"size": 5}, 0)
            with pytest.raises(qalam.UnavailableError):
                experiment.tell_many((trial, 1.0) for trial in trials)
            server.start()
            client.connection.timeout = 60
            experiment.tell_many((trial, 1.0) for trial in trials)
            assert [trial.metrics["size"].count for trial in experiment.trials()] == [1, 1]

    def test_a_server_with_no_room_for_it_is_asked_again(self, experiment, monkeypatch):
        call = experiment.client.connection.call
        full = [True, True]

        def refusing(name, request, *arguments, **options):
            if name == "TellTrials" and full:
                full.pop()
                return api.TellTrialsReply(
                    answers=[{"code": 8, "message": "full"} for _ in request.trials]
                )
            return call(name, request, *arguments, **options)

        monkeypatch.setattr(experiment.client.connection, "call", refusing)
        first, second = experiment.ask_many(2)
        assert first.tell(1.0).value == 1.0
        full += [True, True]
        assert [told.value for told in experiment.tell_many([(second, 2.0)])] == [2.0]
        assert full == []


class TestContext:
    def test_reported_and_left(self, experiment):
        with experiment.ask() as trial:
            trial.report(0.5)
        assert experiment.trials()[trial.number].value == 0.5

    def test_an_error_fails_the_trial_and_goes_on(self, experiment):
        with pytest.raises(ZeroDivisionError):
            with experiment.ask() as trial:
                1 / 0  # noqa: B018
        failed = experiment.trials()[trial.number]
        assert failed.state == "Failed"
        assert "ZeroDivisionError" in failed.message and "1 / 0" in failed.message

    def test_an_error_that_is_not_utf8_is_told_too(self, experiment):
        with pytest.raises(OSError, match="caf"):
            with experiment.ask() as trial:
                raise OSError(os.fsdecode(b"no file caf\xe9"))
        failed = experiment.trials()[trial.number]
        assert failed.state == "Failed" and "no file caf\\udce9" in failed.message

    def test_stop_trial_is_no_error(self, experiment):
        with experiment.ask() as trial:
            trial.report(0.75)
            raise qalam.StopTrial("hopeless")
        stopped = experiment.trials()[trial.number]
        assert stopped.state == "EarlyStopped" and stopped.message == "hopeless"

    def test_an_interrupt_kills_it(self, experiment):
        with pytest.raises(KeyboardInterrupt):
            with experiment.ask() as trial:
                raise KeyboardInterrupt
        assert experiment.trials()[trial.number].state == "Killed"

    def test_neither_told_nor_reported_is_an_error(self, experiment):
        with pytest.raises(qalam.InvalidArgumentError):
            with experiment.ask() as trial:
                pass
        assert experiment.trials()[trial.number].state == "Failed"


class TestAsking:
    def test_no_trial_is_given_twice_and_the_budget_holds(self, client):
        experiment = client.create_experiment(
            qalam.ExperimentSpec(SPACE, "minimize loss", trials=7)
        )
        trials = experiment.ask_many(5) + experiment.ask_many(5)
        assert sorted(trial.number for trial in trials) == list(range(7))
        with pytest.raises(qalam.DeadlineError, match="no trial for now"):
            experiment.ask(timeout=0.2)
        for trial in trials:
            trial.tell(0.0)
        with pytest.raises(qalam.ExperimentEndedError, match="has ended"):
            experiment.ask()

    def test_it_waits_until_there_is_room(self, client):
        experiment = client.create_experiment(
            qalam.ExperimentSpec(SPACE, "minimize loss", trials=2, parallel=1)
        )
        first = experiment.ask()
        asked = []
        thread = threading.Thread(target=lambda: asked.append(experiment.ask()), daemon=True)
        thread.start()
        with pytest.raises(qalam.DeadlineError):
            experiment.ask(timeout=0.3)
        assert asked == []
        first.tell(1.0)
        thread.join(20)
        assert asked[0].number == 1

    def test_one_that_waits_delays_no_other(self, client, monkeypatch):
        experiment = client.create_experiment(
            qalam.ExperimentSpec(SPACE, "minimize loss", trials=2, parallel=1)
        )
        waits = threading.Event()
        call = client.connection.call

        def watched(name, request, *arguments, **options):
            if name == "AskTrials" and request.wait_seconds > 5:
                waits.set()
            return call(name, request, *arguments, **options)

        monkeypatch.setattr(client.connection, "call", watched)
        first = experiment.ask()
        patient = threading.Thread(target=experiment.ask, daemon=True)
        patient.start()
        assert waits.wait(20)
        started = time.monotonic()
        with pytest.raises(qalam.DeadlineError):
            experiment.ask(timeout=0.2)
        assert time.monotonic() - started < 10
        first.tell(1.0)
        patient.join(20)
        assert not patient.is_alive()

    def test_experiments_that_the_server_runs_are_not_asked(self, client):
        experiment = client.create_experiment(
            qalam.ExperimentSpec(SPACE, "minimize loss", command=["true"], trials=1)
        )
        with pytest.raises(qalam.FailedPreconditionError):
            experiment.ask()

    def test_a_lease_that_ends_gives_the_trial_to_another(self, client, monkeypatch):
        experiment = client.create_experiment(
            qalam.ExperimentSpec(SPACE, "minimize loss", trials=1)
        )
        # A worker whose heart has stopped.
        monkeypatch.setattr(client.leases, "hold", lambda lease: None)
        lost = experiment.ask(lease_seconds=1)
        assert not lost.should_stop()
        taken = experiment.ask(timeout=20)
        assert (taken.number, taken.params) == (lost.number, lost.params)
        with pytest.raises(qalam.LeaseLostError):
            lost.tell(1.0)
        assert taken.tell(2.0).value == 2.0
        assert experiment.wait(timeout=20).best_trial.value == 2.0

    def test_a_lease_is_renewed_while_its_trial_lives(self, client):
        experiment = client.create_experiment(
            qalam.ExperimentSpec(SPACE, "minimize loss", trials=1)
        )
        trial = experiment.ask(lease_seconds=1)
        with pytest.raises(qalam.DeadlineError):
            experiment.ask(timeout=2.5)
        assert trial.tell(1.0).state == "Succeeded"

    def test_a_trial_that_nothing_refers_to_is_given_back(self, client):
        experiment = client.create_experiment(
            qalam.ExperimentSpec(SPACE, "minimize loss", trials=1)
        )
        number = experiment.ask(lease_seconds=1).number
        gc.collect()
        assert experiment.ask(timeout=20).number == number

    def test_a_trial_learns_that_it_should_stop(self, client):
        experiment = client.create_experiment(
            qalam.ExperimentSpec(SPACE, "minimize loss", trials=5)
        )
        trial = experiment.ask(lease_seconds=1)
        assert not trial.should_stop()
        experiment.stop()
        deadline = time.monotonic() + 10
        while not trial.should_stop():
            assert time.monotonic() < deadline
            time.sleep(0.05)


class TestOptimize:
    def test_alone(self, experiment):
        best = experiment.optimize(lambda trial: trial.params["x"] ** 2, n_trials=10)
        values = [trial.value for trial in experiment.trials()]
        assert len(values) == 10 and best.value == min(values)

    def test_until_the_experiment_ends_with_threads(self, client):
        experiment = client.create_experiment(
            qalam.ExperimentSpec(SPACE, "minimize loss", trials=40)
        )
        threads = set()

        def function(trial):
            threads.add(threading.get_ident())
            return trial.params["x"] ** 2

        experiment.optimize(function, n_jobs=4)
        assert experiment.state == "Succeeded" and experiment.status.counts.succeeded == 40
        assert 1 < len(threads) <= 4

    def test_n_trials_is_shared_by_the_threads(self, experiment):
        experiment.optimize(lambda trial: 1.0, n_trials=13, n_jobs=5)
        assert experiment.status.counts.succeeded == 13

    def test_batches_are_asked_for_and_told_at_once(self, experiment, monkeypatch):
        calls = collections.Counter()
        call = experiment.client.connection.call

        def counted(name, *arguments, **options):
            calls[name] += 1
            return call(name, *arguments, **options)

        monkeypatch.setattr(experiment.client.connection, "call", counted)
        best = experiment.optimize(lambda trial: trial.params["x"] ** 2, n_trials=40, batch=16)
        values = [trial.value for trial in experiment.trials()]
        assert len(values) == 40 and best.value == min(values)
        assert (calls["AskTrials"], calls["TellTrials"]) == (3, 3)

    def test_batches_of_many_threads_keep_to_the_budget(self, client):
        experiment = client.create_experiment(
            qalam.ExperimentSpec(SPACE, "minimize loss", trials=50)
        )
        experiment.optimize(lambda trial: 1.0, n_trials=29, n_jobs=3, batch=4)
        assert experiment.status.counts.succeeded == 29
        experiment.optimize(lambda trial: 1.0, n_jobs=3, batch=8)
        assert experiment.state == "Succeeded" and experiment.status.counts.succeeded == 50

    def test_each_of_a_batch_ends_in_its_own_way(self, experiment):
        def function(trial):
            kind = trial.number % 6
            if kind == 0:
                raise ValueError("none")
            if kind == 1:
                raise qalam.StopTrial("hopeless")
            if kind == 2:
                return trial.report(0.5)
            if kind == 3:
                trial.tell(0.25)
            return "not a number" if kind == 4 else float(trial.number)

        experiment.optimize(function, n_trials=12, batch=6, catch=ValueError)
        trials = experiment.trials()
        states = [str(trial.state) for trial in trials]
        once = ["Failed", "EarlyStopped", "Succeeded", "Succeeded", "Failed", "Succeeded"]
        assert states == 2 * once
        assert [trial.value for trial in trials[2:6]] == [0.5, 0.25, None, 5.0]

    def test_what_a_batch_has_found_is_kept_when_one_ends_the_loop(self, experiment):
        def function(trial):
            if trial.number == 2:
                raise ValueError("none")
            return 1.0

        with pytest.raises(ValueError, match="none"):
            experiment.optimize(function, n_trials=5, batch=5)
        states = [str(trial.state) for trial in experiment.trials()]
        assert states == ["Succeeded", "Succeeded", "Failed", "Running", "Running"]
        with pytest.raises(ValueError, match="at least one"):
            experiment.optimize(function, batch=0)

    def test_an_error_ends_it_unless_it_is_caught(self, experiment):
        def function(trial):
            if trial.number % 2:
                raise ValueError("odd")
            return 1.0

        with pytest.raises(ValueError, match="odd"):
            experiment.optimize(function, n_trials=10)
        assert experiment.status.counts.total == 2
        experiment.optimize(function, n_trials=10, catch=ValueError)
        states = collections.Counter(trial.state for trial in experiment.trials())
        assert states == {"Succeeded": 6, "Failed": 6}

    def test_a_time_limit(self, experiment):
        started = time.monotonic()
        experiment.optimize(lambda trial: time.sleep(0.05) or 1.0, timeout=0.3, n_jobs=2)
        assert time.monotonic() - started < 10
        assert 2 <= experiment.status.counts.succeeded <= 20

    def test_a_bar(self, experiment, capfd):
        experiment.optimize(lambda trial: 1.0, n_trials=3, progress=True)
        assert experiment.name in capfd.readouterr().err

    def test_no_thread_is_refused(self, experiment):
        with pytest.raises(ValueError, match="at least one"):
            experiment.optimize(lambda trial: 1.0, n_trials=1, n_jobs=0)

    def test_the_short_way(self, client):
        best = qalam.optimize(
            lambda x: (x - 0.25) ** 2, SPACE, "minimize loss", trials=20, seed=3, client=client
        )
        assert best.value < 0.1
        with pytest.raises(ValueError, match="when to end"):
            qalam.optimize(lambda x: x, SPACE, client=client)
