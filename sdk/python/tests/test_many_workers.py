"""Many workers at once, and a server that dies among them."""

from __future__ import annotations

import collections
import threading
import time

import pytest

import qalam
from qalam import search

WORKERS = 64
TRIALS = 5000


@pytest.mark.slow
def test_64_workers_tell_5000_trials_over_a_crash(servers):
    server = servers()
    with qalam.Client(server.address) as client:
        experiment = client.create_experiment(
            qalam.ExperimentSpec(
                {"x": search.double(0, 1), "y": search.int(0, 1000)},
                "minimize loss",
                algorithm="random",
                trials=TRIALS,
                seed=1,
            )
        )
        told: dict[int, float] = {}
        given: collections.Counter = collections.Counter()
        half = threading.Event()
        errors: list[BaseException] = []

        def work():
            # Each worker comes with a view of its own, as one on another machine would.
            mine = client.get_experiment(experiment.name)
            try:
                while True:
                    trial = mine.ask()
                    given[trial.number] += 1
                    value = trial.params["x"] + trial.params["y"]
                    trial.tell(value)
                    told[trial.number] = value
                    if len(told) >= TRIALS // 2:
                        half.set()
            except qalam.ExperimentEndedError:
                pass
            except BaseException as error:
                errors.append(error)
                half.set()

        threads = [threading.Thread(target=work, daemon=True) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        assert half.wait(120)
        server.kill()
        server.start()
        deadline = time.monotonic() + 150
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
            assert not thread.is_alive()
        assert errors == []

        trials = experiment.trials()
        assert [trial.number for trial in trials] == list(range(TRIALS))
        # No trial was given to two workers, and what each was told is what it is.
        assert given == {number: 1 for number in range(TRIALS)}
        assert {trial.number: trial.value for trial in trials} == told
        assert {str(trial.state) for trial in trials} == {"Succeeded"}
        status = experiment.status
        assert status.state == "Succeeded" and status.counts.total == TRIALS
        assert status.best_trial.value == min(told.values())
