"""What has tables of its own in the recordings' database: opened, written to and closed in one way.

Law: what is written together is there as a whole or not at all, whatever ends it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self


@contextmanager
def together(sql: sqlite3.Connection) -> Iterator[None]:
    """All that is written within is written together or not at all.

    Raises:
        sqlite3.OperationalError: The database is locked, or its disk full.
    """
    sql.execute("BEGIN IMMEDIATE")
    try:
        yield
        sql.execute("COMMIT")
    finally:
        if sql.in_transaction:  # it did not come to its end; a full disk has ended it already
            sql.execute("ROLLBACK")


class Opened:
    """Tables in an open database. `with Tables.open(path) as tables:` closes it.

    Args:
        sql: As `shim.store.connection.connect` opens it; to read only, one of `connect_to_read`.
    """

    def __init__(self, sql: sqlite3.Connection) -> None:
        self._sql = sql

    @classmethod
    def open(cls, path: Path) -> Self:
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
