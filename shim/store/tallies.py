"""Tallies: how many exchanges and verdicts there are of each kind, without counting them.

The counting is done by triggers, see `shim.store.schema`; everything that reads it lives here. Law: a tally says what a
count of the rows would, whatever was added, judged late, judged again, imported or purged.
"""

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExchangeTally:
    """Live exchanges of one kind.

    Attributes:
        endpoint: Id in the catalogue.
        provider: Who was asked.
        stream: Whether a stream was asked for.
        mode: Who answered: `legacy`, `canary` and `native` (both native), `front`.
        fault: See `shim.faults`.
        unjudgeable: Why they are no evidence, or empty.
        count: How many.
    """

    endpoint: str
    provider: str
    stream: bool
    mode: str
    fault: str
    unjudgeable: str
    count: int


@dataclass(frozen=True, slots=True)
class VerdictTally:
    """Live exchanges whose newest verdict on a subject is of one kind.

    Attributes:
        endpoint: Id in the catalogue.
        provider: Who was asked.
        stream: Whether a stream was asked for.
        mode: Who answered.
        subject: Who was judged: `native`, `legacy`, `reverse`.
        build: Which build.
        level: The verdict's.
        reason: Why unjudged, or empty.
        count: How many.
    """

    endpoint: str
    provider: str
    stream: bool
    mode: str
    subject: str
    build: str
    level: str
    reason: str
    count: int


class Tallies:
    """The tallies of one open database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection

    def exchanges(self) -> list[ExchangeTally]:
        """All of live exchanges."""
        rows = self._sql.execute(
            "SELECT endpoint, provider, stream, mode, fault, unjudgeable, count FROM tallies WHERE count > 0"
        ).fetchall()
        return [ExchangeTally(row[0], row[1], bool(row[2]), *row[3:]) for row in rows]

    def verdicts(self, subject: str | None = None) -> list[VerdictTally]:
        """All of newest verdicts, or those on one subject."""
        rows = self._sql.execute(
            "SELECT endpoint, provider, stream, mode, subject, build, level, reason, count FROM verdict_tallies"
            " WHERE count > 0 AND (? IS NULL OR subject = ?)",
            (subject, subject),
        ).fetchall()
        return [VerdictTally(row[0], row[1], bool(row[2]), *row[3:]) for row in rows]
