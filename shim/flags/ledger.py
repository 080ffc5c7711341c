"""Where flags are kept: two tables of the recordings' database, one for what holds, one for all that ever did.

Everything that reads and writes flags lives here. Laws: a flag and its line of history are written together or not at
all; whoever follows sees a change at the next look, and a look at an unchanged database costs one read of a counter.
"""

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from shim.endpoints import ENDPOINTS
from shim.flags.table import EVERY, Flag, Scope, Table, Value, WrongFlagError


@dataclass(frozen=True, slots=True)
class Change:
    """One line of history.

    Attributes:
        scope: Which flag.
        before: What it said; empty where there was none.
        value: What it says since; empty where it was taken away.
        who: Who changed it.
        at: When, in seconds since 1970.
        why: For what reason.
    """

    scope: Scope
    before: str
    value: str
    who: str
    at: float
    why: str


class Ledger:
    """Flags in an open database.

    Args:
        sql: As `shim.store.connection.connect` opens it; to read only, one of `connect_to_read`.
    """

    def __init__(self, sql: sqlite3.Connection) -> None:
        self._sql = sql
        self._version = -1

    @classmethod
    def open(cls, path: Path) -> "Ledger":
        """Open, and make where there is none, the database at this path."""
        from shim.store.connection import connect  # noqa: PLC0415  # sqlite-utils takes a while to load

        return cls(connect(path))

    def close(self) -> None:
        """Close the database."""
        self._sql.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def table(self) -> Table:
        """What holds now."""
        rows = self._sql.execute("SELECT endpoint, provider, stream, model, value, who, at, why FROM flags")
        return Table(Flag(Scope(*row[:4]), Value.parse(row[4]), *row[5:]) for row in rows)

    def news(self) -> Table | None:
        """What holds now, where anything in the database has changed since the last look; else None."""
        version = self._sql.execute("PRAGMA data_version").fetchone()[0]
        if version == self._version:
            return None
        self._version = version
        return self.table()

    def set(self, scope: Scope, value: Value | None, *, who: str, why: str, at: float | None = None) -> Change:
        """Set a flag, or take it away.

        Args:
            scope: Which.
            value: What it is to say; None to take it away.
            who: Who says so.
            why: For what reason.
            at: When, for imports; now otherwise.

        Raises:
            WrongFlagError: There is no such endpoint, or a narrowing makes no sense.
        """
        _check(scope)
        moment = time.time() if at is None else at
        key = (scope.endpoint, scope.provider, scope.stream, scope.model)
        where = "WHERE endpoint = ? AND provider = ? AND stream = ? AND model = ?"
        self._sql.execute("BEGIN IMMEDIATE")
        try:
            row = self._sql.execute(f"SELECT value FROM flags {where}", key).fetchone()  # noqa: S608  # our own text
            self._sql.execute(f"DELETE FROM flags {where}", key)  # noqa: S608  # as above
            text = "" if value is None else str(value)
            if value is not None:
                self._sql.execute("INSERT INTO flags VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*key, text, who, moment, why))
            before = row[0] if row else ""
            self._sql.execute(
                "INSERT INTO flag_history (endpoint, provider, stream, model, before, value, who, at, why)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*key, before, text, who, moment, why),
            )
            self._sql.execute("COMMIT")
        except BaseException:
            self._sql.execute("ROLLBACK")
            raise
        return Change(scope, before, text, who, moment, why)

    def replace(self, flags: Iterable[tuple[Scope, Value]], *, who: str, why: str) -> list[Change]:
        """Have exactly these flags: set what differs, take away what is not among them."""
        wanted = dict(flags)
        for scope in wanted:
            _check(scope)
        now = {flag.scope: flag.value for flag in self.table().flags}
        changed = [(scope, value) for scope, value in wanted.items() if now.get(scope) != value]
        gone = [(scope, None) for scope in now if scope not in wanted]
        return [self.set(scope, value, who=who, why=why) for scope, value in (*changed, *gone)]

    def history(self, limit: int = 100) -> list[Change]:
        """The last changes, latest first."""
        rows = self._sql.execute(
            "SELECT endpoint, provider, stream, model, before, value, who, at, why FROM flag_history"
            " ORDER BY id DESC LIMIT ?",
            (limit,),
        )
        return [Change(Scope(*row[:4]), *row[4:]) for row in rows]


def _check(scope: Scope) -> None:
    ids = sorted(endpoint.id for endpoint in ENDPOINTS)
    if scope.endpoint != EVERY and scope.endpoint not in ids:
        close = [name for name in ids if scope.endpoint.lower().split(" ")[-1] in name.lower()][:3]
        hint = f"; did you mean {', '.join(close)}?" if close else ""
        raise WrongFlagError(f"there is no endpoint {scope.endpoint!r}{hint}")
    if scope.stream not in ("", "yes", "no"):
        raise WrongFlagError(f"stream is yes, no or nothing, not {scope.stream!r}")
