#!/usr/bin/python3
"""Optuna as a peer: ask/tell in JSON lines (see ../README.md).

usage: optuna_peer.py tpe|multivariate-tpe|cmaes|cmaes-ipop|cmaes-bipop|random|nsga2
"""

import json
import sys
import warnings

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")

# Raise when a change here changes what Optuna is asked: results of before are then not taken from
# the cache.
REVISION = 1

SAMPLERS = {
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "multivariate-tpe": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True),
    "cmaes": lambda seed: optuna.samplers.CmaEsSampler(seed=seed),
    "cmaes-ipop": lambda seed: optuna.samplers.CmaEsSampler(seed=seed, restart_strategy="ipop"),
    "cmaes-bipop": lambda seed: optuna.samplers.CmaEsSampler(seed=seed, restart_strategy="bipop"),
    "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    "nsga2": lambda seed: optuna.samplers.NSGAIISampler(seed=seed),
}


class Parameter:
    """One parameter as Optuna's distribution, and back.

    A discrete list is a whole number, its values by size: this tells Optuna the order, which a
    categorical distribution would keep from it.
    """

    def __init__(self, description):
        self.name = description["name"]
        kind = description["type"]
        self.values = None
        if kind == "double":
            self.distribution = FloatDistribution(
                description["min"], description["max"], log=description["log"]
            )
        elif kind == "int":
            self.distribution = IntDistribution(
                description["min"], description["max"], log=description["log"]
            )
        elif kind == "discrete":
            self.values = sorted(description["values"], key=float)
            self.distribution = IntDistribution(0, len(self.values) - 1)
        else:
            self.distribution = CategoricalDistribution(description["values"])

    def value(self, internal):
        return self.values[internal] if self.values is not None else internal


class Run:
    def __init__(self, kind, request):
        self.parameters = [Parameter(one) for one in request["parameters"]]
        self.distributions = {one.name: one.distribution for one in self.parameters}
        self.study = optuna.create_study(
            sampler=SAMPLERS[kind](request["seed"]),
            directions=["minimize"] * request["objectives"],
        )
        self.trials = {}

    def ask(self):
        trial = self.study.ask(self.distributions)
        self.trials[trial.number] = trial
        values = {one.name: one.value(trial.params[one.name]) for one in self.parameters}
        return {"id": trial.number, "parameters": values}

    def tell(self, request):
        trial = self.trials.pop(request["id"])
        if any(value is None for value in request["values"]):
            self.study.tell(trial, state=optuna.trial.TrialState.FAIL)
        else:
            self.study.tell(trial, request["values"])
        return {}


def main():
    kind = sys.argv[1]
    run = None
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "hello":
            # Some versions lack some kinds: better said now than at every start.
            try:
                SAMPLERS[kind](0)
            except ValueError as error:
                print(json.dumps({"error": f"Optuna {optuna.__version__}: {error}"}), flush=True)
                continue
            version = f"{optuna.__version__} adapter {REVISION}"
            answer = {"name": f"optuna-{kind}", "version": version}
        elif request["op"] == "start":
            run = Run(kind, request)
            answer = {}
        elif request["op"] == "ask":
            answer = run.ask()
        else:
            answer = run.tell(request)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
