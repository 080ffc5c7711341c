"""What a recording says of an endpoint, as far as gates and breaches ask: newest answers, faults, verdicts.

Everything that reads the database for them lives here. Law: what is read is bounded, by indexes, whatever the
recording's size.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from shim.faults import BY_NATIVE, is_natives

LEAVING = 30
"""Seconds before the recorder ended in good order: then native's hanging up is no crash."""
_COLUMNS = (
    "id, began, took, first, provider, stream, model, mode, fault, judged_build, judged_level, judged_at FROM exchanges"
)
# Two halves, for each of which there is an index that tells the ids without the rows.
_NEWEST = f"""
SELECT {_COLUMNS} WHERE id IN (
    SELECT id FROM (SELECT id FROM exchanges WHERE run IS NULL AND judged_level = '' AND endpoint = ? AND mode = ?
        ORDER BY id DESC LIMIT ?)
    UNION ALL
    SELECT id FROM (SELECT id FROM exchanges WHERE run IS NULL AND judged_level <> '' AND endpoint = ? AND mode = ?
        ORDER BY id DESC LIMIT ?)
    ORDER BY id DESC LIMIT ?)
"""  # noqa: S608  # our own text
_JUDGED = f"""
SELECT {_COLUMNS} WHERE run IS NULL AND judged_level <> '' AND endpoint = ? AND mode = ? ORDER BY id DESC LIMIT ?
"""
_FAULTY = f"""
SELECT {_COLUMNS} WHERE run IS NULL AND fault <> '' AND endpoint = ? AND NOT EXISTS (
    SELECT 1 FROM sessions s WHERE s.ended BETWEEN exchanges.began + took AND exchanges.began + took + {LEAVING})
ORDER BY id DESC LIMIT ?
"""  # noqa: S608  # our own text


@dataclass(frozen=True, slots=True)
class Answer:
    """One exchange, as far as evidence goes.

    Attributes:
        id: Its number in the recording.
        began: Seconds since 1970.
        took: Seconds until the answer was over.
        first: Seconds to its first byte, or None.
        provider: Who was asked.
        stream: Whether a stream was asked for.
        model: The model asked for.
        mode: Who answered: `legacy`, `canary` and `native` (both native), `front`.
        fault: See `shim.faults`.
        build: The build of native that was compared on it; empty where none was.
        level: The verdict's; empty where there is none.
        judged: When, in seconds since 1970, or None.
    """

    id: int
    began: float
    took: float
    first: float | None
    provider: str
    stream: bool
    model: str
    mode: str
    fault: str
    build: str
    level: str
    judged: float | None

    @property
    def ended(self) -> float:
        """When the answer was over."""
        return self.began + self.took

    @property
    def is_natives_fault(self) -> bool:
        """Whether native did something wrong."""
        return is_natives(self.mode, self.fault)


class Evidence:
    """The evidence in one open recording.

    Args:
        sql: Its database; reading is enough.
    """

    def __init__(self, sql: sqlite3.Connection) -> None:
        self._sql = sql

    def by_legacy(self, endpoint: str, limit: int) -> list[Answer]:
        """The newest exchanges that the legacy answered, newest first."""
        return self._newest(endpoint, ("legacy",), limit)

    def by_native(self, endpoint: str, limit: int) -> list[Answer]:
        """The newest exchanges that native answered."""
        return self._newest(endpoint, BY_NATIVE, limit)

    def judged(self, endpoint: str, limit: int) -> list[Answer]:
        """The newest exchanges on which native and the legacy were compared, whoever answered."""
        found = [row for mode in ("legacy", *BY_NATIVE) for row in self._sql.execute(_JUDGED, (endpoint, mode, limit))]
        return _sorted(found, limit)

    def faulty(self, endpoint: str, limit: int) -> list[Answer]:
        """The newest exchanges that went wrong by somebody's fault, those aside that did while all was being ended."""
        return _sorted(self._sql.execute(_FAULTY, (endpoint, limit)), limit)

    def _newest(self, endpoint: str, modes: Iterable[str], limit: int) -> list[Answer]:
        values = ((endpoint, mode, limit, endpoint, mode, limit, limit) for mode in modes)
        return _sorted([row for each in values for row in self._sql.execute(_NEWEST, each)], limit)


def _sorted(rows: Iterable[tuple[object, ...]], limit: int) -> list[Answer]:
    found = [Answer(*row) for row in rows]  # type: ignore[arg-type]  # as the table has them
    return sorted(found, key=lambda one: one.id, reverse=True)[:limit]
