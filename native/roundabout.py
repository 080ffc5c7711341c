"""The way out through a proxy, of any kind, with aiohttp's client: `http://`, `https://`, `socks5://`.

Law: as `egress`, whose part it is.
"""

import ssl
from typing import Any

import aiohttp
from aiohttp import ClientSession, ClientTimeout, TCPConnector
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError
from yarl import URL

from native.config import Deadlines
from native.h1 import HEAD_MOST, Broken
from native.upstream import Headers, UpstreamRequest

SILENT = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
"""Headers that aiohttp is not to make up."""


class Found:
    """An answer through a proxy."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers: Headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in response.raw_headers]

    async def take(self) -> bytes:
        """What has come of the body, empty at its end. Raises `Broken`."""
        try:
            return await self._response.content.readany()
        except (aiohttp.ClientError, OSError) as error:
            raise Broken(str(error)) from error

    async def take_all(self) -> bytes:
        """The whole body. Raises `Broken`."""
        try:
            return await self._response.read()
        except (aiohttp.ClientError, OSError) as error:
            raise Broken(str(error)) from error

    def release(self) -> None:
        """Let go: a body that is at its end frees its connection, any other ends it."""
        self._response.close()


class Roundabout:
    """aiohttp's client, once for all HTTP proxies and once for each SOCKS proxy."""

    def __init__(self, context: ssl.SSLContext, deadlines: Deadlines) -> None:
        self._context = context
        self._deadlines = deadlines
        self._sessions: dict[str, ClientSession] = {}

    def _session(self, proxy: str) -> ClientSession:
        key = proxy if proxy.startswith("socks") else ""
        session = self._sessions.get(key)
        if session is None:
            options: dict[str, Any] = {"limit": 0, "limit_per_host": 0, "keepalive_timeout": 90, "ssl": self._context}
            connector = ProxyConnector.from_url(key, rdns=True, **options) if key else TCPConnector(**options)
            session = self._sessions[key] = ClientSession(
                connector=connector,
                timeout=ClientTimeout(total=None, connect=self._deadlines.connect or None),
                auto_decompress=False,
                skip_auto_headers=SILENT,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                max_line_size=HEAD_MOST,
                max_field_size=HEAD_MOST,
            )
        return session

    async def send(self, request: UpstreamRequest, headers: Headers) -> Found:
        """Send and wait for the head. Raises `Broken`."""
        proxy = request.proxy or ""
        try:
            response = await self._session(proxy).request(
                request.method,
                URL(request.url, encoded=True),
                data=request.body or None,
                headers=headers,
                proxy=None if proxy.startswith("socks") else proxy,
                allow_redirects=False,
            )
        except aiohttp.ServerDisconnectedError as error:
            raise Broken("EOF") from error
        except (aiohttp.ClientError, ProxyError, ProxyConnectionError, OSError) as error:
            raise Broken(str(error) or type(error).__name__) from error
        return Found(response)

    async def close(self) -> None:
        """End every connection."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()
