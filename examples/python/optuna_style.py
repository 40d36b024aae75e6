"""A script for Optuna. Only its sampler is another: it was `optuna.samplers.TPESampler()`."""

import optuna

import qalam.optuna


def objective(trial):
    x = trial.suggest_float("x", -10, 10)
    y = trial.suggest_int("y", 1, 100, log=True)
    kind = trial.suggest_categorical("kind", ["round", "flat"])
    value = (x - 2) ** 2 + (y - 30) ** 2 / 100
    for step in range(5):
        trial.report(value * (5 - step), step)
        if trial.should_prune():
            raise optuna.TrialPruned
    return value if kind == "round" else value + 1


def main():
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        sampler=qalam.optuna.QalamSampler("bayesianoptimization", seed=1),
        pruner=optuna.pruners.MedianPruner(),
    )
    study.optimize(objective, n_trials=40)
    print(f"best value {study.best_value:.3f} with {study.best_params}")
    print(f"{len(study.trials)} trials")


if __name__ == "__main__":
    main()
