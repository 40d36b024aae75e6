"""Optuna's TPE in memory: seconds a suggestion of 10 parameters after a history. Prints JSON."""

import json
import random
import sys
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
history, repeats, multivariate = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "multivariate"
space = {f"x{i}": optuna.distributions.FloatDistribution(0, 1) for i in range(10)}
random.seed(1)
sampler = optuna.samplers.TPESampler(seed=1, multivariate=multivariate)
study = optuna.create_study(sampler=sampler)
for _ in range(history):
    point = {name: random.random() for name in space}
    value = sum((x - 0.3) ** 2 for x in point.values())
    study.add_trial(optuna.create_trial(params=point, distributions=space, value=value))
start = time.perf_counter()
for _ in range(repeats):
    trial = study.ask()
    for name in space:
        trial.suggest_float(name, 0, 1)
    study.tell(trial, 1.0)
seconds = (time.perf_counter() - start) / repeats
print(json.dumps({"version": optuna.__version__, "seconds_per_suggestion": seconds}))
