"""Trials as a table of pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, Sequence

from qalam.records import Objective, Trial

if TYPE_CHECKING:
    import pandas


def trials_frame(objectives: Sequence[Objective], trials: Iterable[Trial]) -> pandas.DataFrame:
    """See Experiment.to_dataframe."""
    import pandas

    rows = [_row(objectives, trial) for trial in trials]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return pandas.DataFrame(rows, columns=columns or _FIRST_COLUMNS)


_FIRST_COLUMNS = ["number", "name", "state"]


def _row(objectives: Sequence[Objective], trial: Trial) -> dict[str, Any]:
    row: dict[str, Any] = {"number": trial.number, "name": trial.name, "state": str(trial.state)}
    if len(objectives) == 1:
        row["value"] = trial.value
    else:
        nothing: Sequence[Any] = [None] * len(objectives)
        values = trial.values or nothing
        row.update(zip((objective.metric for objective in objectives), values))
    row.update((f"params_{name}", value) for name, value in trial.params.items())
    row.update(
        (f"metrics_{name}", metric.text or metric.latest) for name, metric in trial.metrics.items()
    )
    row.update(created=trial.created, started=trial.started, completed=trial.completed)
    return row
