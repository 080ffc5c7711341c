"""What changes, told at once: one look at a counter for all visitors, and a line for each of them.

Everything that makes the page live lives here. Laws: a look at an unchanged database costs one read of a counter; a
visitor who does not read is not waited for; there are never more of them than a bound.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

from shim.beside import beside
from shim.store.connection import connect_to_read

EVERY = 0.25  # seconds between looks
CALM = 0.5  # seconds between two tellings, at least
BEAT = 15.0  # seconds after which silence is broken, so that a dead connection is found
MOST = 64


class TooManyError(Exception):
    """As many visitors as may are listening."""


class Live:
    """Tells of changes in one database.

    Args:
        path: The database, which exists.
    """

    def __init__(self, path: Path) -> None:
        self.version = 0
        self._path = path
        self._changed = asyncio.Condition()
        self._listening = 0

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Look for as long as the block runs."""
        async with beside(self._watch()):
            yield

    async def changes(self) -> AsyncIterator[int | None]:
        """The version now and each that follows; None where nothing happened for a while. Raises TooManyError."""
        if self._listening >= MOST:
            raise TooManyError
        self._listening += 1
        try:
            told = -1
            while True:
                try:
                    async with asyncio.timeout(BEAT), self._changed:
                        while self.version == told:
                            await self._changed.wait()
                except TimeoutError:
                    yield None
                    continue
                told = self.version
                yield told
        finally:
            self._listening -= 1

    async def tell(self) -> None:
        """Something changed."""
        self.version += 1
        async with self._changed:
            self._changed.notify_all()

    async def _watch(self) -> None:
        sql = connect_to_read(self._path)
        seen = None
        try:
            while True:
                with contextlib.suppress(sqlite3.Error):  # looked at again in a moment
                    found = sql.execute("PRAGMA data_version").fetchone()[0]
                    if found != seen:
                        seen = found
                        await self.tell()
                        await asyncio.sleep(CALM - EVERY)
                await asyncio.sleep(EVERY)
        finally:
            sql.close()
