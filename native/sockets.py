"""The way out over a WebSocket.

Everything that opens a WebSocket to a provider lives here. Laws: as `egress`, whose part it is; what a provider says
instead of opening one is read, for it is what a client is told.
"""

import ssl
from typing import Any, Final

import aiohttp
from aiohttp import ClientSession, ClientTimeout, ClientWebSocketResponse, TCPConnector, WSMsgType
from aiohttp.hdrs import SEC_WEBSOCKET_EXTENSIONS
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError

from native.roundabout import SILENT
from native.upstream import HandshakeError, Headers, UpstreamError, UpstreamRequest

AGENT: Final = "Go-http-client/1.1"
"""The User-Agent where nobody set one, as the legacy's library has it."""
COMPRESSION: Final = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
HANDSHAKE_SECONDS: Final = 30.0
IDLE_SECONDS: Final = 300.0
"""Seconds without a message after which a provider counts as gone."""

_CLOSES: Final = {
    1000: "normal",
    1001: "going away",
    1002: "protocol error",
    1003: "unsupported data",
    1006: "abnormal closure): unexpected EOF",
    1007: "invalid payload data",
    1008: "policy violation",
    1009: "message too big",
    1011: "internal server error",
    1012: "service restart",
    1013: "try again later",
}


class _Offer(aiohttp.ClientRequest):
    """A handshake that offers compression in the legacy's words."""

    def update_headers(self, headers: Any) -> None:
        super().update_headers(headers)
        self.headers[SEC_WEBSOCKET_EXTENSIONS] = COMPRESSION


class Socket:
    """A WebSocket to a provider."""

    def __init__(self, session: ClientSession, opened: ClientWebSocketResponse, headers: Headers) -> None:
        self.headers = headers
        self._session = session
        self._opened = opened

    async def send(self, message: bytes) -> None:
        """Send a text. Raises `UpstreamError` where the provider is gone."""
        try:
            await self._opened.send_frame(message, WSMsgType.TEXT)
        except (aiohttp.ClientError, OSError) as error:
            raise UpstreamError(str(error)) from error

    async def receive(self) -> bytes:
        """The next text. Raises `UpstreamError` where there will be none."""
        try:
            message = await self._opened.receive(timeout=IDLE_SECONDS)
        except TimeoutError as error:
            raise UpstreamError("i/o timeout") from error
        if message.type is WSMsgType.TEXT:
            return str(message.data).encode()
        if message.type is WSMsgType.BINARY:
            raise UpstreamError("codex websockets executor: unexpected binary message")
        code = self._opened.close_code or 1006
        said = _CLOSES.get(code, "")
        spoken = f" ({said}" if said else ""
        raise UpstreamError(f"websocket: close {code}{spoken}{')' if said and code != 1006 else ''}")

    async def close(self) -> None:
        """End it."""
        await self._opened.close()
        await self._session.close()


async def connect(request: UpstreamRequest, context: ssl.SSLContext) -> Socket:
    """Open a WebSocket.

    Raises:
        HandshakeError: The provider answered, but opened none.
        UpstreamError: No answer came.
    """
    refused: list[bytes] = []

    class Told(aiohttp.ClientResponse):
        """An answer that is read where it is no handshake."""

        async def start(self, connection: Any) -> aiohttp.ClientResponse:
            started = await super().start(connection)
            if self.status != 101:
                refused.append(await self.read())
            return started

    proxy = request.proxy or ""
    socks = proxy.startswith("socks")
    connector = ProxyConnector.from_url(proxy, rdns=True, ssl=context) if socks else TCPConnector(ssl=context)
    session = ClientSession(
        connector=connector,
        timeout=ClientTimeout(total=None, connect=HANDSHAKE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=SILENT,
        request_class=_Offer,
        response_class=Told,
    )
    headers = request.headers
    if not any(name.lower() == "user-agent" for name, _ in headers):
        headers = [*headers, ("User-Agent", AGENT)]
    try:
        opened = await session.ws_connect(
            request.url,
            headers=headers,
            proxy=None if socks else request.proxy,
            max_msg_size=0,
            compress=15,
        )
    except aiohttp.WSServerHandshakeError as error:
        await session.close()
        raise HandshakeError(error.status, b"".join(refused)) from error
    except (aiohttp.ClientError, ProxyError, ProxyConnectionError, OSError) as error:
        await session.close()
        raise UpstreamError(str(error) or type(error).__name__) from error
    except BaseException:
        await session.close()
        raise
    answer = opened._response.raw_headers  # noqa: SLF001 - aiohttp shows the handshake's headers nowhere else
    return Socket(session, opened, [(k.decode("latin-1"), v.decode("latin-1")) for k, v in answer])
