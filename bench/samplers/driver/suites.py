"""Which problems, budgets and seeds each suite has.

`full` is what the aims speak of and takes a day; `sample` is a part of it that keeps its shape;
`quick` is for a look while working.
"""

import dataclasses
import json
import pathlib
import subprocess

from driver.optimizers import PYTHON
from driver.running import Problem

# The groups of the BBOB functions, with the number of each group's last one.
BBOB_GROUPS = (
    (5, "separable"),
    (9, "moderate"),
    (14, "ill-conditioned"),
    (19, "multimodal"),
    (24, "weak structure"),
)

HERE = pathlib.Path(__file__).resolve().parent.parent
TRAINING = HERE / "problems" / "training.py"
# Raise when the functions or their instances change: results of before are then not taken from
# the cache.
BBOB_REVISION = 1


@dataclasses.dataclass(frozen=True)
class Selection:
    functions: tuple
    dimensions: tuple
    mixed_dimensions: tuple
    seeds: int
    budgets: tuple  # where the best so far is compared; the last is the length of a run
    training_budgets: tuple
    training: tuple  # the problems; empty: all
    trainings: int  # simulated time of a run on learning curves, in durations of a full training


TRAINING_SAMPLE = (
    "forest-breast-cancer",
    "forest-diabetes",
    "boosting-wine",
    "boosting-diabetes",
    "svm-digits",
    "svm-breast-cancer",
    "network-wine",
    "network-diabetes",
)

SELECTIONS = {
    "quick": Selection(
        functions=(1, 8, 10, 15, 21),
        dimensions=(2, 5),
        mixed_dimensions=(5,),
        seeds=5,
        budgets=(25, 50),
        training_budgets=(15, 30),
        training=("svm-breast-cancer", "boosting-diabetes"),
        trainings=25,
    ),
    "sample": Selection(
        functions=(1, 3, 6, 8, 10, 13, 15, 17, 20, 21),  # two of each of the five groups
        dimensions=(2, 5, 10, 20),
        mixed_dimensions=(5, 10),
        seeds=20,
        budgets=(50, 100, 200),
        training_budgets=(25, 50),
        training=TRAINING_SAMPLE,
        trainings=100,
    ),
    "full": Selection(
        functions=tuple(range(1, 25)),
        dimensions=(2, 5, 10, 20),
        mixed_dimensions=(5, 10, 20),
        seeds=20,
        budgets=(50, 100, 200),
        training_budgets=(50, 100),
        training=(),
        trainings=100,
    ),
}


def numbers(text):
    """1,5,8-10 as (1, 5, 8, 9, 10)."""
    ranges = [word.partition("-") for word in text.split(",")]
    return tuple(n for low, _, high in ranges for n in range(int(low), int(high or low) + 1))


def select(arguments):
    """The selection of the chosen size, with what the command line changes."""
    selection = SELECTIONS[arguments.size]
    if arguments.functions:
        selection = dataclasses.replace(selection, functions=numbers(arguments.functions))
    if arguments.dimensions:
        dimensions = numbers(arguments.dimensions)
        mixed = tuple(d for d in dimensions if d % 5 == 0)
        selection = dataclasses.replace(
            selection, dimensions=dimensions, mixed_dimensions=mixed
        )
    if arguments.seeds:
        selection = dataclasses.replace(selection, seeds=arguments.seeds)
    return selection


def _bbob_group(function):
    return next(name for last, name in BBOB_GROUPS if function <= last)


def bbob(selection, kind="bbob"):
    dimensions = selection.dimensions if kind == "bbob" else selection.mixed_dimensions
    return [
        Problem(
            f"f{function} d{dimension}",
            {"kind": kind, "function": function, "dimension": dimension},
            [kind, BBOB_REVISION, function, dimension],
            (_bbob_group(function), f"d={dimension}"),
        )
        for dimension in dimensions
        for function in selection.functions
    ]


def training(selection, cache):
    listed = json.loads(subprocess.check_output([PYTHON, TRAINING, "--list"], text=True))
    command = [PYTHON, str(TRAINING), str(cache)]
    return [
        Problem(
            name,
            {"kind": "command", "command": command, "name": name},
            [*listed["identity"], name],
            (name.split("-")[0],),
        )
        for name in selection.training or listed["problems"]
    ]
