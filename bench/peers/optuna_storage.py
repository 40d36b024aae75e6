"""Optuna's storages: trials a second, points in and out, the curve of one trial, and the list of many.

usage: optuna_storage.py STORAGE TRIALS POINTS LISTED, STORAGE being a URL or the path of a journal. Prints JSON.
"""

import json
import statistics
import sys
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def open_storage(address):
    if "://" in address:
        return optuna.storages.RDBStorage(address)
    journal = optuna.storages.JournalFileStorage(address)
    return optuna.storages.JournalStorage(journal)


def seconds_of(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median_milliseconds(work, times):
    return 1000 * statistics.median(seconds_of(work) for _ in range(times))


def run_trials(study, count):
    for number in range(count):
        trial = study.ask()
        trial.suggest_float("lr", 0, 1)
        trial.suggest_int("units", 1, 100)
        trial.suggest_categorical("optimizer", ["adam", "sgd"])
        study.tell(trial, 1.0 / (1 + number))


def main():
    address, trials, points, listed = sys.argv[1], *map(int, sys.argv[2:5])
    storage = open_storage(address)
    sampler = optuna.samplers.RandomSampler(seed=1)
    study = optuna.create_study(storage=storage, sampler=sampler)
    trial_seconds = seconds_of(lambda: run_trials(study, trials))

    curve = optuna.create_study(storage=storage, sampler=sampler).ask()

    def report():
        for step in range(points):
            curve.report(1.0 / (1 + step), step)

    report_seconds = seconds_of(report)

    # As another process sees it: without what this one has in its cache.
    def read_curve():
        values = open_storage(address).get_trial(curve._trial_id).intermediate_values
        assert len(values) == points

    many = optuna.create_study(storage=storage, sampler=sampler)
    run_trials(many, listed)

    def list_trials():
        assert len(open_storage(address).get_all_trials(many._study_id, deepcopy=False)) == listed

    print(
        json.dumps(
            {
                "version": optuna.__version__,
                "trials_per_second": trials / trial_seconds,
                "points_in_per_second": points / report_seconds,
                "points_out_per_second": points / seconds_of(read_curve),
                "chart_points": points,
                "chart_milliseconds": median_milliseconds(read_curve, 3),
                "listed_trials": listed,
                "first_page_milliseconds": median_milliseconds(list_trials, 3),
            }
        )
    )


main()
