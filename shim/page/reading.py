"""The recording as the page reads it: on threads of their own, so that no look at it holds up another visitor.

Everything between the event loop and the database lives here. Laws: whoever reads never waits for a writer, nor a flip
for a reader; what takes long (native run once more) does not stand before what is quick; an answer that was worked out
is given to all who ask the same until something changed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from shim.store.store import Store

PAUSE = 0.3  # seconds between two readings of one thing, at least
KEPT = 10.0  # seconds that a reading of an unchanged recording holds: what it says of the last hour goes on


@dataclass(slots=True)
class Known:
    """What was read last of one thing.

    Attributes:
        turn: Held by whoever reads it.
        version: The recording's when it was read; none yet where that is None.
        at: When, in seconds; only differences count.
        value: What was found.
    """

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    version: int | None = None
    at: float = 0.0
    value: Any = None


class Reading:
    """A recording that is read.

    Args:
        path: The database, which exists.
        version: Tells versions of it apart.
    """

    def __init__(self, path: Path, version: Callable[[], int]) -> None:
        self.path = path
        self._version = version
        self._quick = ThreadPoolExecutor(1, "page-reader")
        self._slow = ThreadPoolExecutor(1, "page-player")
        self._writing = ThreadPoolExecutor(1, "page-writer")
        self._store: Store | None = None
        self._known: dict[str, Known] = {}

    async def ask[T](self, read: Callable[[Store], T]) -> T:
        """What a quick reader finds."""
        return await asyncio.get_running_loop().run_in_executor(self._quick, lambda: read(self._opened()))

    async def ask_slowly[T](self, work: Callable[[], T]) -> T:
        """What takes a while; opens what it needs by itself."""
        return await asyncio.get_running_loop().run_in_executor(self._slow, work)

    async def write[T](self, work: Callable[[], T]) -> T:
        """What changes something: it waits for no reader, and what was read before no longer holds."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._writing, work)
        finally:
            self._known.clear()

    async def ask_once[T](self, name: str, read: Callable[[], Awaitable[T]]) -> T:
        """What is known of one thing, read anew where the recording has changed; who asks meanwhile waits for that."""
        known = self._known.setdefault(name, Known())
        async with known.turn:
            age = monotonic() - known.at
            if known.version == self._version() and age < KEPT:
                return known.value  # type: ignore[no-any-return]  # what this name's reader gave
            if known.version is not None and age < PAUSE:
                await asyncio.sleep(PAUSE - age)
            version = self._version()  # of before the reading: what changes during it is read again
            known.value = await read()
            known.version, known.at = version, monotonic()
            return known.value  # type: ignore[no-any-return]  # as above

    def close(self) -> None:
        """Read no more."""
        self._slow.shutdown(wait=False, cancel_futures=True)
        self._writing.shutdown(wait=True)
        self._quick.shutdown(wait=True, cancel_futures=True)
        if self._store is not None:
            self._store.close()

    def _opened(self) -> Store:
        if self._store is None:
            self._store = Store(self.path, read_only=True)
        return self._store
