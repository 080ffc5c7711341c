"""The recording as the page reads it: on threads of their own, so that no look at it holds up another visitor.

Everything between the event loop and the database lives here. Laws: whoever reads never writes and never waits for a
writer; what takes long (native run once more) does not stand before what is quick; an answer that was worked out is
given to all who ask the same until something changed.
"""

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

from shim.store.store import Store

REMEMBERED = 64
FRESH = 0.5  # seconds within which nobody minds


class Reading:
    """A recording that is read.

    Args:
        path: The database, which exists.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._quick = ThreadPoolExecutor(1, "page-reader")
        self._slow = ThreadPoolExecutor(1, "page-player")
        self._store: Store | None = None
        self._known: dict[Hashable, tuple[int, float, object]] = {}

    async def ask[T](self, read: Callable[[Store], T]) -> T:
        """What a quick reader finds."""
        return await asyncio.get_running_loop().run_in_executor(self._quick, lambda: read(self._opened()))

    async def ask_slowly[T](self, work: Callable[[], T]) -> T:
        """What takes a while; opens what it needs by itself."""
        return await asyncio.get_running_loop().run_in_executor(self._slow, work)

    async def ask_once[T](self, name: Hashable, version: int, read: Callable[[Store], T], *, fresh: float = FRESH) -> T:
        """What a reader finds, worked out once for a version of the database and at most once in `fresh` seconds."""
        found = self._known.get(name)
        if found is not None and (found[0] == version or monotonic() - found[1] < fresh):
            return found[2]  # type: ignore[return-value]  # what this name's reader gave
        value = await self.ask(read)
        self._known.pop(name, None)
        self._known[name] = version, monotonic(), value
        while len(self._known) > REMEMBERED:
            self._known.pop(next(iter(self._known)))
        return value

    def forget(self) -> None:
        """Something was changed from here: what was worked out before no longer holds."""
        self._known.clear()

    def close(self) -> None:
        """Read no more."""
        self._slow.shutdown(wait=False, cancel_futures=True)
        self._quick.shutdown(wait=True, cancel_futures=True)
        if self._store is not None:
            self._store.close()

    def _opened(self) -> Store:
        if self._store is None:
            self._store = Store(self.path, read_only=True)
        return self._store
