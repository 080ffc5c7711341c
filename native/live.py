"""What happens, as it happens, for whoever watches: usage, requests, lines of the log, how credentials fare.

Laws: nobody watching costs nothing; a watcher has a queue with a bound, and one that is too slow for it is told so and
let go, whatever the others get; when the server leaves, every watcher is let go at once.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import orjson

from native.credentials.account import index_of
from native.credentials.credential import Credential
from native.logs.logs import Entry
from native.usage import Spent

if TYPE_CHECKING:
    from native.service import Service

type Json = dict[str, Any]

KINDS = ("usage", "request", "log", "credential")
MOST = 512
"""Events that wait for one watcher."""
MOST_WATCHERS = 32


class Watcher:
    """One who watches.

    Args:
        kinds: What it wants to hear of.

    Attributes:
        slow: Whether it was let go because its queue was full.
    """

    def __init__(self, kinds: frozenset[str]) -> None:
        self.kinds = kinds
        self.slow = False
        self._events: asyncio.Queue[bytes | None] = asyncio.Queue(MOST + 1)

    def put(self, event: bytes) -> bool:
        """Hand an event over; False where there is no room, which ends it."""
        if self._events.qsize() >= MOST:
            self.slow = True
            self.end()
            return False
        self._events.put_nowait(event)
        return True

    def end(self) -> None:
        """Nothing comes any more: what is behind is forgotten where there is no room to say so."""
        if not self._events.full():
            self._events.put_nowait(None)

    async def next(self, patience: float) -> bytes | None:
        """The next event, empty where none came in so many seconds; None at the end."""
        try:
            async with asyncio.timeout(patience):
                return await self._events.get()
        except TimeoutError:
            return b""


class Live:
    """Everybody who watches one service."""

    def __init__(self, service: "Service") -> None:
        self._service = service
        self._watchers: set[Watcher] = set()
        self._over = False

    @property
    def full(self) -> bool:
        """Whether nobody else may watch."""
        return len(self._watchers) >= MOST_WATCHERS

    @contextmanager
    def watching(self, kinds: frozenset[str]) -> Iterator[Watcher]:
        """Watch until the block ends."""
        watcher = Watcher(kinds)
        if not self._watchers:
            self._listen(list.append)
        self._watchers.add(watcher)
        if self._over:
            watcher.end()
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)
            if not self._watchers:
                self._listen(list.remove)

    def _listen(self, act: Callable[[list[Any], Any], None]) -> None:
        """Begin or stop to be told."""
        service = self._service
        act(service.kit.usage.seen, self._usage)
        act(service.logs.seen, self._request)
        act(service.logs.lines, self._line)
        act(service.pool.seen, self._credential)

    def end(self) -> None:
        """Let everybody go."""
        self._over = True
        for watcher in self._watchers:
            watcher.end()

    def _tell(self, kind: str, value: Json) -> None:
        event = b"event: %s\ndata: %s\n\n" % (kind.encode(), orjson.dumps(value))
        for watcher in [one for one in self._watchers if kind in one.kinds and not one.slow]:
            watcher.put(event)

    # ---- what happens ----------------------------------------------------------------------------------------------

    def _usage(self, spent: Spent) -> None:
        about = spent._asdict() | {"tokens": spent.tokens._asdict() | {"total": spent.tokens.sum}}
        self._tell("usage", about | {"auth_index": about.pop("credential")})

    def _request(self, entry: Entry) -> None:
        self._tell("request", entry._asdict())

    def _line(self, line: str) -> None:
        self._tell("log", {"line": line})

    def _credential(self, credential: Credential, model: str) -> None:
        state = credential.states.get(model)
        self._tell(
            "credential",
            {
                "id": credential.id,
                "auth_index": index_of(credential),
                "provider": credential.provider,
                "model": model,
                "status": state.status if state is not None else credential.status,
                "message": state.message if state is not None else credential.message,
                "unavailable": state.unavailable if state is not None else credential.unavailable,
                "retry_at": state.retry_at if state is not None else credential.retry_at,
                "quota_exceeded": state.quota.exceeded if state is not None else credential.quota.exceeded,
            },
        )
