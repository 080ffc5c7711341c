"""HTTP/1.1 to a provider over one connection: the head sent, the answer read as it comes.

Everything that reads and writes the bytes of that protocol lives here; who keeps connections is `egress`. Laws: an
answer is complete where its framing says so and nowhere else; a connection is used again only after a complete answer
to a request that was sent completely; what breaks framing ends the connection; reading stops while nobody takes what
has come.
"""

import asyncio
from collections import deque
from typing import Final, cast

from native.upstream import Headers  # noqa: TC001 - annotates attributes of a class

HEAD_MOST: Final = 256 * 1024
LINE_MOST: Final = 4096
SIZE_MOST: Final = 16
"""Digits of a chunk's size."""
HELD_MOST: Final = 1024 * 1024
"""Bytes of a body that wait to be taken before reading stops."""
_BODILESS: Final = frozenset({204, 304})


class Broken(Exception):  # noqa: N818 - the field's word for it
    """The connection ended too early, or what came is no HTTP."""


class Connection(asyncio.Protocol):
    """One connection: one request at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.transport: asyncio.Transport | None = None
        self._reset()
        self.lost = False
        self._error: str | None = None
        self._paused = False
        self._waiter: asyncio.Future[None] | None = None
        self._drained: asyncio.Future[None] | None = None

    def _reset(self) -> None:
        self.status = 0
        self.headers: Headers = []
        self.complete = False
        self.keep = True
        self._started = False
        self._headed = False
        self._rest = b""
        self._held: deque[bytes] = deque()
        self._size = 0
        self._left = 0
        self._mode = ""

    # ---- the loop's side -------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Bytes of an answer; bytes nobody asked for end the connection."""
        if not self._started or self.complete:
            self._fail("unsolicited bytes")
            return
        try:
            if self.status:
                self._body(data)
            else:
                self._head(data)
        except (Broken, ValueError) as error:
            self._fail(str(error))
        if self._waiter is not None:
            self._wake()
        if self._size > HELD_MOST and not self._paused and self.transport is not None:
            self._paused = True
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        """The provider will say no more: the end of a body that has no other."""
        if self._mode == "close":
            self.complete = True
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self.lost = True
        self.keep = False
        if self._mode == "close" and exc is None:
            self.complete = True
        if not self.complete and self._error is None:
            self._error = str(exc) if exc else "EOF"
        self._wake()
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    def pause_writing(self) -> None:
        """The provider takes no more for now."""
        self._drained = self._loop.create_future()

    def resume_writing(self) -> None:
        """It takes more."""
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        self._drained = None

    def _fail(self, why: str) -> None:
        self._error = self._error or why
        self.keep = False
        if self.transport is not None:
            self.transport.abort()

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    # ---- reading ---------------------------------------------------------------------------------------------------

    def _head(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        end = data.find(b"\r\n\r\n")
        if end < 0:
            if len(data) > HEAD_MOST:
                raise Broken("the answer's head is too long")
            self._rest = data
            return
        self._rest = b""
        first, *lines = data[:end].decode("latin-1").split("\r\n")
        version, _, rest = first.partition(" ")
        if not version.startswith("HTTP/1.") or not rest[:3].isdigit():
            raise Broken("malformed HTTP response")
        status = int(rest[:3])
        if 100 <= status < 200 and status != 101:
            if len(data) > end + 4:
                self._head(data[end + 4 :])
            return
        headers, connection, coding, length = self.headers, "", "", ""
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon:
                raise Broken("malformed HTTP header")
            name, value = name.strip(), value.strip()
            headers.append((name, value))
            match name.lower():
                case "content-length":
                    length = value
                case "transfer-encoding":
                    coding = value.lower()
                case "connection":
                    connection = value.lower()
        self._frame(status, version, connection, coding, length)
        self.status = status
        if self._mode == "none":
            self.complete = True
        if len(data) > end + 4 or self._mode == "length":
            self._body(data[end + 4 :])

    def _frame(self, status: int, version: str, connection: str, coding: str, length: str) -> None:
        """Where the body ends, as the head says."""
        self.keep = "close" not in connection and (version != "HTTP/1.0" or "keep-alive" in connection)
        if status in _BODILESS or self._headed:
            self._mode = "none"
        elif "chunked" in coding:
            self._mode = "chunked"
        elif length:
            length = length.split(",", maxsplit=1)[0].strip()
            if not length.isdigit():
                raise Broken("bad Content-Length")
            self._mode, self._left = "length", int(length)
        else:
            self._mode, self.keep = "close", False

    def _body(self, data: bytes) -> None:
        if self._mode == "chunked":
            self._chunks(data)
        elif self._mode == "length":
            if len(data) > self._left:
                raise Broken("more body than Content-Length")
            self._left -= len(data)
            self._hold(data)
            self.complete = self._left == 0
        elif self._mode == "close":
            self._hold(data)
        elif data:
            raise Broken("a body where none is")

    def _hold(self, data: bytes) -> None:
        if data:
            self._held.append(data)
            self._size += len(data)

    def _chunks(self, data: bytes) -> None:
        """Take chunks apart; `_left` is what the current one lacks, its line end included."""
        if self._rest:
            data, self._rest = self._rest + data, b""
        at, end = 0, len(data)
        while at < end:
            if self._left > 2:
                taken = min(self._left - 2, end - at)
                self._hold(data[at : at + taken])
                self._left -= taken
                at += taken
                continue
            line = data.find(b"\n", at)
            if line < 0:
                if end - at > LINE_MOST:
                    raise Broken("malformed chunked encoding")
                self._rest = data[at:]
                return
            text, at = data[at:line].strip(), line + 1
            if self._left == 2:
                if text:
                    raise Broken("malformed chunked encoding")
                self._left = 0
            elif self._left == -1:
                if not text:
                    self.complete = True
                    if at < end:
                        raise Broken("bytes after the last chunk")
                    return
            else:
                digits = text.split(b";")[0].strip()
                if len(digits) > SIZE_MOST or not digits.isalnum():
                    raise Broken("malformed chunked encoding")
                size = int(digits, 16)
                self._left = size + 2 if size else -1

    # ---- the caller's side -----------------------------------------------------------------------------------------

    async def ask(self, head: bytes, body: bytes) -> None:
        """Send a request and wait for the answer's head. Raises `Broken`."""
        self._reset()
        self._started = True
        self._headed = head.startswith(b"HEAD ")
        if self.transport is None or self.lost:
            raise Broken("EOF")
        if len(body) < HELD_MOST:
            self.transport.write(head + body)
        else:
            self.transport.write(head)
            self.transport.write(body)
            if self._drained is not None:
                await self._drained
        while not self.status:
            if self._error is not None:
                raise Broken(self._error)
            await self._wait()

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    async def take(self) -> bytes:
        """What has come of the body, at least a byte; empty at its end. Raises `Broken`."""
        while not self._held:
            if self.complete:
                return b""
            if self._error is not None:
                raise Broken(self._error)
            await self._wait()
        data = self._held.popleft() if len(self._held) == 1 else b"".join(self._held)
        self._held.clear()
        self._size = 0
        if self._paused and self.transport is not None and not self.lost:
            self._paused = False
            self.transport.resume_reading()
        return data

    async def take_all(self) -> bytes:
        """The whole body. Raises `Broken`."""
        parts = []
        while data := await self.take():
            parts.append(data)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    @property
    def reusable(self) -> bool:
        """Whether another request may follow."""
        return self.complete and self.keep and not self.lost and self.transport is not None

    @property
    def idle(self) -> bool:
        """Whether it still stands, waiting for a request."""
        return not self.lost and self.transport is not None and not self.transport.is_closing()

    def end(self) -> None:
        """End it now."""
        if self.transport is not None:
            self.transport.abort()
