"""A training function that the server runs, a process for each trial, several at a time.

The function's source travels, with what it uses of this file. It may print its metrics as NAME=VALUE,
report them, or return the last of them.
"""

import math

import qalam
from qalam import search

EPOCHS = 30


def loss_after(epoch, learning_rate, width):
    """Stands for real training: what a network of that width would come to."""
    best_rate = 0.02 / math.sqrt(width / 32)
    distance = math.log10(learning_rate / best_rate)
    return 1 / width + distance**2 / 10 + math.exp(-epoch * learning_rate * 10)


def train(learning_rate, width):
    for epoch in range(EPOCHS):
        print(f"epoch={epoch} loss={loss_after(epoch, learning_rate, width):.5f}", flush=True)


def main():
    with qalam.Client() as client:
        experiment = client.tune(
            train,
            {"learning_rate": search.log(1e-4, 1), "width": search.int(8, 128, log=True)},
            "minimize loss",
            algorithm="bayesianoptimization",
            trials=16,
            parallel=2,
            seed=1,
        )
        # A bar on standard error while it runs.
        status = experiment.wait(progress=True)
        best = status.best_trial
        print(f"{status.counts.succeeded} trials; best loss {best.value:.4f} with {best.params}")
        print("its last line:", list(experiment.logs(best))[-1].strip())
        # More trials, with all that was learnt.
        experiment.edit_budget(trials=20)
        print(
            f"{experiment.wait().counts.succeeded} trials; best {experiment.best_trial.value:.4f}"
        )


if __name__ == "__main__":
    main()
