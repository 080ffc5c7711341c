"""What is known of builds of native: the endpoints that each has handlers for.

Whoever has native loaded writes it down; whoever only reports reads it, and is spared the loading.
"""

import sqlite3
from collections.abc import Collection

import orjson


class Builds:
    """The builds of one open database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection

    def put(self, build: str, handled: Collection[str]) -> None:
        """Write down what a build handles; what is known of it already stays."""
        said = orjson.dumps(sorted(handled)).decode()
        self._sql.execute("INSERT OR IGNORE INTO builds (build, handled) VALUES (?, ?)", (build, said))

    def handled(self, build: str) -> frozenset[str] | None:
        """The ids of the endpoints that a build has handlers for; None where nobody wrote that down."""
        row = self._sql.execute("SELECT handled FROM builds WHERE build = ?", (build,)).fetchone()
        return frozenset(orjson.loads(row[0])) if row else None
