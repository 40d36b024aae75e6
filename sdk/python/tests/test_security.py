"""Tokens and TLS, right and wrong."""

from __future__ import annotations

import subprocess

import pytest
from support import wait_until

import qalam
from qalam import _environment, search
from qalam._connection import Connection
from qalam._reports import PointBuffer, Reporter

TOKEN = "correct-horse-battery-staple"


@pytest.fixture
def certificate(tmp_path):
    """A certificate for localhost that signs itself: the paths of it and of its key."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
            "-keyout",
            key,
            "-out",
            certificate,
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


@pytest.fixture
def token_file(tmp_path):
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    path.chmod(0o600)
    return path


def localhost(server) -> str:
    return f"localhost:{server.address.rpartition(':')[2]}"


class TestToken:
    def test_the_right_one(self, servers, token_file, monkeypatch):
        server = servers("--token-file", str(token_file))
        with qalam.Client(server.address, token=TOKEN) as client:
            assert client.list_experiments() == []
        for variable, value in (("QALAM_TOKEN", TOKEN), ("QALAM_TOKEN_FILE", str(token_file))):
            with monkeypatch.context() as patch:
                patch.setenv(variable, value)
                with qalam.Client(server.address) as client:
                    assert client.list_experiments() == []

    def test_a_server_of_ones_own_wants_none(self, token_file, monkeypatch):
        monkeypatch.setenv("QALAM_TOKEN_FILE", str(token_file))
        with qalam.Client() as client:
            assert client.list_experiments() == []

    @pytest.mark.parametrize("token", ["wrong", TOKEN[:-1], TOKEN + "x", None])
    def test_another_one_or_none(self, servers, token_file, token):
        server = servers("--token-file", str(token_file))
        with pytest.raises(qalam.AuthenticationError, match="QALAM_TOKEN") as error:
            qalam.Client(server.address, token=token)
        assert TOKEN not in str(error.value)
        assert isinstance(error.value, PermissionError)

    def test_it_is_not_sent_for_everybody_to_read(self):
        with pytest.raises(ValueError, match="for everybody to read"):
            qalam.Client("qalam.example.com:6789", token=TOKEN)

    def test_it_is_in_no_text(self, servers, token_file):
        server = servers("--token-file", str(token_file))
        with qalam.Client(server.address, token=TOKEN) as client:
            assert TOKEN not in repr(client)

    def test_a_bound_on_its_calls_only_slows(self, servers, token_file):
        server = servers("--token-file", str(token_file), "--rate-limit", "10")
        with qalam.Client(server.address, token=TOKEN) as client:
            experiment = client.create_experiment(
                qalam.ExperimentSpec({"x": search.double(0, 1)}, "minimize loss", trials=20)
            )

            def function(trial):
                trial.report({"size": trial.number}, 0)
                return trial.params["x"]

            best = experiment.optimize(function)
            assert best.value == min(trial.value for trial in experiment.trials())
            statuses = [status for _ in range(30) for status in experiment.watch(timeout=20)]
            assert [status.counts.succeeded for status in statuses] == 30 * [20]


class TestTLS:
    def test_a_server_whose_authority_is_trusted(self, servers, certificate, token_file):
        path, key = certificate
        server = servers(
            "--tls-certificate", str(path), "--tls-key", str(key), "--token-file", str(token_file)
        )
        with qalam.Client(localhost(server), token=TOKEN, tls=path) as client:
            assert client.list_experiments() == []
        named = qalam.TLS(ca=str(path), server_name="localhost")
        with qalam.Client(server.address, token=TOKEN, tls=named) as client:
            assert client.list_experiments() == []

    def test_a_server_that_wants_a_certificate(self, servers, certificate):
        path, key = map(str, certificate)
        server = servers("--tls-certificate", path, "--tls-key", key, "--tls-client-ca", path)
        mine = qalam.TLS(ca=path, certificate=path, key=key)
        with qalam.Client(localhost(server), tls=mine) as client:
            assert client.list_experiments() == []
        with pytest.raises(qalam.UnavailableError):
            qalam.Client(localhost(server), tls=path, connect_timeout=5)

    def test_what_the_environment_says(self, monkeypatch):
        assert _environment.tls() is None
        monkeypatch.setenv("QALAM_TLS_CA", "ca.pem")
        assert _environment.tls() == qalam.TLS(ca="ca.pem")
        monkeypatch.setenv("QALAM_TLS_CLIENT_CERTIFICATE", "mine.pem")
        with pytest.raises(ValueError, match="no key"):
            _environment.tls()
        monkeypatch.setenv("QALAM_TLS_CLIENT_KEY", "key.pem")
        assert _environment.tls() == qalam.TLS("ca.pem", "mine.pem", "key.pem")

    def test_one_that_is_not_trusted(self, servers, certificate):
        path, key = certificate
        server = servers("--tls-certificate", str(path), "--tls-key", str(key))
        with pytest.raises(qalam.UnavailableError, match="certificate|TLS"):
            qalam.Client(localhost(server), tls=True, connect_timeout=60)

    def test_a_client_without_it(self, servers, certificate):
        path, key = certificate
        server = servers("--tls-certificate", str(path), "--tls-key", str(key))
        with pytest.raises(qalam.UnavailableError, match="tls"):
            qalam.Client(server.address, connect_timeout=5)

    def test_a_server_without_it(self, servers, certificate):
        server = servers()
        with pytest.raises(qalam.UnavailableError, match="speak TLS; (then )?leave `tls` out"):
            qalam.Client(localhost(server), tls=certificate[0], connect_timeout=60)

    def test_a_file_that_is_not_there(self):
        with pytest.raises(OSError, match="nowhere"):
            qalam.Client("localhost:1", tls="/nowhere/ca.pem")

    def test_a_file_that_comes_late_delays_metrics(self, servers, certificate, tmp_path, caplog):
        path, key = certificate
        server = servers("--tls-certificate", str(path), "--tls-key", str(key))
        with qalam.Client(localhost(server), tls=path) as client:
            trial = client.create_experiment(
                qalam.ExperimentSpec({"x": search.double(0, 1)}, "minimize loss", trials=1)
            ).ask()
            late = tmp_path / "late.pem"
            reporter = Reporter(Connection(localhost(server), tls=qalam.TLS(ca=str(late))), 0.05)
            buffer = PointBuffer(trial.namespace, trial.name)
            buffer.add("loss", 0.5, 0)
            reporter.note(buffer)
            wait_until(lambda: "late.pem" in caplog.text)
            late.write_bytes(path.read_bytes())
            wait_until(lambda: trial.experiment.metrics(trial))
            reporter.close(10)
            assert caplog.text.count("cannot be sent for now") == 1
