"""The client's part of a case: requests and WebSocket messages sent as recorded, answers written down.

Law: a client here asks exactly what was recorded, adds no header of its own, follows no redirect and undoes no
coding. What a later request takes from an earlier answer (`{{0.state}}`) is filled in.
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

from shim.exchange import Request, Response

_PLACE = re.compile(r"\{\{(\d+)\.([\w.]+)(\|url)?\}\}")
_QUIET = 1.0  # seconds without a message that end an answer which says no end itself
_TAIL = 0.05  # seconds to wait for what comes behind an end
_LAST = frozenset(["response.completed", "response.failed", "response.incomplete", "error"])
_TIMEOUT = aiohttp.ClientTimeout(total=30)
_OWN_HEADERS = ("User-Agent", "Accept-Encoding", "Accept", "Content-Type")


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


async def ask(session: aiohttp.ClientSession, origin: str, request: Request) -> Response:
    """Send one request and write down the answer."""
    if request.method == "WEBSOCKET":
        return await _converse(session, origin, request)
    chunks: list[bytes] = []
    complete = True
    async with session.request(
        request.method,
        URL(origin + request.url, encoded=True),
        data=request.body or None,
        headers=list(request.headers),
        allow_redirects=False,
        skip_auto_headers=_OWN_HEADERS,
        timeout=_TIMEOUT,
    ) as got:
        try:
            async for chunk in got.content.iter_any():
                chunks.append(chunk)  # noqa: PERF401 - what came before a break is kept
        except (aiohttp.ClientError, TimeoutError):
            complete = False
        return Response(got.status, _headers(got.raw_headers), tuple(chunks), complete=complete)


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
