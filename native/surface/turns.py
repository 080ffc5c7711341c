"""How a turn is answered over HTTP: at once, or as a stream.

Laws: nothing is written before the engine has something to say, so that an error has its status; after that, a failure
is an event of the stream. A client that leaves cancels the task, and with it the upstream's request.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from aiohttp import web
from multidict import CIMultiDict

from native.exchange import Ask
from native.failure import Failure
from native.logs.record import TRACE, teed
from native.providers.base import Client, Whole
from native.surface.prompt import WHOLE, said
from native.surface.routes import CORS, answer
from native.surface.visit import VISIT
from native.upstream import Headers
from native.wire.openai_responses import bad_data
from native.wire.protocol import Protocol as WireProtocol
from native.wire.protocol import failure_body

if TYPE_CHECKING:
    from native.service import Service

STREAM: Mapping[str, str] = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache",
    "Connection": "keep-alive",
}
NOT_PASSED = frozenset(
    {
        *(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
        ),
        *("upgrade", "set-cookie", "content-length", "content-encoding"),
    }
)
"""Upstream headers that are never passed on."""
NOT_MODIFIED = 304
"""A status that has no body, and says nothing of what one would be."""

type Rewrite = Callable[[bytes], list[bytes]]
"""What an endpoint makes of a chunk before it is framed."""
type Refusal = Callable[[Failure, "Service"], web.StreamResponse]


async def body_of(request: web.Request) -> bytes:
    """The body to answer: the client's, or what a wrapping endpoint has put in its place."""
    visit = request[VISIT]
    if visit.body is None:
        content = request.content
        # What has come whole by now is taken as it lies there: aiohttp's `read` copies it twice.
        visit.body = request[TRACE].body = content.read_nowait() if content.is_eof() else await request.read()
    return visit.body


def client_of(request: web.Request) -> Client:
    """Who asks."""
    visit = request[VISIT]
    headers = request.headers if visit.headers is None else visit.headers
    return Client(headers, visit.key, request.path, "", "", visit.endpoint, request.get(TRACE))


def alt_of(request: web.Request) -> str:
    """The query's `alt` (or `$alt`); `sse` is what one gets anyway."""
    if not request.query_string:
        return ""
    query = request.query
    alt = query["alt"] if "alt" in query else query.get("$alt", "")
    return "" if alt == "sse" else alt


def passed(headers: Headers, service: "Service") -> Headers:
    """Upstream headers that the client may see: none unless the configuration says so."""
    if not service.config.passthrough_headers:
        return []
    scoped = {part.strip().lower() for k, v in headers if k.lower() == "connection" for part in v.split(",")}
    return [(k, v) for k, v in headers if k.lower() not in NOT_PASSED and k.lower() not in scoped]


def _under(own: Mapping[str, str], theirs: Headers) -> Mapping[str, str]:
    """Both, ours alone where both have one; theirs as often as they say it."""
    names = {name.lower() for name in own}
    return CIMultiDict([*own.items(), *(pair for pair in theirs if pair[0].lower() not in names)])


def refused(request: web.Request, failure: Failure, service: "Service") -> web.StreamResponse:
    """A failure as an answer."""
    _note(request, failure)
    headers = dict(WHOLE)
    if failure.headers and service.config.passthrough_headers:
        names = {name.lower() for name, _ in failure.headers}
        headers = {k: v for k, v in headers.items() if k.lower() not in names} | dict(failure.headers)
    if failure.shown == NOT_MODIFIED:
        headers = {k: v for k, v in headers.items() if k.lower() != "content-type"}
    return web.Response(body=_last(request, failure_body(failure)), status=failure.shown, headers=headers)


def _note(request: web.Request, failure: Failure) -> None:
    trace = request.get(TRACE)
    if trace is not None:
        trace.failed(failure)


def _last(request: web.Request, body: bytes) -> bytes:
    outer = request[VISIT].outer
    return body if outer is None else outer.whole(body)


async def at_once(
    request: web.Request,
    service: "Service",
    asked: Awaitable[Whole],
    rewrite: Callable[[bytes], bytes] | None = None,
    *,
    patient: bool = False,
) -> web.StreamResponse:
    """Answer whole. `patient`: blank lines go out while the upstream thinks, where the configuration wants them."""
    every = service.config.nonstream_keepalive_interval if patient else 0
    if every > 0:
        return await _patiently(request, service, asked, rewrite, every)
    try:
        whole = await asked
        body = rewrite(whole.body) if rewrite else whole.body
    except Failure as failure:
        return refused(request, failure, service)
    body = _last(request, body)
    if service.config.passthrough_headers:
        return web.Response(body=body, headers=_under(WHOLE, passed(whole.headers, service)))
    return said(request, body)


async def _patiently(
    request: web.Request,
    service: "Service",
    asked: Awaitable[Whole],
    rewrite: Callable[[bytes], bytes] | None,
    every: float,
) -> web.StreamResponse:
    task = asyncio.ensure_future(asked)
    response: web.StreamResponse | None = None
    try:
        while not (await asyncio.wait((task,), timeout=every))[0]:
            if response is None:
                response = web.StreamResponse(headers=WHOLE)
                await response.prepare(request)
                write = teed(request, response)
            await write(b"\n")
    finally:
        if not task.done():
            task.cancel()
    if response is None:
        return await at_once(request, service, task, rewrite)
    try:
        whole = task.result()
        body = rewrite(whole.body) if rewrite else whole.body
    except Failure as failure:
        _note(request, failure)
        body = failure_body(failure)
    await write(_last(request, body))
    await response.write_eof()
    return response


