"""The way out: straight over kept HTTP/1.1 connections, through proxies with aiohttp's client.

Everything that decides how a request leaves lives here: certificates from SSL_CERT_FILE, proxies, which connections are
kept, deadlines, which codings are undone. Laws: nothing is added to a request but Host, Content-Length, Accept-Encoding
and, where nobody set one, Go's User-Agent; a broken body says so and is never passed off as an end; a request is sent
once, whatever becomes of it.
"""

import asyncio
import os
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from functools import lru_cache, partial
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import urlsplit

from native.config import Deadlines
from native.h1 import Broken, Connection
from native.upstream import (
    Headers,
    UpstreamError,
    UpstreamRequest,
    UpstreamResponse,
    UpstreamSocket,
    broken_off,
)
from native.wire.codings import in_transit

if TYPE_CHECKING:
    from native.roundabout import Roundabout

AGENTS = {"https": "Go-http-client/2.0", "http": "Go-http-client/1.1"}
"""The User-Agent where a provider sets none, as the legacy's HTTP library has it."""
IDLE_SECONDS = 90.0
PORTS = {"https": 443, "http": 80}
OWN = frozenset({"connection", "host"})
"""Headers that are the way's own, whatever a request says."""
BODIED = frozenset({"POST", "PUT", "PATCH"})
"""Methods whose requests say how long their body is, even where there is none."""


def trust(environment: Mapping[str, str] = os.environ) -> ssl.SSLContext:
    """Whom to trust: the certificates that SSL_CERT_FILE or SSL_CERT_DIR name, else the system's."""
    file, folder = environment.get("SSL_CERT_FILE") or None, environment.get("SSL_CERT_DIR") or None
    return ssl.create_default_context(cafile=file, capath=folder)


class Place(NamedTuple):
    """Where an address leads, and how the place is asked for it."""

    scheme: str
    netloc: str
    host: str
    port: int
    asked: str
    """The rest of a request's first line, and its `Host`."""


@lru_cache(maxsize=256)
def place_of(url: str) -> Place:
    """Take an address apart. Raises `ValueError` where nobody can be asked there."""
    parts = urlsplit(url)
    scheme, netloc, host = parts.scheme, parts.netloc, parts.hostname or ""
    if scheme not in PORTS:
        raise ValueError(f'unsupported protocol scheme "{scheme}"')
    if not host:
        raise ValueError("http: no Host in request URL")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    asked = f"{path} HTTP/1.1\r\nHost: {netloc.rpartition('@')[2]}"
    if asked.count("\n") > 1:
        raise ValueError("invalid control character in URL")
    return Place(scheme, netloc, host, parts.port or PORTS[scheme], asked)


def said_too(headers: Headers, scheme: str) -> Headers:
    """A request's headers, and those that Go's client adds where nobody set them; without those of the way itself."""
    said: Headers = []
    agent = coding = False
    for pair in headers:
        low = pair[0].lower()
        if low == "user-agent":
            agent = True
            if not pair[1]:  # `NO_AGENT`
                continue
        elif low == "accept-encoding":
            coding = True
        elif low in OWN:
            continue
        said.append(pair)
    if not agent:
        said.append(("User-Agent", AGENTS[scheme]))
    if not coding:
        said.append(("Accept-Encoding", "gzip"))
    return said


def _head(request: UpstreamRequest, place: Place) -> bytes:
    """A request's head. Raises `Broken` where a header would end it early."""
    lines = [f"{request.method} {place.asked}"]
    lines += [f"{name}: {value}" for name, value in said_too(request.headers, place.scheme)]
    if request.body or request.method in BODIED:
        lines.append(f"Content-Length: {len(request.body)}")
    lines.append("\r\n")
    head = "\r\n".join(lines).encode("latin-1")
    if head.count(b"\n") != len(lines) + 1:
        raise Broken("a header has a line break in it")
    return head


class Source(Protocol):
    """Where a body comes from; `native.h1` and `native.roundabout` have one each."""

    async def take(self) -> bytes:
        """What has come, empty at the end. Raises `Broken`."""
        ...

    async def take_all(self) -> bytes:
        """All of it. Raises `Broken`."""
        ...


