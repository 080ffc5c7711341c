"""The way to a provider, as a transport one passes in.

Everything that leaves for a provider goes through an `Upstream`: aiohttp's client in service, the recorded answers
in the judge. Law: whoever builds a request says all of it (method, address, headers, body, proxy); an `Upstream` adds
nothing but what the transport itself needs (Host, Content-Length, Accept-Encoding).
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

type Headers = list[tuple[str, str]]

NO_AGENT = ("User-Agent", "")
"""Says that a request has no User-Agent, where one would be added."""


class UpstreamError(Exception):
    """No answer, or one that broke: the message is what a client may be told."""


class HandshakeError(UpstreamError):
    """A provider answered a WebSocket's handshake, and opened none.

    Attributes:
        status: Its status.
        body: What it said.
    """

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__("websocket: bad handshake")
        self.status = status
        self.body = body


def broken_off(url: str, nth: int) -> str:
    """What is said where an answer's body breaks off.

    The legacy speaks HTTP/2 to whoever speaks TLS, and says which of the connection's streams broke: they have odd
    numbers, so that of the n-th request to a host is 2n - 1.
    """
    if not url.startswith("https:"):
        return "unexpected EOF"
    return f"stream error: stream ID {2 * nth - 1}; INTERNAL_ERROR; received from peer"


@dataclass(slots=True)
class UpstreamRequest:
    """One call to a provider. Not to be changed, like everything made for each request; to freeze it costs too much.

    Attributes:
        method: HTTP method.
        url: The provider's full address.
        headers: Pairs in order.
        body: Bytes to send.
        proxy: `http://`, `https://`, `socks5://` address to go through, or None to go straight.
    """

    method: str
    url: str
    headers: Headers
    body: bytes
    proxy: str | None = None


class UpstreamResponse(Protocol):
    """A provider's answer, its head read and its body still to come, as `codings.in_transit` leaves it."""

    status: int
    headers: Headers

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises `UpstreamError` where it breaks off."""
        ...

    async def read(self) -> bytes:
        """The whole body. Raises `UpstreamError` where it breaks off."""
        ...

    def close(self) -> None:
        """Let go of the connection; at once if the body is not at its end."""
        ...


class Upstream(Protocol):
    """Sends requests to providers."""

    async def send(self, request: UpstreamRequest) -> UpstreamResponse:
        """Send and wait for the answer's head. Raises `UpstreamError` where none comes."""
        ...

    async def close(self) -> None:
        """End every connection."""
        ...


class UpstreamSocket(Protocol):
    """A WebSocket to a provider.

    Attributes:
        headers: What the handshake was answered with.
    """

    headers: Headers

    async def send(self, message: bytes) -> None:
        """Send a text. Raises `UpstreamError` where the provider is gone."""
        ...

    async def receive(self) -> bytes:
        """The next text. Raises `UpstreamError` where there will be none."""
        ...

    async def close(self) -> None:
        """End it."""
        ...


@runtime_checkable
class SocketUpstream(Protocol):
    """An `Upstream` that opens WebSockets too; not every one does."""

    async def connect(self, request: UpstreamRequest) -> UpstreamSocket:
        """Open a WebSocket. Raises `HandshakeError`, or `UpstreamError` where no answer comes."""
        ...
