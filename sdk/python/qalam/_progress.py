"""A bar that shows how far an experiment is."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Optional

from qalam.records import ExperimentStatus


class Progress:
    """A bar by tqdm, or lines on standard error where tqdm is not installed.

    Args:
        shown: False shows nothing.
        title: Before the bar.
    """

    def __init__(self, shown: bool, title: str) -> None:
        self._shown = shown
        self._title = title
        self._bar: Any = None
        self._last = ""

    def show(self, status: ExperimentStatus) -> None:
        """The experiment is so by now."""
        if not self._shown:
            return
        best = status.best_trial
        value = "" if best is None or best.value is None else f"{best.value:.6g}"
        if self._bar is None:
            self._bar = _tqdm_bar(status.max_trials, self._title)
        if self._bar is not None:
            self._bar.total = status.max_trials
            self._bar.set_postfix_str(f"best {value}" if value else "", refresh=False)
            self._bar.n = status.counts.ended
            self._bar.refresh()
            return
        of = f"/{status.max_trials}" if status.max_trials else ""
        line = f"{self._title}: {status.counts.ended}{of} trials" + (value and f", best {value}")
        if line != self._last:
            self._last = line
            print(line, file=sys.stderr)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        if self._bar is not None:
            self._bar.close()


def _tqdm_bar(total: Optional[int], title: str) -> Any:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm(total=total, desc=title, unit="trial")
