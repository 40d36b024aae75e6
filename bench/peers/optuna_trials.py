"""Optuna on SQLite: trials a second with a no-op objective, random sampler. Prints JSON."""

import json
import sys
import tempfile
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
count = int(sys.argv[1])
with tempfile.TemporaryDirectory() as folder:
    study = optuna.create_study(
        storage=f"sqlite:///{folder}/optuna.db", sampler=optuna.samplers.RandomSampler(seed=1)
    )
    start = time.perf_counter()
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=count)
    seconds = time.perf_counter() - start
print(json.dumps({"version": optuna.__version__, "trials_per_second": count / seconds}))
