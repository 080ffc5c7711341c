"""What `shim run` is told by the database while it runs, what it writes there, and who renews log-ins.

Everything that passes between `shim cutover` and a `shim run` lives here. Laws: a look costs one read of one row; a
`shim run` says what it does in a file that it holds locked, so that nobody takes a dead one for one that runs; who
renews is changed only while nobody renews.
"""

import asyncio
import contextlib
import dataclasses
import fcntl
import json
import logging
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from shim.cutover.phases import Event, Phase
from shim.run.places import DATABASE, RENEWALS

log = logging.getLogger("shim.run")

KEEPER = "keeper.json"
RENEWAL_SECONDS = 60.0  # that a renewal under way is waited for
_AGAIN = 0.2  # seconds between two tries at a lock or a database that is in use


@dataclass(frozen=True, slots=True)
class Keeper:
    """A `shim run`, as others need to know it.

    Attributes:
        pid: Its process.
        config: The user's configuration, or empty.
        legacy: The binary's path, or its address where it is not ours.
        attached: Whether the binary is somebody else's to start and end.
        address: Where clients connect.
    """

    pid: int
    config: str
    legacy: str
    attached: bool
    address: str


class Orders:
    """One installation's.

    Args:
        data_dir: Where it is kept.
    """

    def __init__(self, data_dir: Path) -> None:
        self._dir = data_dir
        self._sql: sqlite3.Connection | None = None
        self._held: int | None = None
        self._known = Phase.OPEN

    def phase(self) -> Phase:
        """Where the cut-over stands: `open` where nobody has ever asked for one, what was last known on an error."""
        try:
            if self._sql is None:
                path = self._dir / DATABASE
                if not path.exists():
                    return self._known
                self._sql = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)
            row = self._sql.execute("SELECT phase FROM cutover ORDER BY id DESC LIMIT 1").fetchone()
        except sqlite3.Error:  # being made, or older than this version and not opened yet
            return self._known
        if row:
            self._known = Phase(row[0])
        return self._known

    async def happened(self, event: Event, why: str = "") -> Phase:
        """Write down what happened, however long the database is in use; where it stands then."""
        while True:
            try:
                return await asyncio.to_thread(self._happened, event, why)
            except sqlite3.OperationalError as error:
                log.warning("%s cannot be written down yet: %s", event, error)
                await asyncio.sleep(_AGAIN)

    def _happened(self, event: Event, why: str) -> Phase:
        from shim.cutover.log import CutoverLog  # noqa: PLC0415  # only where there is a cut-over

        with CutoverLog.open(self._dir / DATABASE) as written:
            return written.happened(event, why=why).phase

    async def renewals_to(self, owner: str) -> bool:
        """Say who renews log-ins from now on; False where a renewal that was under way did not end in time."""
        self._dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._dir / RENEWALS, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            async with asyncio.timeout(RENEWAL_SECONDS):
                while not _locked(descriptor):  # noqa: ASYNC110  # a file's lock tells nobody when it is free
                    await asyncio.sleep(_AGAIN)
            # Whoever dies between the two writes leaves a word that is nobody's: then nobody renews by it.
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, owner.encode(), 0)
            os.fsync(descriptor)
        except TimeoutError:
            return False
        finally:
            os.close(descriptor)
        return True

    def hold(self, keeper: Keeper) -> bool:
        """Say that this `shim run` is the one that heeds orders; False where another is."""
        self._dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._dir / KEEPER, os.O_RDWR | os.O_CREAT, 0o600)
        if not _locked(descriptor):
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(dataclasses.asdict(keeper)).encode(), 0)
        self._held = descriptor
        return True

    def close(self) -> None:
        """Heed no more."""
        if self._sql is not None:
            self._sql.close()
        if self._held is not None:
            os.close(self._held)


def keeper_of(data_dir: Path) -> tuple[Keeper | None, bool]:
    """(what the last `shim run` of an installation said of itself, whether it runs)."""
    with _reading(data_dir / KEEPER) as descriptor:
        if descriptor is None:
            return None, False
        runs = not _locked(descriptor)
        try:
            return Keeper(**json.loads(os.pread(descriptor, 1 << 16, 0))), runs
        except (ValueError, TypeError):
            return None, runs


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[int | None]:
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    """Take a file's lock, which ends with its holder; False where another has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
