"""Obstacles that somebody decided to pass over, kept with who said so, when and why.

Law: a waiver has a reason; saying it anew for the same name takes the place of what was said before.
"""

import sqlite3
import time
from collections.abc import Iterator

from shim.cutover.obstacles import Waiver


class Waivers:
    """The waivers of one open database.

    Args:
        sql: As `shim.store.connection.connect` opens it; to read only, one of `connect_to_read`.
    """

    def __init__(self, sql: sqlite3.Connection) -> None:
        self._sql = sql

    def __iter__(self) -> Iterator[Waiver]:
        """All of them, by name."""
        for row in self._sql.execute("SELECT name, who, at, why FROM waivers ORDER BY name").fetchall():
            yield Waiver(*row)

    def waive(self, name: str, *, who: str, why: str, at: float | None = None) -> Waiver:
        """Pass over obstacles of this name, or of names that fit it as a pattern."""
        waiver = Waiver(name, who, time.time() if at is None else at, why)
        self._sql.execute("REPLACE INTO waivers (name, who, at, why) VALUES (?, ?, ?, ?)", (name, who, waiver.at, why))
        return waiver

    def withdraw(self, name: str) -> bool:
        """Pass over them no more; False where nobody had said so."""
        return self._sql.execute("DELETE FROM waivers WHERE name = ?", (name,)).rowcount > 0
