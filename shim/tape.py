"""Tapes: what passes of a body or a WebSocket, kept piece by piece with its times, up to a limit.

Everything that collects bytes while they pass lives here. Laws: adding to a tape costs no copy and never fails; times
are those it is given, stamped in one place by whoever holds the clock; past the limit only size, hash and head
remain, and `cut` says so.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from shim.exchange import Headers, Request, Response

LIMIT = 8 << 20
HEAD = 64 << 10


@dataclass(frozen=True, slots=True)
class Cut:
    """A body that was over the limit: what there was of it beyond the head that is kept.

    Attributes:
        size: Bytes in all.
        digest: BLAKE2b of all of them (16 bytes).
    """

    size: int
    digest: bytes


def digest_of(data: bytes) -> bytes:
    """The hash a body goes by."""
    return hashlib.blake2b(data, digest_size=16).digest()


class Tape:
    """One body as it passes.

    Args:
        began: When its request's first byte came, in seconds since 1970; times are counted from it.
        limit: Most bytes to keep.
        head: How many to keep once that is passed.
    """

    __slots__ = ("_began", "_hash", "_head", "_limit", "chunks", "size", "times")

    def __init__(self, began: float, limit: int = LIMIT, head: int = HEAD) -> None:
        self._began, self._limit, self._head = began, limit, min(head, limit)
        self._hash: Any = None
        self.chunks: list[bytes] = []
        self.times: list[float] = []
        self.size = 0

    def add(self, data: bytes, at: float) -> None:
        """Take the next piece, which passed at this time (seconds since 1970). Empty pieces are none."""
        if not data:
            return
        self.size += len(data)
        if self._hash is not None:
            self._hash.update(data)
            return
        self.chunks.append(data)
        self.times.append(at - self._began)
        if self.size > self._limit:
            self._hash = hashlib.blake2b(b"".join(self.chunks), digest_size=16)
            self._behead()

    def _behead(self) -> None:
        kept = 0
        for number, chunk in enumerate(self.chunks):
            if kept + len(chunk) >= self._head:
                self.chunks[number:] = [chunk[: self._head - kept]]
                del self.times[number + 1 :]
                return
            kept += len(chunk)

    @property
    def cut(self) -> Cut | None:
        """What was not kept; None where all was."""
        return None if self._hash is None else Cut(self.size, self._hash.digest())

    @property
    def body(self) -> bytes:
        """All that is kept."""
        return b"".join(self.chunks)

    def response(self, status: int, headers: Headers, *, complete: bool) -> Response:
        """The answer whose body this is."""
        return Response(status, headers, tuple(self.chunks), tuple(self.times), complete)


@dataclass(slots=True)
class Conversation:
    """The messages of one WebSocket as they pass, and the exchange they make.

    What the server says is told as server-sent events named after the number of the client's message that they
    answer (from 0), as corpus files do; a close by the server is an event `close` with its code.
    """

    began: float
    frames: list[str] = field(default_factory=list)
    tape: Tape = field(init=False)
    complete: bool = True

    def __post_init__(self) -> None:
        self.tape = Tape(self.began)

    def client(self, text: str | bytes) -> None:
        """The client sent a message."""
        self.frames.append(text if isinstance(text, str) else text.decode("utf-8", "replace"))

    def server(self, text: str | bytes, at: float) -> None:
        """The server sent a message at this time."""
        data = text.encode() if isinstance(text, str) else text.decode("utf-8", "replace").encode()
        self.tape.add(b"event: %d\ndata: %s\n\n" % (max(len(self.frames) - 1, 0), data), at)

    def closed(self, code: int | None, at: float) -> None:
        """The server closed the connection."""
        self.complete = False
        self.tape.add(b"event: close\ndata: %d\n\n" % (code or 1006), at)

    def request(self, url: str, headers: Headers) -> Request:
        """The client's side, once all is said."""
        return Request("WEBSOCKET", url, headers, b"", tuple(self.frames))

    def response(self, status: int, headers: Headers) -> Response:
        """The server's side; `status` is the handshake's, 101 where it went well."""
        return self.tape.response(status, headers, complete=self.complete)
