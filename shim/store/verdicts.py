"""Verdicts in and out of the database.

Rows are plain values: the judge knows its own types, and this file none of them.
"""

import sqlite3
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A place where the judged side differs; values are JSON texts, None where a side has none."""

    path: str
    side: str
    kind: str
    legacy: str | None
    native: str | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """A verdict as it is stored. `rules` and `noise` are JSON lists; `subject` is who was judged."""

    exchange: int
    level: str
    judged: float
    subject: str = "native"
    build: str = ""
    took: float = 0.0
    sent: str = ""
    reason: str = ""
    detail: str = ""
    rules: str = "[]"
    noise: str = "[]"
    differences: tuple[DifferenceRow, ...] = ()


class Verdicts:
    """The verdicts of one open database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection

    def add(self, row: VerdictRow) -> int:
        """Write a verdict; a newer one on the same exchange and subject stands beside the older."""
        number = self._sql.execute(
            "INSERT INTO verdicts (exchange, subject, build, judged, took, level, sent, reason, detail, rules, noise)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(row.exchange, row.subject, row.build, row.judged, row.took, row.level, row.sent, row.reason),
                *(row.detail, row.rules, row.noise),
            ),
        ).lastrowid
        self._sql.executemany(
            "INSERT INTO differences (verdict, path, side, kind, legacy, native, note) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(number, d.path, d.side, d.kind, d.legacy, d.native, d.note) for d in row.differences],
        )
        return int(number or 0)

    def latest(self, exchange: int, subject: str = "native") -> VerdictRow | None:
        """The newest verdict on an exchange."""
        found = self._sql.execute(
            "SELECT max(id) FROM verdicts WHERE exchange = ? AND subject = ?", (exchange, subject)
        ).fetchone()
        return None if found[0] is None else self.get(found[0])

    def get(self, number: int) -> VerdictRow:
        """The verdict with this id.

        Raises:
            KeyError: There is none.
        """
        found = self._sql.execute(
            "SELECT exchange, level, judged, subject, build, took, sent, reason, detail, rules, noise FROM verdicts"
            " WHERE id = ?",
            (number,),
        ).fetchone()
        if found is None:
            raise KeyError(f"there is no verdict {number}")
        return replace(VerdictRow(*found), differences=self._differences(number))

    def _differences(self, verdict: int) -> tuple[DifferenceRow, ...]:
        rows = self._sql.execute(
            "SELECT path, side, kind, legacy, native, note FROM differences WHERE verdict = ? ORDER BY id", (verdict,)
        ).fetchall()
        return tuple(DifferenceRow(*row) for row in rows)

    def unjudged(self, subject: str = "native", limit: int = 1000) -> list[int]:
        """Live exchanges without a verdict on this subject, oldest first."""
        rows = self._sql.execute(
            "SELECT id FROM exchanges WHERE run IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM verdicts WHERE verdicts.exchange = exchanges.id AND subject = ?) ORDER BY id LIMIT ?",
            (subject, limit),
        )
        return [int(row[0]) for row in rows.fetchall()]
