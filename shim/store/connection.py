"""Opening the database: one file that only its owner can read.

Everything about how the file is opened lives here. Laws: the database, its log and its key are 0600 from the moment
they exist; writers wait for one another and never corrupt what a killed one left; readers never hold a writer up.
"""

import fcntl
import os
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import quote

from sqlite_utils import Database

from shim.store.schema import migrations

BUSY = 2.0  # seconds to wait for another writer


def connect(path: Path, *, busy: float = BUSY) -> sqlite3.Connection:
    """Open a recording to write, making it or bringing its tables up to date where needed.

    Transactions are the caller's: each statement stands alone until `BEGIN IMMEDIATE`.

    Raises:
        sqlite3.OperationalError: It cannot be opened, or another writer did not finish in time.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _make(path)
    with ExitStack() as opened:
        connection = sqlite3.connect(path, timeout=busy, isolation_level=None, check_same_thread=False)
        opened.callback(connection.close)
        # Of several processes that start at once, one makes the tables and the others wait.
        turn = os.open(path.parent, os.O_RDONLY)
        try:
            fcntl.flock(turn, fcntl.LOCK_EX)
            _prepare(connection)
        finally:
            os.close(turn)
        opened.pop_all()  # who could not bring it up to date leaves nothing open
    return connection


def _make(path: Path) -> None:
    """Have an empty file of the owner's alone.

    One that is there is never opened here: closing it again would end every lock that this process has on it, and with
    them what keeps other processes from taking the log away from under our other connections
    (sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        path.chmod(0o600)


def _prepare(connection: sqlite3.Connection) -> None:
    # Only before the first table do these have an effect. Bodies of a thousand bytes or so fill larger pages better; a
    # purge can give space back without rewriting the file.
    connection.execute("PRAGMA page_size = 8192")
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    # A killed process loses nothing of what it committed; a power cut may lose the last commits, never the file.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -32768")
    migrations.apply(Database(connection))


def behind(path: Path) -> bool:
    """Whether a recording that exists lacks tables of ours: an older release made it."""
    with closing(connect_to_read(path)) as connection:
        return bool(migrations.pending(Database(connection)))


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open a recording that exists, to read only.

    Raises:
        sqlite3.OperationalError: There is none.
    """
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
