"""Where the program `qalam` is."""

from __future__ import annotations

import os
import pathlib
import shutil
import sys

from qalam.errors import ServerStartError


def find_program() -> str:
    """The path of the executable `qalam`.

    The first of: the environment variable QALAM_BINARY, the one inside the installed package, the one
    beside the Python interpreter, the one on PATH.

    Raises:
        ServerStartError: There is none, or QALAM_BINARY names something else.
    """
    named = os.environ.get("QALAM_BINARY")
    if named:
        if _is_program(pathlib.Path(named)):
            return named
        raise ServerStartError(f"QALAM_BINARY is {named}, which is no program that can be run")
    candidates = [
        pathlib.Path(__file__).parent / "_bin" / "qalam",
        pathlib.Path(sys.executable).parent / "qalam",
    ]
    for candidate in candidates:
        if _is_program(candidate):
            return str(candidate)
    on_path = shutil.which("qalam")
    if on_path:
        return on_path
    raise ServerStartError(
        "the program qalam is not here: looked inside the package, beside the Python interpreter and "
        "on PATH. Name it by the environment variable QALAM_BINARY, or give the address of a server"
    )


def _is_program(path: pathlib.Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)
