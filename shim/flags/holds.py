"""Holds: flags that were rolled back, and stay where they are until someone lifts that or native's code changes.

Everything that keeps and asks for holds lives here. Laws: a hold keeps a flag from going up by itself or by a file,
never from going down; a person who sets the flag lifts it, and is told so.
"""

import sqlite3
from dataclasses import dataclass

from shim.flags.table import Scope, Value

_KEY = "endpoint = ? AND provider = ? AND stream = ? AND model = ?"


@dataclass(frozen=True, slots=True)
class Hold:
    """One flag that is held.

    Attributes:
        scope: Which.
        value: What it was put down to; it may not say more than that.
        why: The breach.
        at: When, in seconds since 1970.
        build: The build of native that it was about; with another it is over.
    """

    scope: Scope
    value: Value
    why: str
    at: float
    build: str


class Holds:
    """The holds of one open database; a transaction is the caller's.

    Args:
        sql: As `shim.store.connection.connect` opens it; to read only, one of `connect_to_read`.
    """

    def __init__(self, sql: sqlite3.Connection) -> None:
        self._sql = sql

    def all(self) -> dict[Scope, Hold]:
        """Every hold, those of other builds too."""
        rows = self._sql.execute("SELECT endpoint, provider, stream, model, value, why, at, build FROM holds")
        found = (Hold(Scope(*row[:4]), Value.parse(row[4]), *row[5:]) for row in rows)
        return {hold.scope: hold for hold in found}

    def in_force(self, build: str) -> dict[Scope, Hold]:
        """Those that hold while this build of native runs."""
        return {scope: hold for scope, hold in self.all().items() if hold.build == build}

    def put(self, hold: Hold) -> None:
        """Hold a flag, in the place of an earlier hold on it."""
        self.lift(hold.scope)
        key = (hold.scope.endpoint, hold.scope.provider, hold.scope.stream, hold.scope.model)
        self._sql.execute(
            "INSERT INTO holds (endpoint, provider, stream, model, value, why, at, build)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*key, str(hold.value), hold.why, hold.at, hold.build),
        )

    def lift(self, scope: Scope) -> bool:
        """Hold a flag no longer; False where it was not held."""
        key = (scope.endpoint, scope.provider, scope.stream, scope.model)
        return self._sql.execute(f"DELETE FROM holds WHERE {_KEY}", key).rowcount > 0  # noqa: S608  # our own text
