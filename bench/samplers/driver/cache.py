"""Results on disk, so that a rerun computes only what is new."""

import json
import sqlite3


class Cache:
    """Text keys to JSON values in one SQLite file; several processes may use it at once."""

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        # Another process's write may take a while to land on a busy disk.
        self._database = sqlite3.connect(folder / "results.db", timeout=60)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID"
        )

    def get(self, key):
        found = self._database.execute("SELECT value FROM results WHERE key = ?", (key,)).fetchone()
        return json.loads(found[0]) if found else None

    def put(self, key, value):
        with self._database:
            self._database.execute(
                "INSERT OR REPLACE INTO results VALUES (?, ?)", (key, json.dumps(value))
            )
