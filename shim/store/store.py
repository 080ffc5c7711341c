"""One open recording: the database with everything that reads and writes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from shim.opened import together
from shim.store.bodies import Bodies
from shim.store.builds import Builds
from shim.store.cases import Cases
from shim.store.connection import connect, connect_to_read
from shim.store.exchanges import Exchanges
from shim.store.sessions import Sessions
from shim.store.snapshots import Snapshots
from shim.store.tallies import Tallies
from shim.store.verdicts import Verdicts


class Store:
    """An open recording; for one thread at a time. `with Store(path) as store:` closes it.

    Args:
        path: The database; made, with mode 0600, where there is none.
        read_only: Open one that exists without ever writing.
        busy: Seconds to wait for another process that writes.
    """

    def __init__(self, path: Path, *, read_only: bool = False, busy: float = 2.0) -> None:
        self.path = path
        self.sql = connect_to_read(path) if read_only else connect(path, busy=busy)
        self.bodies = Bodies(self.sql)
        self.snapshots = Snapshots(self.sql)
        self.exchanges = Exchanges(self.sql, self.bodies, self.snapshots)
        self.cases = Cases(self.sql, self.exchanges, self.snapshots)
        self.sessions = Sessions(self.sql)
        self.verdicts = Verdicts(self.sql)
        self.tallies = Tallies(self.sql)
        self.builds = Builds(self.sql)
        self._purges = self._purge_count()

    @contextmanager
    def transaction(self) -> Iterator[Self]:
        """All that is written within is written together or not at all.

        Raises:
            sqlite3.OperationalError: The database is locked, or its disk full.
        """
        written = False
        try:
            with together(self.sql):
                purges = self._purge_count()
                if purges != self._purges:
                    self._purges = purges
                    self._forget()
                yield self
            written = True
        finally:
            if not written:
                self._forget()

    def close(self) -> None:
        """Close the database."""
        self.sql.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _forget(self) -> None:
        self.bodies.forget()
        self.snapshots.forget()

    def _purge_count(self) -> int:
        """How often bodies were removed: what another process removed must not be told against."""
        return int(self.sql.execute("PRAGMA user_version").fetchone()[0])
