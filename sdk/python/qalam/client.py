"""The way to a server, and the server of one's own."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import weakref
from typing import TYPE_CHECKING, Any, Mapping, Optional, Sequence, Union

from qalam import _convert, _environment
from qalam._asking import Teller
from qalam._connection import Connection
from qalam._document import Document, SpecArgument, document_of, parse
from qalam._leases import LeaseKeeper
from qalam._parameter_types import ParameterTypes
from qalam._proto import qalam_v1_pb2 as api
from qalam._reports import Reporter
from qalam._tls import TLSArgument, is_local, tls_of
from qalam._version import API_REVISION, API_VERSION, VERSION
from qalam.errors import (
    AlreadyExistsError,
    Fault,
    IncompatibleServerError,
    InvalidArgumentError,
    InvalidExperimentError,
    QalamError,
)
from qalam.experiment import Experiment
from qalam.objective import ObjectiveArgument
from qalam.records import Algorithm, AlgorithmSetting, ExperimentStatus, ServerInfo, Trial
from qalam.spec import ExperimentSpec, SearchSpace
from qalam.states import ExperimentState, state_number

if TYPE_CHECKING:
    from qalam._embedded import EmbeddedServer

_log = logging.getLogger("qalam")

# Without the web UI: its port would be open to every user of this machine.
_SERVE = ("serve", "--http", "none", "--db")

_CONNECT_SECONDS = 15.0
_FLUSH_SECONDS = 10.0
_ORDERS = ("created", "name", "state", "completed", "best")


class Client:
    """A connection to a Qalam server. Thread-safe; also usable in a forked child.

    Args:
        address: `host:port` or `unix:/path`. None: the environment variable QALAM_SERVER, and without
            it a server of one's own, which ends with this process. In a trial, the server that runs it.
        token: What the server wants to see. None: the content of the file that the environment
            variable QALAM_TOKEN_FILE names, or the variable QALAM_TOKEN.
        tls: How to encrypt: True trusts the system's authorities, a path those of the PEM file, and a
            `TLS` says all. None: for another machine, the files that QALAM_TLS_CA,
            QALAM_TLS_CLIENT_CERTIFICATE and QALAM_TLS_CLIENT_KEY name; without any, in the clear.
        namespace: For names that come without one.
        timeout: Seconds that a call may take. While the server is unavailable, calls that may be
            repeated are tried again until then.
        database: The file of one's own server, kept when it ends; None: a temporary one, whose
            running trials are stopped and which is removed.
        connect_timeout: Seconds to wait for the server to answer for the first time.

    Raises:
        UnavailableError: No server answers at the address.
        AuthenticationError: The server does not accept the token, or wants one.
        IncompatibleServerError: It speaks another version of the API.
        ServerStartError: One's own server could not be started.
        ValueError: A token would be sent in the clear to another machine.

    >>> with qalam.Client() as mine:
    ...     mine.server_info().runs_trials
    True
    """

    def __init__(
        self,
        address: Optional[str] = None,
        token: Optional[str] = None,
        tls: TLSArgument = None,
        *,
        namespace: str = "default",
        timeout: float = 60.0,
        database: Union[None, str, os.PathLike[str]] = None,
        connect_timeout: float = _CONNECT_SECONDS,
    ) -> None:
        self.namespace = namespace
        self._owner = os.getpid()
        self._server: Optional[EmbeddedServer] = None
        self._keeps_database = database is not None
        if address is None and database is None:
            address = _environment.server_address()
        if address is None:
            self._server = _own_server(database)
            self.connection = Connection(
                self._server.address, timeout=timeout, explain=self._server.explain_silence
            )
        else:
            if token is None:
                token = _environment.token()
            if tls is None and not is_local(address):
                tls = _environment.tls()
            self.connection = Connection(address, token, tls_of(tls), timeout)
        self.leases = LeaseKeeper(self.connection)
        self.reporter = Reporter(self.connection)
        self.teller = Teller(self.connection, self.reporter)
        self._lock = threading.Lock()
        try:
            self._check_version(connect_timeout)
        except BaseException:
            self.close()
            raise
        atexit.register(_close_if_alive, weakref.ref(self))

    # ---- experiments

    def create_experiment(self, spec: SpecArgument) -> Experiment:
        """Creates an experiment, which begins at once.

        Args:
            spec: An `ExperimentSpec`, a dict like the YAML, the path of a YAML or JSON file, or its
                text. A spec or dict that names no namespace gets this client's.

        Raises:
            InvalidExperimentError: Something is wrong with it; has all faults.
            AlreadyExistsError: Its name is taken.
            OSError: The file cannot be read.

        >>> client.create_experiment(
        ...     qalam.ExperimentSpec({"x": search.int(1, 9)}, "maximize score", name="numbers"))
        Experiment(default/numbers)
        """
        experiments = self.create_experiments(spec)
        if len(experiments) != 1:
            names = ", ".join(experiment.name for experiment in experiments)
            raise ValueError(
                f"the document holds {len(experiments)} experiments, all of which were created "
                f"({names}); create_experiments gives all of them"
            )
        return experiments[0]

    def create_experiments(self, spec: SpecArgument) -> list[Experiment]:
        """Like `create_experiment`, for a document that holds several: all are created, or none."""
        document = document_of(spec, self.namespace)
        request = api.CreateExperimentsRequest(document=document.text, source_name=document.source)
        try:
            reply = self.connection.call("CreateExperiments", request)
        except InvalidArgumentError as error:
            raise InvalidExperimentError(self._faults(document) or _lines(error)) from None
        except AlreadyExistsError:
            # A name that was made up here is taken by this very call, whose first answer was lost.
            if not (isinstance(spec, ExperimentSpec) and spec.name is None):
                raise
            metadata = parse(document.text)["metadata"]
            return [self.get_experiment(metadata["name"], metadata.get("namespace"))]
        types = None
        if len(reply.experiments) == 1 and document.source in ("spec", "dict"):
            types = ParameterTypes(parse(document.text))
        return [Experiment(self, message, types) for message in reply.experiments]

    def get_experiment(self, name: str, namespace: Optional[str] = None) -> Experiment:
        """The experiment of that name.

        Raises:
            NotFoundError: There is none.
        """
        message = self.connection.call(
            "GetExperiment",
            api.GetExperimentRequest(experiment=self._experiment_name(name, namespace)),
        )
        return Experiment(self, message, ParameterTypes(parse(message.document_yaml)))

    def list_experiments(
        self,
        namespace: Optional[str] = None,
        *,
        all_namespaces: bool = False,
        contains: str = "",
        states: Sequence[Union[ExperimentState, str]] = (),
        algorithm: str = "",
        order: str = "created",
        descending: bool = False,
    ) -> list[ExperimentStatus]:
        """The experiments of a namespace. The parameters of their best trials stay text.

        Args:
            namespace: None for this client's.
            all_namespaces: Those of every namespace instead.
            contains: Only those with this anywhere in their name.
            states: Only those in one of these; empty for all.
            algorithm: Only those with this algorithm.
            order: `created`, `name`, `state`, `completed` or `best`.

        >>> client.list_experiments(contains="no such name")
        []
        """
        if order not in _ORDERS:
            raise ValueError(f"order is {order!r}; it may be one of {', '.join(_ORDERS)}")
        order_number: Any = _ORDERS.index(order)
        request = api.ListExperimentsRequest(
            namespace="" if all_namespaces else namespace or self.namespace,
            name_contains=contains,
            states=[state_number(ExperimentState(state)) for state in states],
            algorithm=algorithm,
            order=order_number,
            descending=descending,
            page_size=1000,
        )
        statuses: list[ExperimentStatus] = []
        while True:
            page = self.connection.call("ListExperiments", request)
            statuses += [
                _convert.experiment_status(message, ParameterTypes())
                for message in page.experiments
            ]
            if not page.next_page_token:
                return statuses
            request.page_token = page.next_page_token

    def delete_experiment(self, name: str, namespace: Optional[str] = None) -> None:
        """Stops what runs of it, then removes it with its trials and their metrics.

        Raises:
            NotFoundError: There is none of that name.
        """
        self.connection.call("DeleteExperiment", self._experiment_name(name, namespace))

    def validate(self, spec: SpecArgument) -> list[Fault]:
        """Everything that is wrong with an experiment, without creating it; empty when it is right.

        >>> spec = qalam.ExperimentSpec({"x": search.double(1, 0)}, "minimize loss", algorithm="tpe")
        >>> [fault.field for fault in client.validate(spec)]
        ['spec.parameters[0].feasibleSpace.min']
        """
        return self._faults(document_of(spec, self.namespace))

    def tune(
        self,
        function: Any,
        search_space: Mapping[str, Any],
        objective: ObjectiveArgument,
        algorithm: Optional[str] = None,
        parallel: Optional[int] = None,
        trials: Optional[int] = None,
        **options: Any,
    ) -> Experiment:
        """Tunes a function: the server runs it in processes of their own, a trial each.

        The function's source travels, with the functions, constants and imports of its module that it
        uses; it is called with its parameters by name, or with one dict of them when that is all it
        takes. What it returns is its objective (or metrics by name), and what it prints as
        `NAME=VALUE` or gives to `qalam.report_metrics` is collected too. When it raises, the trial's
        message has the traceback.

        Args:
            function: Written with `def`, in a file or a notebook.
            search_space: By name, see `qalam.search`; other values are handed on as they are.
            objective: E.g. `"minimize loss"`.
            algorithm, parallel, trials, options: As in `ExperimentSpec`; and `python`, the interpreter
                that runs the function (by default this one on one's own server, else `python3`).

        Raises:
            TypeError: The function cannot travel; says everything that holds it back.
            InvalidExperimentError: Something is wrong with the rest.

        >>> def train(lr, layers):
        ...     return (lr - 0.1) ** 2 + layers
        >>> space = {"lr": search.double(0, 1), "layers": search.int(1, 3)}
        >>> client.tune(train, space, "minimize loss", trials=4).wait().counts.succeeded
        4
        """
        from qalam._tuning import tuning_spec

        spec = tuning_spec(
            function,
            search_space,
            objective,
            embedded=self.is_embedded,
            algorithm=algorithm,
            parallel=parallel,
            trials=trials,
            **options,
        )
        return self.create_experiment(spec)

    # ---- the rest

    def get_trial(self, name: str, namespace: Optional[str] = None) -> Trial:
        """The trial of that name.

        Raises:
            NotFoundError: There is none.
        """
        request = api.TrialName(namespace=namespace or self.namespace, name=name)
        message = self.connection.call("GetTrial", request)
        experiment = self.get_experiment(message.experiment, message.namespace)
        return _convert.trial_record(message, experiment.types)

    def algorithms(self) -> list[Algorithm]:
        """The algorithms that the server has, with their settings.

        >>> "tpe" in [algorithm.name for algorithm in client.algorithms()]
        True
        """
        reply = self.connection.call("ListAlgorithms", api.ListAlgorithmsRequest())
        return [
            Algorithm(
                algorithm.name,
                algorithm.summary,
                algorithm.citation,
                [
                    AlgorithmSetting(
                        setting.name,
                        setting.type,
                        setting.default,
                        setting.allowed,
                        setting.help,
                    )
                    for setting in algorithm.settings
                ],
            )
            for algorithm in reply.algorithms
        ]

    def server_info(self) -> ServerInfo:
        """Who answers at the address."""
        info = self.connection.call("GetServerInfo", api.GetServerInfoRequest())
        return ServerInfo(
            info.version,
            info.database,
            info.runs_trials,
            info.web_url,
            info.api_version,
            info.api_revision,
        )

    @property
    def is_embedded(self) -> bool:
        """Whether the server is one's own."""
        return self._server is not None

    @property
    def address(self) -> str:
        """Where the server listens."""
        return self.connection.address

    def close(self) -> None:
        """Sends what is still to be sent, and ends the connection and one's own server. Idempotent.

        In a forked child, only the child's connection.
        """
        with self._lock:
            if self.connection.closed:
                return
            owned = self._owner == os.getpid()
            if owned:
                self.reporter.close(_FLUSH_SECONDS)
                if self._server is not None and not self._keeps_database:
                    self._stop_running_trials()
                self.leases.close()
            self.connection.close()
            if owned and self._server is not None:
                self._server.stop()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __deepcopy__(self, memo: dict[int, Any]) -> Client:
        # A connection is shared: scikit-learn copies its estimators' arguments.
        return self

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        # In another process: a connection to the same server.
        connection = self.connection
        return _reconnect, (
            connection.address,
            connection.token,
            connection.tls,
            self.namespace,
            connection.timeout,
        )

    def __repr__(self) -> str:
        return f"Client({self.address!r})"

    # ---- helpers

    def _experiment_name(self, name: str, namespace: Optional[str]) -> Any:
        return api.ExperimentName(namespace=namespace or self.namespace, name=name)

    def _check_version(self, timeout: float) -> None:
        info = self.connection.call("GetServerInfo", api.GetServerInfoRequest(), timeout=timeout)
        if info.api_version == API_VERSION and info.api_revision >= API_REVISION:
            return
        raise IncompatibleServerError(
            f"the server at {self.address} is Qalam {info.version or 'of unknown version'} with API "
            f"{info.api_version}.{info.api_revision}; this package is {VERSION} and needs API "
            f"{API_VERSION}.{API_REVISION} or a later revision of it: install the package of the "
            "server's version"
        )

    def _faults(self, document: Document) -> list[Fault]:
        request = api.ValidateDocumentRequest(document=document.text, source_name=document.source)
        reply = self.connection.call("ValidateDocument", request)
        # The line in JSON made of a spec or dict tells nobody anything.
        placed = document.source not in ("spec", "dict")
        return [
            Fault(
                fault.message,
                fault.field,
                fault.line if placed else 0,
                fault.column if placed else 0,
                fault.source,
            )
            for fault in reply.faults
        ]

    def _stop_running_trials(self) -> None:
        """So that no process of a trial outlives the temporary server that it belongs to."""
        try:
            for status in self.list_experiments(all_namespaces=True):
                if not status.ended and not status.run_by_clients:
                    experiment = self.get_experiment(status.name, status.namespace)
                    experiment.stop()
                    experiment.wait(timeout=_FLUSH_SECONDS, check=False)
        except QalamError as error:
            _log.info("running trials could not be stopped: %s", error)


def _own_server(database: Union[None, str, os.PathLike[str]]) -> EmbeddedServer:
    from qalam._embedded import EmbeddedServer

    if database is None:
        return EmbeddedServer([*_SERVE, "{folder}/qalam.db"])
    return EmbeddedServer([*_SERVE, os.path.abspath(os.fspath(database))])


def _lines(error: InvalidArgumentError) -> list[Fault]:
    return [Fault(line) for line in str(error).splitlines()]


def _close_if_alive(reference: weakref.ref[Client]) -> None:
    client = reference()
    if client is not None:
        client.close()


def _reconnect(
    address: str, token: str, tls: TLSArgument, namespace: str, timeout: float
) -> Client:
    return Client(address, token, tls, namespace=namespace, timeout=timeout)
