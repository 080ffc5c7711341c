"""A way out that records what passes, for the requests of which everything is wanted.

Law: what passes, passes as it does without: the same bytes, in the same pieces, with the same failures.
"""

from collections.abc import AsyncIterator

from native.logs.record import CURRENT, Attempt
from native.upstream import (
    Headers,
    SocketUpstream,
    Upstream,
    UpstreamError,
    UpstreamRequest,
    UpstreamResponse,
    UpstreamSocket,
)


def overheard(upstream: Upstream) -> Upstream:
    """The same upstream, recorded."""
    return _OverheardSockets(upstream, upstream) if isinstance(upstream, SocketUpstream) else _Overheard(upstream)


def _begun(request: UpstreamRequest) -> Attempt | None:
    trace = CURRENT.get()
    if trace is None or trace.record is None:
        return None
    return trace.record.sent(request, trace.asked)


class _Overheard:
    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream

    async def send(self, request: UpstreamRequest) -> UpstreamResponse:
        """Send and wait for the answer's head. Raises `UpstreamError` where none comes."""
        attempt = _begun(request)
        if attempt is None:
            return await self.upstream.send(request)
        try:
            answer = await self.upstream.send(request)
        except UpstreamError as error:
            attempt.broke(str(error))
            raise
        attempt.answered(answer.status, answer.headers)
        return _Answer(answer, attempt)

    async def close(self) -> None:
        """End every connection."""
        await self.upstream.close()


class _Answer:
    def __init__(self, answer: UpstreamResponse, attempt: Attempt) -> None:
        self.status: int = answer.status
        self.headers: Headers = answer.headers
        self._answer = answer
        self._attempt = attempt

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises `UpstreamError` where it breaks off."""
        try:
            async for data in self._answer.chunks():
                self._attempt.body.add(data)
                yield data
        except UpstreamError as error:
            self._attempt.broke(str(error))
            raise

    async def read(self) -> bytes:
        """The whole body. Raises `UpstreamError` where it breaks off."""
        try:
            data = await self._answer.read()
        except UpstreamError as error:
            self._attempt.broke(str(error))
            raise
        self._attempt.whole = True
        self._attempt.body.add(data)
        return data

    def close(self) -> None:
        """Let go of the connection."""
        self._answer.close()


class _OverheardSockets(_Overheard):
    def __init__(self, upstream: Upstream, sockets: SocketUpstream) -> None:
        super().__init__(upstream)
        self._sockets = sockets

    async def connect(self, request: UpstreamRequest) -> UpstreamSocket:
        """Open a WebSocket. Raises as the upstream does."""
        return _Socket(await self._sockets.connect(request), request)


class _Socket:
    """A WebSocket: each message that is sent is a call of its own, what comes before the next is its answer."""

    def __init__(self, socket: UpstreamSocket, request: UpstreamRequest) -> None:
        self.headers: Headers = socket.headers
        self._socket = socket
        self._request = request
        self._attempt: Attempt | None = None

    async def send(self, message: bytes) -> None:
        """Send a text. Raises `UpstreamError` where the provider is gone."""
        asked = self._request
        self._attempt = _begun(UpstreamRequest("WEBSOCKET", asked.url, asked.headers, message, asked.proxy))
        await self._socket.send(message)

    async def receive(self) -> bytes:
        """The next text. Raises `UpstreamError` where there will be none."""
        try:
            message = await self._socket.receive()
        except UpstreamError as error:
            if self._attempt is not None:
                self._attempt.broke(str(error))
            raise
        if self._attempt is not None:
            if not self._attempt.heard_at:
                self._attempt.answered(101, self.headers)
            self._attempt.body.add(message + b"\n")
        return message

    async def close(self) -> None:
        """End it."""
        await self._socket.close()
