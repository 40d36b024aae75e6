"""What no tool that keeps results durably can be quicker than on this machine."""

from __future__ import annotations

import os
import sqlite3
import statistics
import tempfile
import time
from typing import Callable

ROUNDS = 400


def _milliseconds(action: Callable[[], object]) -> dict[str, float]:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - start))
    return {"median": statistics.median(times), "least": min(times)}


def sync_milliseconds() -> dict[str, float]:
    """Writing a page to the end of a file, and waiting until the disk has it."""
    with tempfile.TemporaryFile(buffering=0) as file:
        page = bytes(4096)

        def append() -> None:
            file.write(page)
            os.fdatasync(file.fileno())

        return _milliseconds(append)


def commit_milliseconds() -> dict[str, float]:
    """A durable commit of one small row by SQLite, with its write-ahead log."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(f"{folder}/rows.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE rows (text TEXT)")

        def insert() -> None:
            connection.execute("INSERT INTO rows VALUES (?)", ("x" * 100,))

        try:
            return _milliseconds(insert)
        finally:
            connection.close()
