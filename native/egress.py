"""The way out: aiohttp's client as an `Upstream`.

Everything that touches an outgoing socket lives here: connections kept and reused, proxies of every kind, certificates
from SSL_CERT_FILE, content codings undone. Laws: nothing is added to a request but Host, Content-Length, Accept-Encoding
and, where nobody set one, Go's User-Agent; a broken body says so and is never passed off as an end.
"""

import os
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import ClientSession, ClientTimeout, TCPConnector
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError

from native.config import Deadlines
from native.upstream import Headers, UpstreamError, UpstreamRequest, broken_off
from native.wire.codings import Decoder, decoder_for

AGENTS = {"https": "Go-http-client/2.0", "http": "Go-http-client/1.1"}
"""The User-Agent where a provider sets none, as the legacy's HTTP library has it."""


def trust(environment: Mapping[str, str] = os.environ) -> ssl.SSLContext:
    """Whom to trust: the certificates that SSL_CERT_FILE or SSL_CERT_DIR name, else the system's."""
    file, folder = environment.get("SSL_CERT_FILE") or None, environment.get("SSL_CERT_DIR") or None
    return ssl.create_default_context(cafile=file, capath=folder) if file or folder else ssl.create_default_context()


class Answer:
    """An answer whose head has come."""

    def __init__(self, response: aiohttp.ClientResponse, broken: str) -> None:
        self._response = response
        self._broken = broken
        self.status = response.status
        self.headers: Headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in response.raw_headers]

    def _decoder(self) -> Decoder | None:
        coding = self._response.headers.get("Content-Encoding", "")
        return decoder_for(coding) if coding else None

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes, codings undone."""
        decoder = self._decoder()
        content = self._response.content
        try:
            while data := await content.readany():
                if decoder is not None:
                    data = decoder.feed(data)
                if data:
                    yield data
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise UpstreamError(self._said(error)) from error
        if decoder is not None and (data := decoder.finish()):
            yield data

    async def read(self) -> bytes:
        """The whole body, codings undone."""
        decoder = self._decoder()
        try:
            data = await self._response.read()
            return data if decoder is None else decoder.feed(data) + decoder.finish()
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise UpstreamError(self._said(error)) from error
        finally:
            self._response.release()

    def _said(self, error: Exception) -> str:
        """What the legacy says where a body breaks off."""
        cut = isinstance(error, (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, aiohttp.ClientOSError))
        return self._broken if cut else str(error)

    def close(self) -> None:
        """Let go: a body that is at its end frees its connection, any other ends it."""
        self._response.close()


class Egress:
    """Sends requests through kept connections, one pool a proxy."""

    def __init__(self, deadlines: Deadlines, context: ssl.SSLContext | None = None) -> None:
        self._deadlines = deadlines
        self._context = context or trust()
        self._sessions: dict[str, ClientSession] = {}
        self._asked: Counter[str] = Counter()

    def _session(self, proxy: str | None) -> ClientSession:
        key = proxy if proxy and proxy.startswith("socks") else ""
        session = self._sessions.get(key)
        if session is None:
            options: dict[str, Any] = {"limit": 0, "limit_per_host": 0, "keepalive_timeout": 90, "ssl": self._context}
            connector = (
                ProxyConnector.from_url(key, rdns=True, **options) if key else TCPConnector(**options, ttl_dns_cache=60)
            )
            d = self._deadlines
            session = self._sessions[key] = ClientSession(
                connector=connector,
                timeout=ClientTimeout(total=None, connect=d.connect or None, sock_read=d.idle or None),
                auto_decompress=False,
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
                cookie_jar=aiohttp.DummyCookieJar(),
                requote_redirect_url=False,
            )
        return session

    async def send(self, request: UpstreamRequest) -> Answer:
        """Send and wait for the head. Raises `UpstreamError`."""
        headers = request.headers
        names = {name.lower() for name, _ in headers}
        if "user-agent" not in names:
            headers = [*headers, ("User-Agent", AGENTS[urlsplit(request.url).scheme])]
        if "accept-encoding" not in names:
            headers = [*headers, ("Accept-Encoding", "gzip")]
        proxy = request.proxy
        try:
            response = await self._session(proxy).request(
                request.method,
                _url(request.url),
                data=request.body or None,
                headers=headers,
                proxy=proxy if proxy and not proxy.startswith("socks") else None,
                allow_redirects=False,
            )
        except (aiohttp.ClientError, ProxyError, ProxyConnectionError, OSError, TimeoutError, ValueError) as error:
            raise UpstreamError(failed(request, error)) from error
        host = urlsplit(request.url).netloc
        self._asked[host] += 1
        return Answer(response, broken_off(request.url, self._asked[host]))

    async def close(self) -> None:
        """End every connection."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()


def _url(text: str) -> Any:
    from yarl import URL  # noqa: PLC0415 - only where a socket is used

    return URL(text, encoded=True)


def failed(request: UpstreamRequest, error: Exception) -> str:
    """What the legacy says where no answer comes."""
    said = {aiohttp.ServerDisconnectedError: "EOF", aiohttp.ClientOSError: "EOF"}.get(
        type(error), str(error) or type(error).__name__
    )
    return f'{request.method.title()} "{request.url}": {said}'
