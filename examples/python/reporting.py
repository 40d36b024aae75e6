"""A training script of its own: the server starts it for each trial, and it reports while it runs.

Started by hand with `--learning-rate` it just trains; started without arguments it tunes itself.
"""

import argparse
import pathlib
import sys

import qalam
from qalam import search


def train(learning_rate):
    """Gradient descent on a bowl; the report costs a microsecond and can never fail the training."""
    x = 5.0
    for step in range(200):
        x -= learning_rate * 2 * x
        qalam.report_metrics({"loss": x * x, "x": x}, step)
        if qalam.should_stop():
            break


def tune():
    script = pathlib.Path(__file__).resolve()
    with qalam.Client() as client:
        experiment = client.create_experiment(
            qalam.ExperimentSpec(
                {"learning_rate": search.log(1e-4, 0.9)},
                "minimize loss",
                name="descent",
                metrics=["x"],
                trials=8,
                parallel=2,
                seed=1,
                command=[sys.executable, str(script), "--learning-rate", "{learning_rate}"],
                # The output is not searched for metrics: they are all reported.
                push=True,
            )
        )
        for status in experiment.watch():
            best = status.best_trial
            if best is not None:
                print(f"{status.counts.ended} ended, best loss {best.value:.2g}")
        points = experiment.metrics(experiment.best_trial, "loss")
        print(f"the best trial reported {len(points)} losses, from {points[0].value:.3g}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learning-rate", type=float)
    arguments = parser.parse_args()
    if arguments.learning_rate is None:
        tune()
    else:
        train(arguments.learning_rate)


if __name__ == "__main__":
    main()
