"""Lives of the recorder, and what became of the exchanges it saw, for whoever reports it from another process."""

import sqlite3
from dataclasses import dataclass, field

import orjson


@dataclass(frozen=True, slots=True)
class Session:
    """One life of the recorder, as it last said.

    Attributes:
        began: Seconds since 1970.
        ended: The same; None while it runs, or if it was killed.
        seen: Exchanges that the front saw.
        recorded: Exchanges in the database, as the recorder counted them.
        found: Exchanges in the database, as they are counted there (fewer after a purge).
        open: Exchanges under way.
        dropped: Exchanges given up, by reason.
        calls: Calls to providers that the tap saw.
        refused_calls: Calls that could not be kept.
        strays: Calls that belong to no exchange.
    """

    id: int
    began: float
    ended: float | None
    seen: int
    recorded: int
    found: int
    open: int
    dropped: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    refused_calls: int = 0
    strays: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether every exchange seen is accounted for."""
        return self.seen == self.recorded + sum(self.dropped.values()) + self.open


class Sessions:
    """The sessions of one open database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection

    def begin(self, at: float) -> int:
        """A recorder starts; returns the session's id."""
        return int(self._sql.execute("INSERT INTO sessions (began) VALUES (?)", (at,)).lastrowid or 0)

    def tell(
        self, number: int, *, seen: int, recorded: int, open_: int, dropped: dict[str, int], calls: tuple[int, int, int]
    ) -> None:
        """Say how things stand; `calls` are seen, refused and stray ones."""
        self._sql.execute(
            "UPDATE sessions SET seen = ?, recorded = ?, open = ?, dropped = ?, calls = ?, refused_calls = ?,"
            " strays = ? WHERE id = ?",
            (seen, recorded, open_, orjson.dumps(dropped).decode(), *calls, number),
        )

    def end(self, number: int, at: float) -> None:
        """The recorder ends in good order."""
        self._sql.execute("UPDATE sessions SET ended = ? WHERE id = ?", (at, number))

    def all(self) -> list[Session]:
        """Every session, oldest first."""
        rows = self._sql.execute(
            "SELECT id, began, ended, seen, recorded, (SELECT count(*) FROM exchanges WHERE session = sessions.id),"
            " open, dropped, calls, refused_calls, strays FROM sessions ORDER BY id"
        ).fetchall()
        return [Session(*(*row[:7], orjson.loads(row[7]), *row[8:])) for row in rows]
