"""Those who are asked for trials and told their results."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import Callable, Iterator

BATCHES = (16, 64)

# Asks for a trial and tells its result, and says how many trials that were.
Step = Callable[[], int]


@dataclasses.dataclass(frozen=True)
class Competitor:
    """One of them.

    Attributes:
        prepared: Makes what all workers share in a folder, and gives its address.
        joined: What a worker does again and again, given that address.
    """

    name: str
    title: str
    ours: bool
    prepared: Callable[[str], contextlib.AbstractContextManager[str]]
    joined: Callable[[str], Step]


@contextlib.contextmanager
def qalam_server(folder: str) -> Iterator[str]:
    import qalam
    from qalam import search

    with qalam.Client(database=f"{folder}/qalam.db") as client:
        client.create_experiment(
            qalam.ExperimentSpec(
                {"x": search.double(0, 1)}, "minimize value", name="bench", algorithm="random"
            )
        )
        yield client.address


def qalam_single(address: str) -> Step:
    import qalam

    experiment = qalam.Client(address).get_experiment("bench")

    def step() -> int:
        trial = experiment.ask()
        trial.tell(trial.params["x"])
        return 1

    return step


def qalam_empty(address: str) -> Step:
    """A call that the server answers at once: what gRPC itself costs, from Python."""
    import qalam

    client = qalam.Client(address)

    def step() -> int:
        client.server_info()
        return 1

    return step


def qalam_batch_of(size: int) -> Callable[[str], Step]:
    def joined(address: str) -> Step:
        import qalam

        experiment = qalam.Client(address).get_experiment("bench")

        def step() -> int:
            trials = experiment.ask_many(size)
            experiment.tell_many((trial, trial.params["x"]) for trial in trials)
            return len(trials)

        return step

    return joined


def optuna_storage(address: str):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    kind, _, path = address.partition(":")
    if kind == "sqlite":
        return optuna.storages.RDBStorage(f"sqlite:///{path}")
    return optuna.storages.JournalStorage(optuna.storages.JournalFileStorage(path))


def optuna_study_in(kind: str) -> Callable[[str], contextlib.AbstractContextManager[str]]:
    @contextlib.contextmanager
    def prepared(folder: str) -> Iterator[str]:
        import optuna

        address = f"{kind}:{folder}/optuna"
        optuna.create_study(study_name="bench", storage=optuna_storage(address))
        yield address

    return prepared


def optuna_single(address: str) -> Step:
    import optuna

    study = optuna.load_study(
        study_name="bench",
        storage=optuna_storage(address),
        sampler=optuna.samplers.RandomSampler(),
    )

    def step() -> int:
        trial = study.ask()
        study.tell(trial, trial.suggest_float("x", 0, 1))
        return 1

    return step


EMPTY_CALL = Competitor("empty", "an empty call", True, qalam_server, qalam_empty)
COMPETITORS = (
    Competitor("qalam", "Qalam, one trial a call", True, qalam_server, qalam_single),
    *(
        Competitor(
            f"qalam-{size}",
            f"Qalam, {size} trials a call",
            True,
            qalam_server,
            qalam_batch_of(size),
        )
        for size in BATCHES
    ),
    Competitor("optuna-sqlite", "Optuna, SQLite", False, optuna_study_in("sqlite"), optuna_single),
    Competitor(
        "optuna-journal", "Optuna, journal file", False, optuna_study_in("journal"), optuna_single
    ),
)
