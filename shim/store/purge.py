"""Purging: old exchanges go, and with them what nobody else needs; the file gives the space back.

Laws: a body that another is told against stays as long as that one; what came from corpus files is not purged by age;
another process that writes meanwhile learns of it (`PRAGMA user_version`) and takes nothing that is gone for granted.
"""

import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from shim.store.store import Store

BATCH = 500  # exchanges a transaction, so that a writer never waits long

_LOOSE_BODIES = """
DELETE FROM bodies WHERE id NOT IN (SELECT base FROM bodies WHERE codec IN ('delta', 'splice'))
    AND NOT EXISTS (SELECT 1 FROM interactions WHERE request_body = bodies.id)
    AND NOT EXISTS (SELECT 1 FROM interactions WHERE response_body = bodies.id)
"""
_LOOSE_SNAPSHOTS = """
DELETE FROM snapshots WHERE id NOT IN (SELECT snapshot FROM exchanges WHERE snapshot IS NOT NULL)
    AND id NOT IN (SELECT after_state FROM exchanges WHERE after_state IS NOT NULL)
    AND id NOT IN (SELECT snapshot FROM cases)
"""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_SIZES = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge did. Sizes are the database's in bytes, its log not counted."""

    exchanges: int
    bodies: int
    before: int
    after: int


def seconds(text: str) -> float:
    """A span such as `30d`, `12h`, `90m` in seconds.

    Raises:
        ValueError: It is none.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdw])", text.strip().lower())
    if not found:
        raise ValueError(f"{text!r} is no span of time: write a number and s, m, h, d or w, as in 30d")
    return float(found[1]) * _UNITS[found[2]]


def size(text: str) -> int:
    """A size such as `2GB`, `500M` in bytes.

    Raises:
        ValueError: It is none.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", text.strip().lower())
    if not found:
        raise ValueError(f"{text!r} is no size: write a number and K, M, G or T, as in 2GB")
    return int(float(found[1]) * _SIZES[found[2]])


def purge(path: Path, *, before: float | None = None, max_size: int | None = None) -> Purged:
    """Remove live exchanges that began before a moment, then the oldest until the database fits.

    Args:
        path: The database.
        before: Seconds since 1970.
        max_size: Bytes.

    Raises:
        sqlite3.OperationalError: Another process kept it locked.
    """
    with Store(path, busy=30.0) as store:
        began = _bytes(store.sql)
        gone = dropped = 0
        if before is not None:
            gone += _remove(store, "began < ?", before)
            store.sql.execute(
                "DELETE FROM interactions WHERE exchange IS NULL AND run IS NULL AND began < ?", (before,)
            )
        dropped += _sweep(store)
        while max_size is not None and _bytes(store.sql) > max_size:
            oldest = _share(store.sql, max_size)
            removed = _remove(store, "id <= ?", oldest) if oldest else 0
            if not removed:
                break
            gone += removed
            dropped += _sweep(store)
        return Purged(gone, dropped, began, _bytes(store.sql))


def _share(sql: sqlite3.Connection, most: int) -> int:
    """The id up to which to remove: a share of the exchanges like that of the bytes too many, and some."""
    (count,) = sql.execute("SELECT count(*) FROM exchanges WHERE run IS NULL").fetchone()
    many = max(1, int(count * (1 - most / _bytes(sql))))
    row = sql.execute(
        "SELECT id FROM exchanges WHERE run IS NULL ORDER BY id LIMIT 1 OFFSET ?", (min(many, count) - 1,)
    ).fetchone()
    return int(row[0]) if row else 0


def _remove(store: Store, where: str, value: float) -> int:
    """Remove live exchanges with what hangs on them."""
    removed = 0
    while True:
        with store.transaction():
            batch = [
                row[0]
                for row in store.sql.execute(
                    f"SELECT id FROM exchanges WHERE run IS NULL AND {where} ORDER BY id LIMIT ?",  # noqa: S608 # ours
                    (value, BATCH),
                )
            ]
            marks = ",".join("?" * len(batch))
            verdicts = f"SELECT id FROM verdicts WHERE exchange IN ({marks})"  # noqa: S608 # question marks
            for statement in (
                f"DELETE FROM differences WHERE verdict IN ({verdicts})",  # noqa: S608 # question marks
                f"DELETE FROM verdicts WHERE exchange IN ({marks})",  # noqa: S608 # question marks
                f"DELETE FROM interactions WHERE exchange IN ({marks})",  # noqa: S608 # question marks
                f"DELETE FROM exchanges WHERE id IN ({marks})",  # noqa: S608 # question marks
            ):
                store.sql.execute(statement, batch)
        removed += len(batch)
        if len(batch) < BATCH:
            return removed


def _sweep(store: Store) -> int:
    """Remove bodies and snapshots that nothing needs, and give the space back."""
    dropped = 0
    for statement in (_LOOSE_BODIES, _LOOSE_SNAPSHOTS):
        # A body that was only a base is free once what is told against it has gone, so again until none is left.
        while done := _drop(store, statement):
            dropped += done if statement is _LOOSE_BODIES else 0
    store.sql.execute("PRAGMA incremental_vacuum").fetchall()
    store.sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return dropped


def _drop(store: Store, statement: str) -> int:
    """Run a statement that removes rows, and tell other processes if it did."""
    with store.transaction():
        done = store.sql.execute(statement).rowcount
        if done:
            (count,) = store.sql.execute("PRAGMA user_version").fetchone()
            store.sql.execute(f"PRAGMA user_version = {count + 1}")
    return done


def _bytes(sql: sqlite3.Connection) -> int:
    """The database's size once its log is written back."""
    (pages,), (page,) = (sql.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    return int(pages) * int(page)
