"""`python -m qalam ...` is the command line: it becomes the program `qalam`."""

from __future__ import annotations

import os
import sys

from qalam._binary import find_program
from qalam.errors import ServerStartError


def main() -> None:
    """Replaces this process by the program, with the same arguments, terminal and environment."""
    try:
        program = find_program()
    except ServerStartError as error:
        sys.exit(str(error))
    os.execv(program, ["qalam", *sys.argv[1:]])


if __name__ == "__main__":
    main()
