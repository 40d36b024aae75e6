"""Many workers at once, and a server that dies among them."""

from __future__ import annotations

import collections
import json
import subprocess
import sys
import time

import pytest
from support import wait_until

import qalam
from qalam import search

PROCESSES = 8
THREADS = 8
TRIALS = 5000

# Prints what it was given, and what it told.
WORKER = """
import json, sys, threading, traceback
import qalam

given, told, errors = [], {}, []

def work(experiment):
    try:
        while True:
            trial = experiment.ask()
            given.append(trial.number)
            value = trial.params["x"] + trial.params["y"]
            trial.tell(value)
            told[trial.number] = value
    except qalam.ExperimentEndedError:
        pass
    except BaseException:
        errors.append(traceback.format_exc())

with qalam.Client(sys.argv[1]) as client:
    experiment = client.get_experiment(sys.argv[2])
    threads = [threading.Thread(target=work, args=(experiment,)) for _ in range(int(sys.argv[3]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print(json.dumps([given, told, errors]))
"""


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
        workers = [
            subprocess.Popen(
                [sys.executable, "-c", WORKER, server.address, experiment.name, str(THREADS)],
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(PROCESSES)
        ]
        try:
            wait_until(lambda: experiment.status.counts.succeeded >= TRIALS // 2, seconds=300)
            server.kill()
            server.start()
            deadline = time.monotonic() + 300
            said = [
                worker.communicate(timeout=max(0.0, deadline - time.monotonic()))[0]
                for worker in workers
            ]
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
        given: collections.Counter = collections.Counter()
        told: dict[int, float] = {}
        for text in said:
            numbers, values, errors = json.loads(text)
            assert errors == []
            given.update(numbers)
            told.update((int(number), value) for number, value in values.items())

        trials = experiment.trials()
        assert [trial.number for trial in trials] == list(range(TRIALS))
        # No trial was given to two workers, and what each was told is what it is.
        assert given == {number: 1 for number in range(TRIALS)}
        assert {trial.number: trial.value for trial in trials} == told
        assert {str(trial.state) for trial in trials} == {"Succeeded"}
        status = experiment.status
        assert status.state == "Succeeded" and status.counts.total == TRIALS
        assert status.best_trial.value == min(told.values())
