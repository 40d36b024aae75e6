"""One experiment on a server."""

from __future__ import annotations

from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Optional,
    Sequence,
    Union,
)

from qalam import _convert, _watching
from qalam._asking import Asker
from qalam._document import parse
from qalam._parameter_types import ParameterTypes
from qalam._plotting import PlottingMethods
from qalam._proto import qalam_v1_pb2 as api
from qalam.records import Event, ExperimentStatus, MetricPoint, Objective, Trial
from qalam.running_trial import Result, RunningTrial
from qalam.states import ExperimentState, TrialState, state_number

if TYPE_CHECKING:
    import pandas

    from qalam.client import Client

_TRIALS_IN_A_PAGE = 2000


class Experiment(PlottingMethods):
    """One experiment on a server; made by `Client.create_experiment` and `Client.get_experiment`.

    Properties that ask the server say so; each use of them is a call.

    Attributes:
        client: Through which it is reached.
        name: Unique in its namespace.
        namespace: Where its name counts.

    >>> experiment = client.create_experiment(
    ...     qalam.ExperimentSpec({"x": search.double(-1, 1)}, "minimize loss", trials=20, seed=1))
    >>> best = experiment.optimize(lambda trial: trial.params["x"] ** 2)
    >>> best.value < 0.05, experiment.state
    (True, <ExperimentState.SUCCEEDED: 'Succeeded'>)
    """

    def __init__(
        self, client: Client, message: Any, types: Optional[ParameterTypes] = None
    ) -> None:
        self.client = client
        self.name: str = message.name
        self.namespace: str = message.namespace
        self.api_name = api.ExperimentName(namespace=message.namespace, name=message.name)
        self._types = types
        self._first_status = _convert.experiment_status(message, ParameterTypes())
        self._asker = Asker(self)

    # ---- what it is

    @property
    def uid(self) -> str:
        """Unique for ever, also when another experiment gets the name."""
        return self._first_status.uid

    @property
    def objectives(self) -> Sequence[Objective]:
        """What it seeks, the main objective first."""
        return self._first_status.objectives

    @property
    def document(self) -> str:
        """The experiment's YAML with its defaults filled in. Asks the server."""
        return str(self._get().document_yaml)

    @property
    def types(self) -> ParameterTypes:
        """How its parameters are read."""
        if self._types is None:
            self._types = ParameterTypes(parse(self.document))
        return self._types

    # ---- how it is

    @property
    def status(self) -> ExperimentStatus:
        """The experiment as it is now. Asks the server."""
        return _convert.experiment_status(self._get(), self.types)

    @property
    def state(self) -> ExperimentState:
        """Where it is in its life. Asks the server."""
        return self.status.state

    @property
    def best_trial(self) -> Optional[Trial]:
        """The best feasible trial by the main objective; None until there is one. Asks the server."""
        return self.status.best_trial

    @property
    def best_trials(self) -> list[Trial]:
        """The feasible trials that no other beats in every objective (the Pareto front), by number.

        With one objective, the best trial. Asks the server.
        """
        message = self._get(with_best_trials=True)
        return [_convert.trial_record(trial, self.types) for trial in message.best_trials]

    def trials(self, states: Sequence[Union[TrialState, str]] = ()) -> list[Trial]:
        """Its trials, by number.

        Args:
            states: Only those in one of these; empty for all.

        >>> [trial.number for trial in experiment.trials(states=["Failed"])]
        []
        """
        return list(self.iterate_trials(states))

    def iterate_trials(self, states: Sequence[Union[TrialState, str]] = ()) -> Iterator[Trial]:
        """Like `trials`, a page at a time."""
        request = api.ListTrialsRequest(
            experiment=self.api_name,
            states=[state_number(TrialState(state)) for state in states],
            page_size=_TRIALS_IN_A_PAGE,
        )
        while True:
            page = self.client.connection.call("ListTrials", request)
            for message in page.trials:
                yield _convert.trial_record(message, self.types)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def metrics(
        self, trial: Union[Trial, RunningTrial, str], name: str = "", max_points: int = 0
    ) -> list[MetricPoint]:
        """A trial's points, in the order in which they came.

        Args:
            trial: The trial or its name.
            name: Of the metric; empty for all.
            max_points: Down-samples to about so many, keeping the extremes; 0 for all.

        Raises:
            NotFoundError: There is no such trial.
        """
        request = api.ReadMetricsRequest(metric=name, max_points=max_points)
        request.trial.CopyFrom(self._trial_name(trial))
        reply = self.client.connection.call("ReadMetrics", request)
        return [_convert.metric_point(point) for point in reply.points]

    def logs(self, trial: Union[Trial, str], follow: bool = False) -> Iterator[str]:
        """What a trial printed, line by line, each with its line break.

        Args:
            trial: The trial or its name.
            follow: Goes on with what it prints until it has ended.

        Raises:
            NotFoundError: There is no such trial.
        """
        return _watching.log_lines(self.client.connection, self._trial_name(trial), follow)

    def events(self, after: int = 0, trial: str = "") -> list[Event]:
        """What happened to it, oldest first; at most 1,000.

        Args:
            after: Only those whose sequence is greater.
            trial: Only those of the trial of that name.
        """
        request = api.ListEventsRequest(experiment=self.api_name, after_sequence=after, trial=trial)
        return [
            Event(
                event.sequence,
                _convert.time_of(event.time),
                event.trial_name,
                event.reason,
                event.message,
            )
            for event in self.client.connection.call("ListEvents", request).events
        ]

    # ---- following it

    def watch(self, timeout: Optional[float] = None) -> Iterator[ExperimentStatus]:
        """The experiment as it is now, then again after each change, until it has ended.

        Goes on by itself after the server was away.

        Args:
            timeout: Seconds to watch at most; None for as long as it takes.

        Raises:
            DeadlineError: It has not ended in time.
            UnavailableError: The server is away for longer than the client's timeout.
        """
        return _watching.statuses(
            self.client.connection, self.api_name, lambda: self.types, timeout
        )

    def wait(
        self, timeout: Optional[float] = None, progress: bool = False, check: bool = True
    ) -> ExperimentStatus:
        """Waits until the experiment has ended.

        Args:
            timeout: Seconds to wait at most; None for as long as it takes.
            progress: Shows a bar (with tqdm, where it is installed) on standard error.
            check: Whether an experiment that failed is an error.

        Returns:
            The experiment as it ended.

        Raises:
            DeadlineError: It has not ended in time.
            ExperimentFailedError: It failed, and `check` is true.
        """
        return _watching.wait(self, timeout, progress, check)

    # ---- steering it

    def edit_budget(
        self,
        trials: Optional[int] = None,
        parallel: Optional[int] = None,
        max_failed: Optional[int] = None,
        expected_version: int = 0,
    ) -> ExperimentStatus:
        """Changes the counts that are given; None leaves one as it is.

        Args:
            trials: Trials ever created at most. More than before continues an ended experiment.
            parallel: Trials alive at once at most.
            max_failed: The experiment fails once more trials than this failed.
            expected_version: Refuses when the experiment has another version by now; 0 does not look.

        Raises:
            FailedPreconditionError: The counts contradict what has already run.
            ChangedMeanwhileError: The version is another.
        """
        request = api.EditBudgetRequest(
            experiment=self.api_name,
            max_trial_count=trials,
            parallel_trial_count=parallel,
            max_failed_trial_count=max_failed,
            expected_version=expected_version,
        )
        # A repeat would find the version changed by the first try.
        return self._changed("EditBudget", request, retry=not expected_version)

    def pause(self) -> ExperimentStatus:
        """Lets running trials end and starts no new ones."""
        return self._changed("PauseExperiment", self.api_name)

    def resume(self) -> ExperimentStatus:
        """Continues it after `pause` or `stop`, or after it ended with budget left."""
        return self._changed("ResumeExperiment", self.api_name)

    def stop(self) -> ExperimentStatus:
        """Ends it and its running trials; `wait` returns once they have ended."""
        return self._changed("StopExperiment", self.api_name)

    def delete(self) -> None:
        """Stops what runs, then removes it with its trials and their metrics."""
        self.client.delete_experiment(self.name, self.namespace)

    def add_trial(self, params: Mapping[str, Any]) -> Trial:
        """Adds a trial by hand, to be the next to run.

        Args:
            params: A value for every parameter, those that do not exist there left out.

        Raises:
            InvalidArgumentError: Something is wrong with the parameters; lists everything.
            FailedPreconditionError: The experiment has ended, or its budget is used up.
        """
        request = api.AddTrialRequest(experiment=self.api_name)
        for name, value in params.items():
            request.parameters.add(name=name, value=self.types.text(name, value))
        # A repeat would add another one.
        message = self.client.connection.call("AddTrial", request, retry=False)
        return _convert.trial_record(message, self.types)

    # ---- running its trials here

    def ask(self, lease_seconds: float = 60.0, timeout: Optional[float] = None) -> RunningTrial:
        """A trial to be run by this process. Waits until there is one.

        Any number of workers on any number of machines may ask at once; each gets trials of its own.

        Args:
            lease_seconds: From 1 to 86,400. How long after the death of this process the trial is
                given to another worker.
            timeout: Seconds to wait at most; None for as long as it takes.

        Raises:
            ExperimentEndedError: There will be no trial any more.
            DeadlineError: There was none in time: all are out, or the experiment is paused.
            FailedPreconditionError: Its trials are run by the server.
        """
        return self._asker.ask(1, lease_seconds, timeout)[0]

    def ask_many(
        self, count: int, lease_seconds: float = 60.0, timeout: Optional[float] = None
    ) -> list[RunningTrial]:
        """Like `ask`, but up to `count` trials at once: as many as can be had, at least one."""
        return self._asker.ask(count, lease_seconds, timeout)

    def tell_many(self, results: Iterable[tuple[RunningTrial, Result]]) -> list[Trial]:
        """Ends many trials in one call; see `RunningTrial.tell`.

        Returns:
            The trials as they are now.

        Raises:
            InvalidArgumentError, LeaseLostError: Why the first that was not taken was not; the others
                are told.

        >>> trials = experiment.ask_many(3)
        >>> [trial.value for trial in experiment.tell_many((trial, 0.5) for trial in trials)]
        [0.5, 0.5, 0.5]
        """
        return self.client.teller.tell_many(results)

    def optimize(
        self,
        function: Callable[[RunningTrial], Result],
        n_trials: Optional[int] = None,
        n_jobs: int = 1,
        timeout: Optional[float] = None,
        catch: Union[type[Exception], tuple[type[Exception], ...]] = (),
        progress: bool = False,
        batch: int = 1,
    ) -> Optional[Trial]:
        """Asks for trials, calls the function with each and tells what it returns.

        Args:
            function: Returns the objective, all objectives in order, metrics by name, or None when it
                has reported them. May raise `StopTrial` to give a trial up as hopeless.
            n_trials: Trials to run here at most; None until the experiment ends.
            n_jobs: Threads that run trials side by side.
            timeout: Seconds after which no new trial is begun.
            catch: Exceptions that only make their trial fail; any other also ends the call.
            progress: Shows a bar (with tqdm, where it is installed) on standard error.
            batch: Trials that a thread asks for at once and tells together, for functions that are
                quicker than a call. The algorithm proposes them without knowing what comes of one
                another, and what came of them is durable with the last. When the loop ends within a
                batch, trials that were not begun go to another worker once their lease has ended.

        Returns:
            The best trial, None when there is none.

        >>> experiment.optimize(lambda trial: abs(trial.params["x"]), n_trials=3).state
        <TrialState.SUCCEEDED: 'Succeeded'>
        >>> quick = client.create_experiment(
        ...     qalam.ExperimentSpec({"x": search.double(-1, 1)}, "minimize loss", algorithm="sobol"))
        >>> best = quick.optimize(lambda trial: abs(trial.params["x"]), n_trials=128, batch=32)
        >>> quick.status.counts.succeeded
        128
        """
        from qalam._optimizing import run

        run(self, function, n_trials, n_jobs, batch, timeout, catch, progress)
        return self.best_trial

    # ---- looking at it

    def to_dataframe(self, states: Sequence[Union[TrialState, str]] = ()) -> pandas.DataFrame:
        """Its trials as a table: a row a trial. Needs pandas.

        The columns are number, name, state, value (with several objectives, one of each metric's
        name), `params_NAME`, `metrics_NAME` (the latest value), and when it was created, started and
        completed.
        """
        from qalam._frame import trials_frame

        return trials_frame(self.objectives, self.iterate_trials(states))

    # ---- helpers

    def _get(self, with_best_trials: bool = False) -> Any:
        request = api.GetExperimentRequest(
            experiment=self.api_name, with_best_trials=with_best_trials
        )
        return self.client.connection.call("GetExperiment", request)

    def _changed(self, method: str, request: Any, retry: bool = True) -> ExperimentStatus:
        message = self.client.connection.call(method, request, retry=retry)
        return _convert.experiment_status(message, self.types)

    def _trial_name(self, trial: Union[Trial, RunningTrial, str]) -> Any:
        name = trial if isinstance(trial, str) else trial.name
        return api.TrialName(namespace=self.namespace, name=name)

    def __repr__(self) -> str:
        return f"Experiment({self.namespace}/{self.name})"
