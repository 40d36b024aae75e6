"""Trials that your own program runs: it asks for parameters and tells what came of them.

Any number of workers, on any number of machines, may do so at once; each gets trials of its own. When
one dies, its trial is given to another.
"""

import threading

import qalam
from qalam import objective, search


def worth(params):
    """Accuracy and size of an imagined model."""
    size = params["layers"] * params["width"]
    accuracy = 1 - 10 / (size + 20) - abs(params["dropout"] - 0.2) / 5
    return accuracy, size


def by_hand(experiment):
    # The whole protocol is two calls.
    trial = experiment.ask()
    trial.tell(worth(trial.params))

    # As a context manager, a trial tells what was reported when the block ends, and that it failed
    # when the block raises.
    with experiment.ask() as trial:
        accuracy, size = worth(trial.params)
        for step in range(5):
            trial.report({"accuracy": accuracy * step / 4, "size": size}, step)
            if trial.should_stop():
                raise qalam.StopTrial


def work(experiment):
    # What a worker on another machine does: qalam.Client("HOST:PORT").get_experiment(NAME).
    mine = qalam.Client(experiment.client.address).get_experiment(experiment.name)
    while True:
        try:
            trial = mine.ask()
        except qalam.ExperimentEndedError:
            return
        trial.tell(worth(trial.params))


def main():
    with qalam.Client() as client:
        experiment = client.create_experiment(
            qalam.ExperimentSpec(
                {
                    "layers": search.int(1, 8),
                    "width": search.int(8, 256, log=True),
                    "dropout": search.double(0, 0.5),
                },
                [objective.maximize("accuracy"), objective.minimize("size")],
                name="small-and-accurate",
                algorithm="nsga2",
                trials=80,
                seed=1,
            )
        )
        by_hand(experiment)
        # In threads of this process; the function gets the trial.
        experiment.optimize(lambda trial: worth(trial.params), n_trials=28, n_jobs=2)
        workers = [threading.Thread(target=work, args=(experiment,)) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        print(f"{experiment.status.counts.succeeded} trials, {experiment.state}")
        for trial in sorted(experiment.best_trials, key=lambda trial: trial.values[1])[:5]:
            print(f"  accuracy {trial.values[0]:.3f}, size {trial.values[1]:.0f}: {trial.params}")


if __name__ == "__main__":
    main()
