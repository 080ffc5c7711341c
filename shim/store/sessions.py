"""Lives of the recorder, and what became of the exchanges it saw, for whoever reports it from another process."""

import sqlite3
from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand in a recorder.

    Attributes:
        seen: Exchanges that the front saw.
        recorded: Exchanges in the database, as the recorder counted them.
        open: Exchanges under way.
        dropped: Exchanges given up, by reason.
        calls: Calls to providers that the tap saw.
        refused_calls: Calls that could not be kept.
        strays: Calls that belong to no exchange.
    """

    seen: int = 0
    recorded: int = 0
    open: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    refused_calls: int = 0
    strays: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether every exchange seen is accounted for."""
        return self.seen == self.recorded + sum(self.dropped.values()) + self.open


@dataclass(frozen=True, slots=True)
class Session:
    """One life of the recorder.

    Attributes:
        began: Seconds since 1970.
        ended: The same; None while it runs, or if it was killed.
        found: Exchanges in the database, as they are counted there (fewer after a purge).
        standing: How things stood when it last said.
    """

    id: int
    began: float
    ended: float | None
    found: int
    standing: Standing


class Sessions:
    """The sessions of one open database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection

    def begin(self, at: float) -> int:
        """A recorder starts; returns the session's id."""
        return int(self._sql.execute("INSERT INTO sessions (began) VALUES (?)", (at,)).lastrowid or 0)

    def tell(self, number: int, standing: Standing) -> None:
        """Say how things stand."""
        self._sql.execute(
            "UPDATE sessions SET seen = ?, recorded = ?, open = ?, dropped = ?, calls = ?, refused_calls = ?,"
            " strays = ? WHERE id = ?",
            (
                *(standing.seen, standing.recorded, standing.open, orjson.dumps(standing.dropped).decode()),
                *(standing.calls, standing.refused_calls, standing.strays, number),
            ),
        )

    def end(self, number: int, at: float) -> None:
        """The recorder ends in good order."""
        self._sql.execute("UPDATE sessions SET ended = ? WHERE id = ?", (at, number))

    def all(self) -> list[Session]:
        """Every session, oldest first."""
        rows = self._sql.execute(
            "SELECT id, began, ended, found, seen, recorded, open, dropped, calls, refused_calls, strays"
            " FROM sessions ORDER BY id"
        ).fetchall()
        return [_session(*row) for row in rows]


def _session(number: int, began: float, ended: float | None, found: int, *told: Any) -> Session:
    seen, recorded, open_, dropped, calls, refused_calls, strays = told
    standing = Standing(seen, recorded, open_, orjson.loads(dropped), calls, refused_calls, strays)
    return Session(number, began, ended, found, standing)
