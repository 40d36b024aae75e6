"""A server of one's own: started on a private socket, ended with this process."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import pathlib
import shutil
import subprocess
import tempfile
import weakref
from typing import IO, Sequence

from qalam import _environment
from qalam._binary import find_program
from qalam.errors import ServerStartError

_STOP_SECONDS = 10.0
_MOST_OUTPUT = 4000
_PREFIX = "qalam-python-"
# Locked by the process that has the folder, for as long as it lives; holds that process's boot.
_OWNER_FILE = "owner"
_BOOT = pathlib.Path("/proc/sys/kernel/random/boot_id")
# The longest path of a socket that every system takes.
_LONGEST_PATH = 100


class EmbeddedServer:
    """`qalam VERB` on a socket in a folder that nobody else can open.

    It ends when `stop` is called, when this process exits, and, since its standard input closes then,
    also when this process is killed.

    Args:
        verb: What to run, with its arguments; `{folder}` in them stands for `folder`.

    Attributes:
        folder: For what the server needs; removed when it has ended.
        address: Where it listens.

    Raises:
        ServerStartError: The program is missing or ended at once.
    """

    def __init__(self, verb: Sequence[str]) -> None:
        self._owner = os.getpid()
        program = find_program()
        self.folder, self._ownership = _private_folder()
        self.address = f"unix:{self.folder}/socket"
        self._log = self.folder / "server.log"
        arguments = [argument.replace("{folder}", str(self.folder)) for argument in verb]
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                [program, *arguments, "--listen", self.address, "--until-stdin-closes"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=_environment.without_any(),
                # Ctrl-C is for this process, which then decides what becomes of the server.
                start_new_session=True,
            )
        try:
            self._wait_until_it_listens()
        except BaseException:
            self.stop()
            raise
        atexit.register(_stop_if_alive, weakref.ref(self))

    def explain_silence(self) -> str:
        """Why it does not answer; empty while it runs."""
        if self._owner != os.getpid() or self._process.poll() is None:
            return ""
        return f"the embedded server has ended ({self._end()})"

    def stop(self) -> None:
        """Ends it and waits until it has ended. Idempotent; does nothing in a forked child."""
        if self._owner != os.getpid():
            return
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._ownership.close()

    def _wait_until_it_listens(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("listening on "):
                return
        self._process.wait()
        raise ServerStartError(f"the embedded server ended at once ({self._end()})")

    def _end(self) -> str:
        """How it ended, and the last of what it said."""
        try:
            said = self._log.read_text(errors="replace")[-_MOST_OUTPUT:].strip()
        except OSError:
            said = ""
        return f"exit status {self._process.returncode}: {said}"


def _private_folder() -> tuple[pathlib.Path, IO[bytes]]:
    """A new folder for this user only, its path short enough for a socket; and what keeps it ours."""
    parent = tempfile.gettempdir()
    if len(parent) > _LONGEST_PATH - len(f"/{_PREFIX}12345678/socket"):
        parent = "/tmp"
    _remove_what_others_left(pathlib.Path(parent))
    folder = pathlib.Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    return folder, _own(folder / _OWNER_FILE)


def _own(path: pathlib.Path) -> IO[bytes]:
    """Makes the owner file. While it is open, here or in a forked child, the folder stays."""
    owner = open(path, "wb", buffering=0)
    # Where nothing can be locked the file stays empty, and nobody removes the folder.
    with contextlib.suppress(OSError):
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        owner.write(_this_boot())
    return owner


def _remove_what_others_left(parent: pathlib.Path) -> None:
    """Folders of this user's processes that were killed before they could tidy up.

    Containers and other machines may share the temporary folder, so a process's number does not tell
    whether it lives. The lock does, in every container, but file systems need not tell of the locks of
    other machines: only what was made since this machine was started is looked at. What was left before
    looks like another machine's and stays. Temporary folders are emptied at the start or after some
    days, whereas a database that is in use would be gone for good.
    """
    boot = _this_boot()
    for path in parent.glob(f"{_PREFIX}*/{_OWNER_FILE}") if boot else ():
        # It may be locked, or just being removed.
        with contextlib.suppress(OSError, ValueError):
            # Another user could have put anything into a folder of his.
            if path.parent.lstat().st_uid != os.getuid():
                continue
            with open(path, "rb+") as owner:
                if owner.read() == boot:
                    fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(path.parent, ignore_errors=True)


def _this_boot() -> bytes:
    """What no other machine has, nor this one after it was started again; empty where unknown."""
    try:
        return _BOOT.read_bytes().strip()
    except OSError:
        return b""


def _stop_if_alive(reference: weakref.ref[EmbeddedServer]) -> None:
    server = reference()
    if server is not None:
        server.stop()
