"""Optuna on SQLite: `trial.report` calls a second. Prints JSON."""

import json
import sys
import tempfile
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
count = int(sys.argv[1])
with tempfile.TemporaryDirectory() as folder:
    study = optuna.create_study(storage=f"sqlite:///{folder}/optuna.db")
    trial = study.ask()
    start = time.perf_counter()
    for step in range(count):
        trial.report(0.5, step)
    seconds = time.perf_counter() - start
print(json.dumps({"version": optuna.__version__, "points_per_second": count / seconds}))
