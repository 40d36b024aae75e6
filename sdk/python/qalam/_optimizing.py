"""The loop that asks, calls and tells."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from typing import TYPE_CHECKING, Callable, Optional, Union

from qalam._progress import Progress
from qalam.errors import DeadlineError, ExperimentEndedError, LeaseLostError
from qalam.running_trial import Result, RunningTrial

if TYPE_CHECKING:
    from qalam.experiment import Experiment

_log = logging.getLogger("qalam")

# So long a thread waits for a trial before it looks whether the loop has been ended.
_LONGEST_WAIT = 1.0


class _Loop:
    """What the threads of one `optimize` share."""

    def __init__(
        self,
        experiment: Experiment,
        function: Callable[[RunningTrial], Result],
        n_trials: Optional[int],
        deadline: Optional[float],
        catch: Union[type[Exception], tuple[type[Exception], ...]],
        bar: Progress,
        shows: bool,
    ) -> None:
        self._experiment = experiment
        self._function = function
        # Counting is one step, which no other thread can interrupt.
        self._turns = itertools.repeat(None) if n_trials is None else iter(range(n_trials))
        self._deadline = deadline
        self._catch = catch
        self._bar = bar
        self._shows = shows
        self.ended = threading.Event()
        self.failure: Optional[BaseException] = None

    def work(self) -> None:
        """Runs trials until there are no more or the loop has been ended."""
        try:
            for _ in self._turns:
                trial = self._ask()
                if trial is None:
                    return
                self._run(trial)
                if self._shows:
                    self._bar.show(self._experiment.status)
        except BaseException as error:
            self.failure = self.failure or error
            self.ended.set()

    def _ask(self) -> Optional[RunningTrial]:
        while not self.ended.is_set():
            left = _LONGEST_WAIT
            if self._deadline is not None:
                left = min(left, self._deadline - time.monotonic())
                if left <= 0:
                    return None
            try:
                return self._experiment.ask(timeout=left)
            except DeadlineError:
                continue
            except ExperimentEndedError:
                return None
        return None

    def _run(self, trial: RunningTrial) -> None:
        try:
            with trial:
                result = self._function(trial)
                if not trial.told and not (result is None):
                    trial.tell(result)
        except LeaseLostError as error:
            _log.warning("what came of trial %s is not wanted any more: %s", trial.name, error)
        except self._catch as error:
            _log.warning("trial %s failed: %r", trial.name, error)


def run(
    experiment: Experiment,
    function: Callable[[RunningTrial], Result],
    n_trials: Optional[int],
    n_jobs: int,
    timeout: Optional[float],
    catch: Union[type[Exception], tuple[type[Exception], ...]],
    progress: bool,
) -> None:
    """See Experiment.optimize."""
    if n_jobs < 1:
        raise ValueError(f"n_jobs is {n_jobs}; at least one thread is needed")
    deadline = None if timeout is None else time.monotonic() + timeout
    with Progress(progress, experiment.name) as bar:
        loop = _Loop(experiment, function, n_trials, deadline, catch, bar, progress)
        if n_jobs == 1:
            loop.work()
        else:
            threads = [
                threading.Thread(target=loop.work, name=f"qalam-trials-{i}", daemon=True)
                for i in range(n_jobs)
            ]
            for thread in threads:
                thread.start()
            try:
                for thread in threads:
                    thread.join()
            except BaseException:  # Ctrl-C: the trials that run are not waited for
                loop.ended.set()
                raise
    if loop.failure is not None:
        raise loop.failure
