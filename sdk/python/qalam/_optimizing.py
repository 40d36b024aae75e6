"""The loop that asks, calls and tells."""

from __future__ import annotations

import contextlib
import logging
import math
import sys
import threading
import time
from typing import TYPE_CHECKING, Callable, Iterator, Optional, Union

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
        batch: int,
        deadline: Optional[float],
        catch: Union[type[Exception], tuple[type[Exception], ...]],
        bar: Progress,
        shows: bool,
    ) -> None:
        self._experiment = experiment
        self._function = function
        self._lock = threading.Lock()
        self._left = math.inf if n_trials is None else n_trials
        self._batch = batch
        self._deadline = deadline
        self._catch = catch
        self._bar = bar
        self._shows = shows
        self.ended = threading.Event()
        self.failure: Optional[BaseException] = None

    def work(self) -> None:
        """Runs trials until there are no more or the loop has been ended."""
        try:
            while True:
                trials = self._ask()
                if not trials:
                    return
                self._run_all(trials)
                if self._shows:
                    self._bar.show(self._experiment.status)
        except BaseException as error:
            self.failure = self.failure or error
            self.ended.set()

    def _ask(self) -> list[RunningTrial]:
        """Up to a batch of trials; none when there are to be no more."""
        with self._lock:
            wanted = int(min(self._batch, self._left))
            self._left -= wanted
        trials: list[RunningTrial] = []
        while wanted and not trials and not self._is_over():
            left = _LONGEST_WAIT
            if self._deadline is not None:
                left = max(0.0, min(left, self._deadline - time.monotonic()))
            try:
                trials = self._experiment.ask_many(wanted, timeout=left)
            except DeadlineError:
                continue
            except ExperimentEndedError:
                break
        with self._lock:
            self._left += wanted - len(trials)
        return trials

    def _is_over(self) -> bool:
        """Whether no trial is to be begun any more."""
        too_late = self._deadline is not None and time.monotonic() >= self._deadline
        return too_late or self.ended.is_set()

    def _run_all(self, trials: list[RunningTrial]) -> None:
        results: list[tuple[RunningTrial, Result]] = []
        try:
            for i, trial in enumerate(trials):
                if i > 0 and self._is_over():
                    return  # nothing refers to the rest any more, so that they are given back
                with self._excused(trial):
                    result = self._run(trial)
                    if result is not None:
                        results.append((trial, result))
        finally:
            self._tell(results)

    def _run(self, trial: RunningTrial) -> Result:
        """What is still to be told of it, if anything."""
        try:
            result = self._function(trial)
        except BaseException:
            if trial.__exit__(*sys.exc_info()):
                return None
            raise
        if trial.told or result is not None:
            return None if trial.told else result
        trial.__exit__(None, None, None)
        return None

    def _tell(self, results: list[tuple[RunningTrial, Result]]) -> None:
        if len(results) > 1:
            try:
                self._experiment.tell_many(results)
                return
            except (TypeError, ValueError, LeaseLostError):
                pass  # told by itself, each shows what is wrong with it
        for trial, result in results:
            if not trial.told:
                with self._excused(trial), trial:
                    trial.tell(result)

    @contextlib.contextmanager
    def _excused(self, trial: RunningTrial) -> Iterator[None]:
        """Passes over what only makes this trial fail."""
        try:
            yield
        except LeaseLostError as error:
            _log.warning("what came of trial %s is not wanted any more: %s", trial.name, error)
        except self._catch as error:
            _log.warning("trial %s failed: %r", trial.name, error)


def run(
    experiment: Experiment,
    function: Callable[[RunningTrial], Result],
    n_trials: Optional[int],
    n_jobs: int,
    batch: int,
    timeout: Optional[float],
    catch: Union[type[Exception], tuple[type[Exception], ...]],
    progress: bool,
) -> None:
    """See Experiment.optimize."""
    if n_jobs < 1:
        raise ValueError(f"n_jobs is {n_jobs}; at least one thread is needed")
    if batch < 1:
        raise ValueError(f"batch is {batch}; at least one trial is asked for at once")
    deadline = None if timeout is None else time.monotonic() + timeout
    with Progress(progress, experiment.name) as bar:
        loop = _Loop(experiment, function, n_trials, batch, deadline, catch, bar, progress)
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
