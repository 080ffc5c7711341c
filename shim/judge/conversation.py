"""The client's part of a case: requests and WebSocket messages sent as recorded, answers written down.

Law: a client here asks exactly what was recorded, adds no header of its own, follows no redirect and undoes no
coding. What a later request takes from an earlier answer (`{{0.state}}`) is filled in.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

from native.h1 import Broken, Connection
from shim.exchange import Request, Response

_PLACE = re.compile(r"\{\{(\d+)\.([\w.]+)(\|url)?\}\}")
_QUIET = 1.0  # seconds without a message that end an answer which says no end itself
_TAIL = 0.05  # seconds to wait for what comes behind an end
_LAST = frozenset(["response.completed", "response.failed", "response.incomplete", "error"])
_LONGEST = 30.0  # seconds for one answer
_BODILESS = frozenset(["GET", "HEAD", "OPTIONS", "TRACE"])


def fill(text: str, answers: Sequence[Response]) -> str:
    """Put in what earlier answers said: `{{0.state}}` is the field `state` of the first answer's JSON."""

    def value(place: re.Match[str]) -> str:
        try:
            found: Any = orjson.loads(answers[int(place[1])].body)
            for key in place[2].split("."):
                found = found[int(key)] if isinstance(found, list) else found[key]
        except (ValueError, KeyError, IndexError, TypeError):
            return "nothing-there"
        return quote(str(found), safe="") if place[3] else str(found)

    return _PLACE.sub(value, text) if "{{" in text else text


def filled(request: Request, answers: Sequence[Response]) -> Request:
    """The request with its places filled in."""
    body = request.body
    if b"{{" in body:
        body = fill(body.decode("utf-8", "surrogateescape"), answers).encode("utf-8", "surrogateescape")
    return Request(
        request.method,
        fill(request.url, answers),
        tuple((k, fill(v, answers)) for k, v in request.headers),
        body,
        request.frames,
    )


class Line(Protocol):
    """How a server is reached."""

    origin: str
    """Scheme, host and port."""

    async def connect(self) -> Connection:
        """A connection to it."""

    def session(self) -> aiohttp.ClientSession:
        """A session whose requests reach it: for WebSockets."""


async def ask(line: Line, request: Request) -> Response:
    """Send one request and write down the answer. Raises `Broken` where none came."""
    if request.method == "WEBSOCKET":
        async with line.session() as session:
            return await _converse(session, line.origin, request)
    chunks: list[bytes] = []
    complete = True
    connection = await line.connect()
    try:
        async with asyncio.timeout(_LONGEST):
            await connection.ask(*_written(request, line.origin))
            try:
                while request.method != "HEAD" and (chunk := await connection.take()):
                    chunks.append(chunk)
            except Broken:  # what came before a break is kept
                complete = False
    finally:
        connection.end()
    return Response(connection.status, tuple(connection.headers), tuple(chunks), complete=complete)


def _written(request: Request, origin: str) -> tuple[bytes, bytes]:
    """A request's head and body, with the headers that no client can leave out."""
    names = {name.lower() for name, _ in request.headers}
    body = request.body
    lines = [f"{request.method} {request.url} HTTP/1.1"]
    if "host" not in names:
        lines.append(f"Host: {origin.rpartition('/')[2]}")
    lines += [f"{name}: {value}" for name, value in request.headers]
    if "transfer-encoding" in names:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    elif "content-length" not in names and (body or request.method not in _BODILESS):
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape"), body


def _headers(raw: Sequence[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    return tuple((k.decode("latin1"), v.decode("latin1")) for k, v in raw)


def _ends(text: str) -> bool:
    try:
        message = orjson.loads(text)
    except ValueError:
        return False
    return isinstance(message, dict) and message.get("type") in _LAST


async def _answer(socket: aiohttp.ClientWebSocketResponse, ordinal: int, out: list[bytes]) -> bool:
    """Write down the messages up to the end of one answer; False where the server closed."""
    ended = False
    while True:
        try:
            message = await socket.receive(timeout=_TAIL if ended else _QUIET)
        except TimeoutError:
            return True
        if message.type not in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
            out.append(f"event: close\ndata: {socket.close_code or 1006}\n\n".encode())
            return False
        text = message.data if isinstance(message.data, str) else message.data.decode("utf-8", "replace")
        out.append(f"event: {ordinal}\ndata: {text}\n\n".encode())
        ended = _ends(text)


async def _converse(session: aiohttp.ClientSession, origin: str, request: Request) -> Response:
    out: list[bytes] = []
    complete = True
    url = URL(origin + request.url, encoded=True)
    try:
        async with session.ws_connect(url, headers=list(request.headers), max_msg_size=1 << 28) as socket:
            handshake = socket._response.raw_headers  # noqa: SLF001 - aiohttp shows them nowhere else
            for ordinal, frame in enumerate(request.frames):
                await socket.send_str(frame)
                complete = await _answer(socket, ordinal, out)
                if not complete:
                    break
        status, heads = 101, _headers(handshake)
    except aiohttp.WSServerHandshakeError as error:
        status, heads = error.status, tuple((error.headers or {}).items())
    heads = tuple((k, v) for k, v in heads if k.lower() not in {"sec-websocket-accept", "upgrade"})
    return Response(status, heads, tuple(out), complete=complete)
