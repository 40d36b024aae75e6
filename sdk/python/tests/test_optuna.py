"""Studies that were written for Optuna."""

from __future__ import annotations

import pickle
import threading

import optuna
import pytest

import qalam
from qalam import search
from qalam.optuna import QalamSampler, qalam_objective

optuna.logging.set_verbosity(optuna.logging.WARNING)


def objective(trial):
    x = trial.suggest_float("x", -10, 10)
    y = trial.suggest_int("y", 1, 100, log=True)
    z = trial.suggest_float("z", 0, 1, step=0.1)
    kind = trial.suggest_categorical("kind", ["a", None, (1, 2)])
    return (x - 2) ** 2 + abs(y - 10) + z + (0 if kind == (1, 2) else 1)


@pytest.mark.parametrize("algorithm", ["bayesianoptimization", "tpe", "cmaes", "random", "sobol"])
def test_a_study_runs_with_the_algorithm(client, algorithm):
    study = optuna.create_study(sampler=QalamSampler(algorithm, seed=1, client=client))
    study.optimize(objective, n_trials=25)
    assert len(study.trials) == 25
    assert all(trial.state.name == "COMPLETE" for trial in study.trials)


def test_it_is_qalams_algorithm_that_chooses(client):
    """Far better than chance on a smooth function."""
    best = {}
    for name, sampler in (
        ("qalam", QalamSampler("bayesianoptimization", seed=1, client=client)),
        ("random", optuna.samplers.RandomSampler(seed=1)),
    ):
        study = optuna.create_study(sampler=sampler)
        study.optimize(
            lambda trial: sum((trial.suggest_float(f"x{i}", -5, 5) - 1) ** 2 for i in range(3)),
            n_trials=40,
        )
        best[name] = study.best_value
    assert best["qalam"] < 0.05 < best["random"]


def test_the_same_seed_does_the_same(client):
    def run():
        study = optuna.create_study(sampler=QalamSampler("tpe", seed=5, client=client))
        study.optimize(objective, n_trials=12)
        return [trial.params for trial in study.trials]

    assert run() == run()


def test_maximizing_and_settings(client):
    sampler = QalamSampler("tpe", {"n_startup_trials": 5}, seed=1, client=client)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(lambda trial: -((trial.suggest_float("x", -10, 10) - 3) ** 2), n_trials=30)
    assert study.best_value > -1


def test_several_objectives(client):
    sampler = QalamSampler("nsga2", seed=1, client=client)
    study = optuna.create_study(directions=["minimize", "maximize"], sampler=sampler)
    study.optimize(
        lambda trial: (trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)), n_trials=20
    )
    assert len(study.best_trials) >= 1


def test_threads_and_asking_by_hand(client):
    study = optuna.create_study(sampler=QalamSampler("tpe", seed=1, client=client))
    study.optimize(objective, n_trials=24, n_jobs=4)
    assert len(study.trials) == 24
    trial = study.ask()
    trial.suggest_float("x", -10, 10)
    study.tell(trial, 1.0)


def test_pruned_and_failed_trials_and_spaces_that_change(client):
    def changing(trial):
        x = trial.suggest_float("x", 0, 1)
        if trial.number % 5 == 4:
            raise ValueError("broken")
        if trial.number > 10:
            x += trial.suggest_float("late", 0, 1)
        for step in range(3):
            trial.report(x + step, step)
            if trial.number % 3 == 0 and step == 1:
                raise optuna.TrialPruned
        return x

    study = optuna.create_study(sampler=QalamSampler("tpe", seed=1, client=client))
    study.optimize(changing, n_trials=30, catch=ValueError)
    states = {trial.state.name for trial in study.trials}
    assert states == {"COMPLETE", "PRUNED", "FAIL"}


def test_workers_on_one_storage_know_of_each_other(client, tmp_path):
    storage = f"sqlite:///{tmp_path}/optuna.db"
    optuna.create_study(study_name="shared", storage=storage)

    def work(seed):
        sampler = QalamSampler("bayesianoptimization", seed=seed, client=client)
        study = optuna.load_study(study_name="shared", storage=storage, sampler=sampler)
        study.optimize(lambda trial: trial.suggest_float("x", -10, 10) ** 2, n_trials=8)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    study = optuna.load_study(study_name="shared", storage=storage)
    assert len(study.trials) == 16 and study.best_value < 1


def test_what_the_algorithm_does_not_take_is_said(client):
    study = optuna.create_study(sampler=QalamSampler("tpe", {"no_such_setting": 1}, client=client))
    with pytest.raises(qalam.InvalidArgumentError, match="no_such_setting"):
        study.optimize(objective, n_trials=3)


def test_it_can_be_pickled(client):
    sampler = pickle.loads(pickle.dumps(QalamSampler("tpe", seed=1, client=client)))
    assert isinstance(sampler, QalamSampler)


class TestObjectivesInExperiments:
    def test_an_objective_runs_unchanged(self, client):
        experiment = client.create_experiment(
            qalam.ExperimentSpec(
                {
                    "x": search.double(-10, 10),
                    "y": search.int(1, 100, log=True),
                    "z": search.step(0, 1, 0.1),
                    "kind": search.categorical(["a", None]),
                },
                "minimize value",
                trials=10,
            )
        )
        best = experiment.optimize(qalam_objective(objective))
        assert best.value == min(trial.value for trial in experiment.trials())

    def test_what_is_not_in_the_space_is_said(self, client):
        experiment = client.create_experiment(
            qalam.ExperimentSpec({"x": search.double(-10, 10)}, "minimize value", trials=4)
        )
        with pytest.raises(ValueError, match="y is not among"):
            experiment.optimize(qalam_objective(objective), n_trials=1)
        with pytest.raises(ValueError, match="is not from 11 to 12"):
            experiment.optimize(
                qalam_objective(lambda trial: trial.suggest_float("x", 11, 12)), n_trials=1
            )
