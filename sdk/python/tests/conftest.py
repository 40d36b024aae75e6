"""What the tests share: servers and clients."""

from __future__ import annotations

import itertools
import os
import sys

import pytest

# The tests' own helpers, which are no package.
sys.path.insert(0, os.path.dirname(__file__))

for variable in list(os.environ):
    if variable.startswith("QALAM_") and variable not in ("QALAM_BINARY", "QALAM_SDK_SOURCE"):
        del os.environ[variable]

_numbers = itertools.count()


@pytest.fixture(scope="session")
def client():
    """A client with an embedded server, for tests that only add to it."""
    import qalam

    with qalam.Client() as client:
        yield client


@pytest.fixture
def servers(tmp_path):
    """Starts real servers, each on its own database; they end with the test."""
    from support import ServerProcess

    started = []

    def start(*arguments: str, **options: str) -> ServerProcess:
        folder = tmp_path / f"server-{len(started)}"
        folder.mkdir()
        server = ServerProcess(folder, *arguments, **options)
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def name():
    """A name that no other experiment of the session has."""
    return f"experiment-{next(_numbers)}"
