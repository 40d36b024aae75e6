"""Clients and the servers they find, or do not find."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pathlib
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import uuid
from concurrent import futures

import grpc
import pytest
from support import is_alive, wait_until

import qalam
from qalam import search
from qalam._proto import qalam_v1_pb2 as api
from qalam._proto import qalam_v1_pb2_grpc

SPACE = {"x": search.double(0, 1)}


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class TestEmbedded:
    def test_it_ends_with_close_and_leaves_nothing(self):
        client = qalam.Client()
        server = client._server
        assert is_alive(server._process.pid) and server.folder.exists()
        assert client.server_info().version == qalam.__version__
        client.close()
        client.close()
        assert not is_alive(server._process.pid) and not server.folder.exists()
        with pytest.raises(qalam.UnavailableError, match="was closed"):
            client.server_info()

    def test_its_socket_is_this_users_alone(self, client):
        assert client.server_info().web_url == ""
        folder = client._server.folder
        assert folder.stat().st_mode & 0o077 == 0

    def test_a_database_that_is_named_stays(self, tmp_path):
        path = tmp_path / "kept.db"
        with qalam.Client(database=path) as client:
            client.create_experiment(qalam.ExperimentSpec(SPACE, "minimize loss", name="kept"))
        with qalam.Client(database=path) as client:
            assert [status.name for status in client.list_experiments()] == ["kept"]

    @pytest.mark.parametrize("signal_number", [None, signal.SIGKILL, signal.SIGTERM])
    def test_it_ends_with_the_process(self, signal_number, tmp_path):
        script = tmp_path / "script.py"
        script.write_text(
            textwrap.dedent(
                """
                import sys
                import qalam

                client = qalam.Client()
                print(client._server._process.pid, client._server.folder, flush=True)
                sys.stdin.readline()
                """
            )
        )
        process = subprocess.Popen(
            [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        with process:
            pid, folder = process.stdout.readline().split()
            server, folder = int(pid), pathlib.Path(folder)
            assert is_alive(server) and folder.exists()
            if signal_number is None:
                process.stdin.write("\n")
                process.stdin.close()
            else:
                process.send_signal(signal_number)
            process.wait(30)
        wait_until(lambda: not is_alive(server))
        # What a killed one could not tidy up, the next one does.
        with qalam.Client():
            assert not folder.exists()

    def test_it_outlives_its_process_with_a_child(self, tmp_path):
        script = tmp_path / "script.py"
        script.write_text(
            textwrap.dedent(
                """
                import os, signal, sys
                import qalam

                client = qalam.Client()
                if os.fork() > 0:
                    signal.pause()
                print(client._server.folder, flush=True)
                sys.stdin.readline()
                print(client.list_experiments(), flush=True)
                """
            )
        )
        process = subprocess.Popen(
            [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        with process:
            folder = pathlib.Path(process.stdout.readline().strip())
            process.kill()
            process.wait(30)
            with qalam.Client():
                assert (folder / "qalam.db").exists()
            process.stdin.write("\n")
            process.stdin.flush()
            assert process.stdout.readline() == "[]\n"

    def test_another_container_leaves_it_alone(self):
        """One with the same temporary folder, where this process's number is nobody's."""
        if os.getpid() < 100:
            pytest.skip("this process has a number that the container may have too")
        enter = ["unshare", "--pid", "--fork", "--mount-proc"]
        if os.getuid() != 0:
            enter += ["--user", "--map-root-user"]
        if subprocess.run([*enter, "true"], capture_output=True).returncode != 0:
            pytest.skip("no process namespace can be made here")
        with qalam.Client() as client:
            program = "import qalam; qalam.Client().close()"
            subprocess.run([*enter, sys.executable, "-c", program], check=True)
            assert (client._server.folder / "qalam.db").exists()

    def test_what_may_be_another_machines_stays(self, monkeypatch):
        with tempfile.TemporaryDirectory() as parent, subprocess.Popen(["true"]) as ended:
            ended.wait()
            monkeypatch.setattr(tempfile, "tempdir", parent)
            # Of a version that noted its process, of another start, and of who had not noted it yet.
            for owner in (str(ended.pid), str(uuid.uuid4()), ""):
                folder = pathlib.Path(tempfile.mkdtemp(prefix="qalam-python-"))
                (folder / "owner").write_text(owner)
            with qalam.Client() as client:
                assert client._server.folder.parent == pathlib.Path(parent)
                assert len(list(pathlib.Path(parent).iterdir())) == 4

    def test_its_running_trials_end_with_it(self, tmp_path):
        with qalam.Client() as client:
            experiment = client.create_experiment(
                qalam.ExperimentSpec(
                    SPACE,
                    "minimize loss",
                    command=["sh", "-c", f"echo $$$$ > {tmp_path}/{{x}}; exec sleep 600"],
                    parallel=2,
                )
            )
            wait_until(lambda: len(list(tmp_path.iterdir())) == 2)
            pids = [int(path.read_text() or "0") for path in tmp_path.iterdir()]
            assert all(is_alive(pid) for pid in pids)
            del experiment
        wait_until(lambda: not any(is_alive(pid) for pid in pids))

    def test_a_program_that_is_not_there_is_named(self, monkeypatch):
        monkeypatch.setenv("QALAM_BINARY", "/nowhere/qalam")
        with pytest.raises(qalam.ServerStartError, match="/nowhere/qalam"):
            qalam.Client()

    def test_a_program_that_cannot_serve_says_why(self, tmp_path):
        folder = tmp_path / "folder"
        folder.mkdir()
        with pytest.raises(qalam.ServerStartError, match="ended at once") as error:
            qalam.Client(database=folder)
        assert str(folder) in str(error.value)

    def test_one_that_died_is_told_apart_from_one_that_is_away(self):
        client = qalam.Client()
        client._server._process.kill()
        started = time.monotonic()
        with pytest.raises(qalam.UnavailableError, match="embedded server has ended"):
            client.server_info()
        assert time.monotonic() - started < 10
        client.close()

    def test_a_forked_child_has_a_connection_of_its_own(self, client, name):
        client.create_experiment(qalam.ExperimentSpec(SPACE, "minimize loss", name=name))

        def ask(queue):
            queue.put(client.get_experiment(name).name)

        context = multiprocessing.get_context("fork")
        queue = context.Queue()
        child = context.Process(target=ask, args=(queue,))
        child.start()
        assert queue.get(timeout=30) == name
        child.join(30)
        assert child.exitcode == 0
        # The child's end has not ended the server.
        assert client.get_experiment(name).name == name

    def test_copies_and_pickles_reach_the_same_server(self, client):
        assert copy.deepcopy(client) is client
        with pickle.loads(pickle.dumps(client)) as other:
            assert other.server_info().database == client.server_info().database


class TestAddress:
    def test_the_environment_names_the_server(self, servers, monkeypatch):
        server = servers()
        monkeypatch.setenv("QALAM_SERVER", server.address)
        with qalam.Client() as client:
            assert client.address == server.address and not client.is_embedded

    def test_nobody_there(self):
        address = f"127.0.0.1:{unused_port()}"
        with pytest.raises(qalam.UnavailableError, match="is `qalam serve` running there") as error:
            qalam.Client(address, connect_timeout=3)
        assert address in str(error.value)
        assert isinstance(error.value, ConnectionError)

    def test_a_server_that_hears_but_never_answers(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            started = time.monotonic()
            with pytest.raises((qalam.DeadlineError, qalam.UnavailableError)):
                qalam.Client(f"127.0.0.1:{silent.getsockname()[1]}", connect_timeout=1)
            assert time.monotonic() - started < 10

    def test_it_waits_for_a_server_that_is_about_to_start(self, servers):
        server = servers()
        server.kill()
        threading.Timer(0.5, server.start).start()
        with qalam.Client(server.address) as client:
            assert client.server_info().runs_trials


class _OtherServer(qalam_v1_pb2_grpc.ExperimentServiceServicer):
    """One that says which API it speaks, and nothing else."""

    def __init__(self, version: int, revision: int) -> None:
        self.info = api.ServerInfo(version="9.9", api_version=version, api_revision=revision)

    def GetServerInfo(self, request, context):
        return self.info


@pytest.mark.parametrize("version, revision", [(2, 1), (0, 0), (1, 0)])
def test_a_server_of_another_version_is_refused(version, revision):
    server = grpc.server(futures.ThreadPoolExecutor(1))
    port = server.add_insecure_port("127.0.0.1:0")
    qalam_v1_pb2_grpc.add_ExperimentServiceServicer_to_server(
        _OtherServer(version, revision), server
    )
    server.start()
    try:
        with pytest.raises(qalam.IncompatibleServerError, match="Qalam 9.9 with API") as error:
            qalam.Client(f"127.0.0.1:{port}")
        assert f"API {version}.{revision}" in str(error.value)
    finally:
        server.stop(None)


class TestErrors:
    def test_what_is_not_there(self, client):
        for call in (
            lambda: client.get_experiment("nothing"),
            lambda: client.delete_experiment("nothing"),
            lambda: client.get_trial("nothing"),
        ):
            with pytest.raises(qalam.NotFoundError, match="nothing") as error:
                call()
            assert isinstance(error.value, LookupError)

    def test_a_name_that_is_taken(self, client, name):
        spec = qalam.ExperimentSpec(SPACE, "minimize loss", name=name)
        client.create_experiment(spec)
        with pytest.raises(qalam.AlreadyExistsError, match=name):
            client.create_experiment(spec)

    def test_all_faults_of_a_spec(self, client):
        spec = qalam.ExperimentSpec(
            {"x": search.double(2, 1), "y": search.int(1, 5, step=-1)},
            "minimize loss",
            algorithm="no-such",
            trials=-1,
        )
        with pytest.raises(qalam.InvalidExperimentError) as error:
            client.create_experiment(spec)
        fields = " ".join(fault.field for fault in error.value.faults)
        for part in ("parameters[0]", "parameters[1]", "algorithmName", "maxTrialCount"):
            assert part in fields
        assert len(str(error.value).splitlines()) == len(error.value.faults)
        assert isinstance(pickle.loads(pickle.dumps(error.value)), qalam.InvalidExperimentError)

    def test_faults_of_a_file_have_their_line(self, client, tmp_path):
        path = tmp_path / "wrong.yaml"
        path.write_text(
            "apiVersion: kubeflow.org/v1beta1\nkind: Experiment\nmetadata: {name: W_}\n"
        )
        with pytest.raises(qalam.InvalidExperimentError) as error:
            client.create_experiment(path)
        placed = [fault for fault in error.value.faults if fault.field == "metadata.name"]
        assert placed[0].line == 3 and placed[0].source == str(path)
        assert f"{path}:3:" in str(error.value)

    def test_files_texts_and_dicts_say_the_same(self, client, tmp_path, name):
        spec = qalam.ExperimentSpec(SPACE, "minimize loss", trials=3)
        path = tmp_path / "experiment.json"
        for number, form in enumerate(("path", "text", "dict")):
            spec.name = f"{name}-{form}"
            path.write_text(spec.to_json())
            given = {"path": path, "text": spec.to_json(), "dict": spec.to_document()}[form]
            assert client.create_experiment(given).status.max_trials == 3

    def test_files_of_any_name_and_locale(self, client, tmp_path):
        path = tmp_path / os.fsdecode(b"caf\xe9.yaml")
        path.write_text("# \U0001f600\nkind: Experiment\n", encoding="utf-8")
        with pytest.raises(qalam.InvalidExperimentError) as error:
            client.create_experiment(path)
        assert error.value.faults[0].source.endswith("caf\\udce9.yaml")
        program = "import sys; from qalam import _document as d; d.document_of(sys.argv[1])"
        plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        done = subprocess.run(
            [sys.executable, "-c", program, os.fsencode(path)],
            env={**os.environ, **plain},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr

    def test_something_else_is_refused(self, client):
        with pytest.raises(TypeError, match="not int"):
            client.create_experiment(7)
        with pytest.raises(OSError):
            client.create_experiment("/nowhere/experiment.yaml")


class TestExperiments:
    def test_listing_filters_and_orders(self, servers):
        with qalam.Client(servers().address) as client:
            for name, algorithm in (("b-one", "random"), ("a-two", "tpe"), ("a-one", "random")):
                client.create_experiment(
                    qalam.ExperimentSpec(SPACE, "minimize loss", name=name, algorithm=algorithm)
                )
            client.create_experiment(
                qalam.ExperimentSpec(SPACE, "minimize loss", name="other", namespace="elsewhere")
            )

            def names(**options):
                return [status.name for status in client.list_experiments(**options)]

            assert names() == ["b-one", "a-two", "a-one"]
            assert names(order="name") == ["a-one", "a-two", "b-one"]
            assert names(order="name", descending=True) == ["b-one", "a-two", "a-one"]
            assert names(contains="ONE") == ["b-one", "a-one"]
            assert names(algorithm="tpe") == ["a-two"]
            assert names(states=["Succeeded"]) == []
            assert names(namespace="elsewhere") == ["other"]
            assert len(names(all_namespaces=True)) == 4
            with pytest.raises(ValueError, match="one of created"):
                names(order="colour")

    def test_steering(self, client, name):
        experiment = client.create_experiment(
            qalam.ExperimentSpec(SPACE, "minimize loss", name=name, trials=4, parallel=2)
        )
        assert experiment.pause().paused
        with pytest.raises(qalam.DeadlineError):
            experiment.ask(timeout=0.2)
        assert not experiment.resume().paused
        status = experiment.edit_budget(trials=3, parallel=1, max_failed=2)
        assert (status.max_trials, status.parallel_trials, status.max_failed_trials) == (3, 1, 2)
        with pytest.raises(qalam.ChangedMeanwhileError):
            experiment.edit_budget(trials=5, expected_version=status.version + 100)
        experiment.stop()
        assert experiment.wait(timeout=20).state == "Stopped"
        with pytest.raises(qalam.ExperimentEndedError):
            experiment.ask()
        experiment.delete()
        with pytest.raises(qalam.NotFoundError):
            client.get_experiment(name)

    def test_watching_goes_on_over_a_restart(self, servers):
        server = servers()
        with qalam.Client(server.address) as client:
            experiment = client.create_experiment(
                qalam.ExperimentSpec(SPACE, "minimize loss", trials=2)
            )
            seen, ended = [], threading.Event()

            def watch():
                for status in experiment.watch():
                    seen.append(status.counts.succeeded)
                ended.set()

            thread = threading.Thread(target=watch, daemon=True)
            thread.start()
            experiment.ask().tell(1.0)
            wait_until(lambda: 1 in seen)
            server.kill()
            server.start()
            experiment.ask().tell(2.0)
            assert ended.wait(30)
            thread.join(10)
            assert seen[-1] == 2 and seen == sorted(seen)

    def test_waiting(self, client, name, capfd):
        experiment = client.create_experiment(
            qalam.ExperimentSpec(SPACE, "minimize loss", name=name, trials=2, max_failed=0)
        )
        with pytest.raises(qalam.DeadlineError, match="after 0.2 seconds"):
            experiment.wait(timeout=0.2)
        experiment.ask().tell(state="Failed", message="no memory")
        with pytest.raises(qalam.ExperimentFailedError, match="no memory"):
            experiment.wait(timeout=20, progress=True)
        assert experiment.wait(timeout=20, check=False).state == "Failed"
        assert name in capfd.readouterr().err

    def test_a_trial_by_hand(self, client):
        experiment = client.create_experiment(
            qalam.ExperimentSpec(
                {"x": search.double(0, 1), "deep": search.categorical([True, False])},
                "minimize loss",
                trials=5,
            )
        )
        added = experiment.add_trial({"x": 0.25, "deep": False})
        assert added.params == {"x": 0.25, "deep": False}
        assert experiment.ask().name == added.name
        with pytest.raises(qalam.InvalidArgumentError, match="x") as error:
            experiment.add_trial({"x": 7, "deep": None})
        assert "deep" in str(error.value)

    def test_events(self, client):
        experiment = client.create_experiment(
            qalam.ExperimentSpec(SPACE, "minimize loss", trials=1)
        )
        trial = experiment.ask()
        trial.tell(1.0)
        experiment.wait(timeout=20)
        events = experiment.events()
        assert [event.sequence for event in events] == sorted(event.sequence for event in events)
        assert {event.trial for event in events} == {"", trial.name}
        assert all(event.trial == trial.name for event in experiment.events(trial=trial.name))
        assert experiment.events(after=events[-1].sequence) == []


class TestCommandLine:
    def test_the_module_is_the_real_one(self, client):
        done = subprocess.run(
            [sys.executable, "-m", "qalam", "version"], capture_output=True, text=True, check=True
        )
        assert qalam.__version__ in done.stdout
        failed = subprocess.run(
            [sys.executable, "-m", "qalam", "no-such-verb"], capture_output=True
        )
        assert failed.returncode == 2

    def test_without_the_program_it_says_so(self):
        environment = {**os.environ, "QALAM_BINARY": "/nowhere"}
        done = subprocess.run(
            [sys.executable, "-m", "qalam"], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 1 and "/nowhere" in done.stderr
