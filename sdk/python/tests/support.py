"""Real servers for the tests."""

from __future__ import annotations

import contextlib
import os
import pathlib
import resource
import signal
import subprocess
import time
from typing import Iterator

from qalam._binary import find_program


class ServerProcess:
    """`qalam serve` on a database of its own, to be killed and started again at will.

    Attributes:
        address: Where it listens; the same after it was started again.
    """

    def __init__(self, folder: pathlib.Path, *arguments: str, listen: str = "127.0.0.1:0") -> None:
        self._folder = folder
        self._arguments = arguments
        self.address = listen
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                find_program(),
                "serve",
                "--http",
                "none",
                "--db",
                str(self._folder / "qalam.db"),
                "--listen",
                self.address,
                *self._arguments,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None and self.process.stderr is not None
        for line in self.process.stdout:
            if line.startswith("listening on "):
                self.address = line[len("listening on ") :].split()[0]
                return
        raise AssertionError(f"the server did not start: {self.process.stderr.read()}")

    @contextlib.contextmanager
    def full_disk(self) -> Iterator[None]:
        """Meanwhile no file of the server takes anything more."""
        limits = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (0, limits[1]))
        try:
            yield
        finally:
            resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, limits)

    def kill(self) -> None:
        self.process.kill()
        self._wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self._wait()

    def _wait(self) -> None:
        self.process.wait(timeout=30)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


def is_alive(pid: int) -> bool:
    """Whether a process runs, and is not merely waited for by its parent."""
    try:
        status = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def wait_until(condition, seconds: float = 20.0) -> None:
    """Returns once the condition holds; for what nothing tells of by itself."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to be in time"
        time.sleep(0.02)


def end(pid: int) -> None:
    """Kills a process as if the machine had lost power."""
    os.kill(pid, signal.SIGKILL)