async def streaming(
    request: web.Request,
    service: "Service",
    ask: Ask,
    protocol: WireProtocol,
    *,
    rewrite: Rewrite | None = None,
    content: Mapping[str, str] | None = STREAM,
    refuse: Refusal | None = None,
) -> web.StreamResponse:
    """Answer as a stream.

    Args:
        request: The client's.
        service: Who serves.
        ask: What is asked.
        protocol: How chunks are written.
        rewrite: What is made of each chunk before.
        content: Headers that say what the stream is; None where nothing is said of it.
        refuse: How a failure before the first chunk looks.
    """
    try:
        streamed = await service.exchange.stream(ask)
    except Failure as failure:
        return _refused_by(refuse, request, failure, service)
    chunks = streamed.chunks
    try:
        checked = ask.source == "openai-response"
        first = await anext(chunks, None)
        if first and checked and (bad := _bad_at(first)) and bad[0] == 0:
            return _refused_by(refuse, request, bad[1], service)
        headers: Mapping[str, str] = {**CORS, **(content or {})}
        if not request.keep_alive:
            headers = {**headers, "Connection": "close"}
        if service.config.passthrough_headers:
            headers = _under(headers, passed(streamed.headers, service))
        if content is None:
            headers = _under(headers, [("Content-Type", "text/plain; charset=utf-8")])
        response = web.StreamResponse(headers=headers)
        with contextlib.suppress(ConnectionError):  # a client that leaves is no error
            await response.prepare(request)
            way = _Way(response, request, protocol, rewrite, checked=checked)
            if first is None or not any(first):
                await way.write(protocol.empty)
            else:
                every = service.config.streaming.keepalive_seconds
                await way.follow(first, _kept_alive(chunks, every) if every > 0 and protocol.keep_alive else chunks)
            await response.write_eof()
    finally:
        await chunks.aclose()
    return response


def _refused_by(
    refuse: Refusal | None, request: web.Request, failure: Failure, service: "Service"
) -> web.StreamResponse:
    """A failure as an endpoint's own answer, or the usual one."""
    if refuse is None:
        return refused(request, failure, service)
    _note(request, failure)
    return refuse(failure, service)


class _Way:
    """From chunks to the client's socket."""

    __slots__ = ("_checked", "_frame", "_outer", "_protocol", "_request", "_rewrite", "_write")

    def __init__(
        self,
        response: web.StreamResponse,
        request: web.Request,
        protocol: WireProtocol,
        rewrite: Rewrite | None,
        *,
        checked: bool,
    ) -> None:
        self._request = request
        self._write = teed(request, response)
        self._protocol = protocol
        self._frame = protocol.frame
        self._rewrite = rewrite
        self._checked = checked
        self._outer = request[VISIT].outer

    async def write(self, data: bytes) -> None:
        """Write whole events."""
        if self._outer is not None:
            data = self._outer.piece(data)
        if data:
            await self._write(data)

    async def follow(self, some: list[bytes] | None, rest: AsyncIterator[list[bytes]]) -> None:
        """Write what comes, and how it ends."""
        protocol, write, framed = self._protocol, self.write, self._framed
        try:
            while some is not None:
                if self._checked and (bad := _bad_at(some)):
                    await write(framed(some[: bad[0]]))
                    raise bad[1]
                await write(framed(some) if some else protocol.keep_alive)
                some = await anext(rest, None)
        except Failure as failure:
            _note(self._request, failure)
            await write(protocol.error(failure))
        else:
            if protocol.done:
                await write(protocol.done)

    def _framed(self, chunks: list[bytes]) -> bytes:
        frame, rewrite = self._frame, self._rewrite
        if rewrite is not None:
            chunks = [made for chunk in chunks for made in rewrite(chunk)]
        if len(chunks) == 1:
            return frame(chunks[0]) if chunks[0] else b""
        return b"".join([frame(chunk) for chunk in chunks if chunk])


def _bad_at(chunks: list[bytes]) -> tuple[int, Failure] | None:
    """Where the first chunk is whose data are no JSON, and the failure it is."""
    for at, chunk in enumerate(chunks):
        if bad := bad_data(chunk):
            return at, bad
    return None


async def _kept_alive(chunks: AsyncIterator[list[bytes]], every: float) -> AsyncIterator[list[bytes]]:
    """The chunks, and an empty list at every interval."""
    loop = asyncio.get_running_loop()
    due = loop.time() + every
    waiting: asyncio.Future[list[bytes] | None] | None = None
    try:
        while True:
            if waiting is None:
                waiting = asyncio.ensure_future(_next(chunks))
            done, _ = await asyncio.wait((waiting,), timeout=max(0.0, due - loop.time()))
            if not done:
                due += every
                yield []
                continue
            some, waiting = waiting.result(), None
            if some is None:
                return
            if some:
                yield some
    finally:
        if waiting is not None:
            waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError, Failure):
                await waiting


async def _next(chunks: AsyncIterator[list[bytes]]) -> list[bytes] | None:
    return await anext(chunks, None)


__all__ = ["alt_of", "answer", "at_once", "body_of", "client_of", "passed", "refused", "streaming"]
