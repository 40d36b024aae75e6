"""Processor time of suggestions, held against the aims and against Optuna."""

import dataclasses
import json
import os
import subprocess

from driver.optimizers import HERE, PYTHON


@dataclasses.dataclass(frozen=True)
class Aim:
    """One row: `trials` asked and told in sequence after `history` random ones."""

    algorithm: str
    parameters: int  # or layers of a network
    history: int
    trials: int
    # Milliseconds a trial; for a whole run, its time by its trials. None: only to be known.
    aim: float | None
    objectives: int = 1
    peer: str = ""  # a kind of Optuna's; Debian's has no Gaussian process
    # The peer slows down as trials accumulate, so fewer flatter it; its own count for sanity.
    peer_trials: int = 0
    of: str = "parameters"


AIMS = [
    Aim("tpe", 10, 1000, 200, 0.2, peer="tpe", peer_trials=20),
    Aim("tpe", 40, 0, 1000, 0.4, peer="tpe", peer_trials=200),
    Aim("multivariate-tpe", 10, 1000, 200, None, peer="multivariate-tpe", peer_trials=20),
    Aim("cmaes", 40, 0, 10000, 0.03, peer="cmaes", peer_trials=1000),
    Aim("nsga2", 30, 0, 10000, 0.025, objectives=2, peer="nsga2", peer_trials=1000),
    Aim("bayesianoptimization", 10, 100, 20, 10),
    Aim("bayesianoptimization", 10, 400, 20, 60),
    Aim("bayesianoptimization", 10, 1000, 20, 250),
    # Ten milliseconds for the first three, with the making of its controller.
    Aim("enas", 12, 0, 3, 10 / 3, of="layers"),
]

# Cost of a suggestion after 50 times as many trials must have grown by less than 50.
GROWTH = ["tpe", "cmaes", "random", "sobol"]
EARLY = [900, 1100]
LATE = [49800, 50000]


class Program:
    """bench_sampler_speed, asked line by line."""

    def __init__(self, path):
        self._process = subprocess.Popen(
            [path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, **job):
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self):
        self._process.stdin.close()
        self._process.wait()


def _peer(aim):
    words = [aim.peer, aim.parameters, aim.objectives, aim.history, aim.peer_trials]
    command = [PYTHON, HERE / "peers" / "optuna_speed.py", *map(str, words)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    answer = json.loads(subprocess.check_output(command, env=environment, text=True))
    return f"optuna {answer['version']}", 1000 * answer["seconds"] / aim.peer_trials


def _aim_row(program, aim, with_peer):
    answer = program.ask(
        algorithm=aim.algorithm,
        **{aim.of: aim.parameters},
        objectives=aim.objectives,
        history=aim.history,
        trials=aim.trials,
    )
    what = f"{aim.algorithm}, {aim.parameters} {aim.of}, "
    what += f"{aim.history} stored" if aim.history else f"{aim.trials} in sequence"
    if "error" in answer:
        return {"what": what, "error": answer["error"]}
    row = {
        "what": what,
        "unit": "ms/trial",
        "ours": 1000 * answer["seconds"] / aim.trials,
        "aim": aim.aim,
    }
    if with_peer and aim.peer:
        row["peer"], row["theirs"] = _peer(aim)
        row["ratio"] = row["theirs"] / row["ours"]
    return row


def _growth_row(program, algorithm):
    what = f"{algorithm}, growth of a suggestion's cost, 1000 to 50000"
    answer = program.ask(
        algorithm=algorithm, parameters=10, trials=LATE[1], windows=[EARLY, LATE]
    )
    if "error" in answer:
        return {"what": what, "error": answer["error"]}
    early, late = answer["windows"]
    return {"what": what, "unit": "times", "ours": late / early, "aim": 50.0}


def evaluate(bin_folder, with_peers):
    """One row an aim; the row of an algorithm that is not registered says so."""
    program = Program(bin_folder / "bench_sampler_speed")
    try:
        rows = [_aim_row(program, aim, with_peers) for aim in AIMS]
        rows += [_growth_row(program, algorithm) for algorithm in GROWTH]
    finally:
        program.close()
    return rows
