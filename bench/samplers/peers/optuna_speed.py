#!/usr/bin/python3
"""Optuna's processor time a trial, in memory: asking and telling. Prints JSON.

usage: optuna_speed.py KIND PARAMETERS OBJECTIVES HISTORY TRIALS

The same run as bench_sampler_speed's, without JSON between. KIND as in optuna_peer.py.
"""

import json
import random
import sys
import time

import optuna
from optuna.distributions import FloatDistribution

from optuna_peer import SAMPLERS


def objectives(point, count):
    return [sum((x - 0.3 - 0.4 * i) ** 2 for x in point.values()) for i in range(count)]


def main():
    kind = sys.argv[1]
    parameters, count, history, trials = map(int, sys.argv[2:])
    space = {f"x{i}": FloatDistribution(0, 1) for i in range(parameters)}
    study = optuna.create_study(sampler=SAMPLERS[kind](1), directions=["minimize"] * count)
    random.seed(1)
    for _ in range(history):
        point = {name: random.random() for name in space}
        study.add_trial(
            optuna.create_trial(
                params=point, distributions=space, values=objectives(point, count)
            )
        )
    start = time.process_time()
    for _ in range(trials):
        trial = study.ask(space)
        study.tell(trial, objectives(trial.params, count))
    seconds = time.process_time() - start
    print(json.dumps({"version": optuna.__version__, "seconds": seconds}))


if __name__ == "__main__":
    main()