class Answer:
    """An answer whose head has come."""

    __slots__ = ("_broken", "_decoder", "_idle", "_release", "_source", "headers", "status")

    def __init__(
        self,
        status: int,
        headers: Headers,
        source: Source,
        release: "Release",
        *,
        asked: Headers,
        broken: str,
        idle: float,
    ) -> None:
        self.status = status
        self.headers, self._decoder = in_transit(asked, headers)
        self._source = source
        self._release = release
        self._broken = broken
        self._idle = idle

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes."""
        decoder, take, idle = self._decoder, self._source.take, self._idle
        try:
            while data := await (asyncio.wait_for(take(), idle) if idle else take()):
                if decoder is None:
                    yield data
                elif plain := decoder.feed(data):
                    yield plain
            if decoder is not None and (plain := decoder.finish()):
                yield plain
        except (Broken, TimeoutError, ValueError) as error:
            raise UpstreamError(self._said(error)) from error

    async def read(self) -> bytes:
        """The whole body."""
        decoder = self._decoder
        try:
            data = await self._source.take_all()
            return data if decoder is None else decoder.feed(data) + decoder.finish()
        except (Broken, ValueError) as error:
            raise UpstreamError(self._said(error)) from error
        finally:
            self._release()

    def _said(self, error: Exception) -> str:
        """What the legacy says where a body breaks off."""
        if isinstance(error, TimeoutError):
            return "the provider fell silent"
        return self._broken if isinstance(error, Broken) else str(error)

    def close(self) -> None:
        """Let go: a body that is at its end frees its connection, any other ends it."""
        self._release()


class Release(Protocol):
    """Gives a connection back; more than once does no harm."""

    def __call__(self) -> None:
        """Give it back."""
        ...


class Egress:
    """Sends requests.

    Args:
        deadlines: Seconds for each phase, 0 for ever.
        context: Whom to trust; the system and SSL_CERT_FILE where left out.
    """

    def __init__(self, deadlines: Deadlines, context: ssl.SSLContext | None = None) -> None:
        self._deadlines = deadlines
        self._context = context or trust()
        self._kept: dict[tuple[str, str], list[tuple[float, Connection]]] = {}
        self._asked: Counter[str] = Counter()
        self._open: set[Connection] = set()
        self._roundabout: Roundabout | None = None

    async def send(self, request: UpstreamRequest) -> UpstreamResponse:
        """Send and wait for the head. Raises `UpstreamError`."""
        try:
            place = place_of(request.url)
            self._asked[place.netloc] += 1
            broken = broken_off(request.url, self._asked[place.netloc])
            if request.proxy:
                return await self._around(request, place, broken)
            return await self._straight(request, place, broken)
        except (Broken, OSError, ValueError) as error:
            said = "the provider does not answer" if isinstance(error, TimeoutError) else str(error)
            raise UpstreamError(f'{request.method.title()} "{request.url}": {said}') from error

    async def connect(self, request: UpstreamRequest) -> UpstreamSocket:
        """Open a WebSocket. Raises `HandshakeError`, or `UpstreamError` where no answer comes."""
        from native.sockets import connect  # noqa: PLC0415 - few servers ever open one; its SOCKS costs half a megabyte

        return await connect(request, self._context)

    async def _around(self, request: UpstreamRequest, place: "Place", broken: str) -> Answer:
        if self._roundabout is None:
            from native.roundabout import Roundabout  # noqa: PLC0415 - not every server has a proxy

            self._roundabout = Roundabout(self._context, self._deadlines)
        found = await self._roundabout.send(request, said_too(request.headers, place.scheme))
        return Answer(
            found.status,
            found.headers,
            found,
            found.release,
            asked=request.headers,
            broken=broken,
            idle=self._deadlines.idle,
        )

    async def _straight(self, request: UpstreamRequest, place: "Place", broken: str) -> Answer:
        head = _head(request, place)
        key = (place.scheme, place.netloc)
        connection = self._kept_one(key) or await self._connect(place)
        self._open.add(connection)
        try:
            asked = connection.ask(head, request.body)
            await (asyncio.wait_for(asked, self._deadlines.headers) if self._deadlines.headers else asked)
        except BaseException:
            self._give_back(key, connection)
            raise
        release = partial(self._give_back, key, connection)
        return Answer(
            connection.status,
            connection.headers,
            connection,
            release,
            asked=request.headers,
            broken=broken,
            idle=self._deadlines.idle,
        )

    def _kept_one(self, key: tuple[str, str]) -> Connection | None:
        kept = self._kept.get(key)
        while kept:
            since, connection = kept.pop()
            if connection.idle and monotonic() - since < IDLE_SECONDS:
                return connection
            connection.end()
        return None

    async def _connect(self, place: "Place") -> Connection:
        loop = asyncio.get_running_loop()
        secure = place.scheme == "https"
        made = loop.create_connection(
            lambda: Connection(loop),
            place.host,
            place.port,
            ssl=self._context if secure else None,
            server_hostname=place.host if secure else None,
        )
        _, connection = await (asyncio.wait_for(made, self._deadlines.connect) if self._deadlines.connect else made)
        return connection

    def _give_back(self, key: tuple[str, str], connection: Connection) -> None:
        if connection not in self._open:
            return
        self._open.discard(connection)
        if connection.reusable:
            self._kept.setdefault(key, []).append((monotonic(), connection))
        else:
            connection.end()

    async def close(self) -> None:
        """End every connection."""
        for connection in [*self._open, *(c for kept in self._kept.values() for _, c in kept)]:
            connection.end()
        self._open.clear()
        self._kept.clear()
        if self._roundabout is not None:
            await self._roundabout.close()
