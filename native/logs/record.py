"""What one request leaves behind while it is answered: who was asked, what was sent and what came.

Laws: every body has a bound, and says how much of it was left out; a record is only ever added to, by the one request
it belongs to.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from native.upstream import Headers, UpstreamRequest

if TYPE_CHECKING:
    from native.credentials.credential import Credential
    from native.failure import Failure

MOST = 8 * 1024 * 1024
"""Bytes that are kept of one body."""


class Body:
    """Bytes that come in pieces."""

    __slots__ = ("_pieces", "dropped", "size")

    def __init__(self, *pieces: bytes) -> None:
        self._pieces: list[bytes] = []
        self.size = 0
        self.dropped = 0
        for piece in pieces:
            self.add(piece)

    def add(self, piece: bytes) -> None:
        """Keep a piece as far as there is room."""
        kept = piece[: MOST - self.size]
        self.size += len(kept)
        self.dropped += len(piece) - len(kept)
        if kept:
            self._pieces.append(bytes(kept))

    def read(self) -> bytes:
        """What was kept."""
        return b"".join(self._pieces)


@dataclass(slots=True)
class Attempt:
    """One call to a provider, and what came of it.

    Attributes:
        request: What was sent.
        at: When.
        asked: Whose credential was used, where that is known.
        heard_at: When the first of the answer came; 0 before.
        status: Its status; 0 where there was none.
        headers: Its headers.
        body: What came.
        whole: Whether it was waited for as a whole: else its lines stand apart.
        errors: What went wrong.
    """

    request: UpstreamRequest
    at: float
    asked: "Credential | None"
    now: Callable[[], float]
    heard_at: float = 0.0
    status: int = 0
    headers: Headers = field(default_factory=list)
    body: Body = field(default_factory=Body)
    whole: bool = False
    errors: list[str] = field(default_factory=list)

    def answered(self, status: int, headers: Headers) -> None:
        """The answer's head has come."""
        self.heard_at = self.now()
        self.status, self.headers = status, headers

    def broke(self, why: str) -> None:
        """No answer came, or it broke off."""
        self.heard_at = self.heard_at or self.now()
        self.errors.append(why)


@dataclass(slots=True)
class Record:
    """Everything about a request.

    Attributes:
        attempts: The calls it led to.
        said: What the client was sent, piece by piece; a whole answer is not among it.
        messages: What passed on a WebSocket, as the request's body.
        errors: Failures that the client was told, by status and text.
    """

    now: Callable[[], float]
    attempts: list[Attempt] = field(default_factory=list)
    said: Body = field(default_factory=Body)
    messages: Body = field(default_factory=Body)
    errors: list[tuple[int, str]] = field(default_factory=list)

    def sent(self, request: UpstreamRequest, asked: "Credential | None") -> Attempt:
        """A call begins."""
        attempt = Attempt(request, self.now(), asked, self.now)
        self.attempts.append(attempt)
        return attempt

    def message(self, kind: str, data: bytes) -> None:
        """A WebSocket's message: a `request`, a `response`, or what ended it."""
        data = data.strip()
        if data:
            self.messages.add(b"%swebsocket.%s\n%s\n" % (b"\n" if self.messages.size else b"", kind.encode(), data))


@dataclass(slots=True)
class Trace:
    """What is noted of every request.

    Attributes:
        began: When it came.
        asked: Whose credential was asked last.
        model: For which model, as the provider calls it.
        failure: How it failed, as far as the client was told.
        record: Everything about it, where that is wanted.
        body: The client's body, once somebody has taken it.
    """

    began: float
    asked: "Credential | None" = None
    model: str = ""
    failure: "Failure | None" = None
    record: Record | None = None
    body: bytes | None = None

    def failed(self, failure: "Failure") -> None:
        """The client is told of a failure."""
        self.failure = failure
        self.said_failed(failure)

    def said_failed(self, failure: "Failure") -> None:
        """The client is told of a failure in the middle of a conversation that goes on."""
        if self.record is not None:
            self.record.errors.append((failure.shown, failure.message))

    def message(self, kind: str, data: bytes) -> None:
        """A WebSocket's message: a `request`, a `response`, or how it ended."""
        if self.record is not None:
            self.record.message(kind, data)


TRACE: web.RequestKey[Trace] = web.RequestKey("trace", Trace)
CURRENT: ContextVar[Trace | None] = ContextVar("trace", default=None)
"""The trace of the request being answered, while everything about it is wanted."""


def teed(request: web.Request, response: web.StreamResponse) -> Callable[[bytes], Awaitable[None]]:
    """How to write a stream's pieces, so that they are recorded where everything is."""
    trace = request.get(TRACE)
    record = trace.record if trace is not None else None
    if record is None:
        return response.write

    async def write(data: bytes) -> None:
        record.said.add(data)
        await response.write(data)

    return write
