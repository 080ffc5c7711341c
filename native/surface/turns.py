"""How a turn is answered over HTTP: at once, or as a stream.

Laws: nothing is written before the engine has something to say, so that an error has its status; after that, a failure is an
event of the stream. A client that leaves cancels the task, and with it the upstream's request.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

from aiohttp import web

from native.exchange import Ask
from native.failure import Failure
from native.providers.base import Client, Whole
from native.surface.routes import CORS, answer
from native.upstream import Headers
from native.wire.openai_responses import bad_data
from native.wire.protocol import Protocol, failure_body

if TYPE_CHECKING:
    from native.service import Service

JSON = "application/json"
STREAM = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "Connection": "keep-alive"}
NOT_PASSED = frozenset(
    ["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "set-cookie", "content-length", "content-encoding"]
)
"""Upstream headers that are never passed on."""

type Rewrite = Callable[[bytes], bytes | None]
"""What an endpoint does to a chunk before it is framed; None leaves it out."""


def client_of(request: web.Request) -> Client:
    """Who asks."""
    return Client(request.headers, request.get("key", ""), request.path)


def alt_of(request: web.Request) -> str:
    """The query's `alt` (or `$alt`); `sse` is what one gets anyway."""
    if not request.query_string:
        return ""
    query = request.query
    alt = query.get("alt", query.get("$alt", "")) if "alt" not in query else query["alt"]
    return "" if alt == "sse" else alt


def passed(headers: Headers, service: "Service") -> dict[str, str]:
    """Upstream headers that the client may see: none unless the configuration says so."""
    if not service.config.passthrough_headers:
        return {}
    scoped = {part.strip().lower() for k, v in headers if k.lower() == "connection" for part in v.split(",")}
    return {k: v for k, v in headers if k.lower() not in NOT_PASSED and k.lower() not in scoped}


def _under(own: dict[str, str], theirs: dict[str, str]) -> dict[str, str]:
    """Both, ours first where both have one."""
    if not theirs:
        return own
    names = {name.lower() for name in own}
    return own | {k: v for k, v in theirs.items() if k.lower() not in names}


def refused(failure: Failure, service: "Service") -> web.Response:
    """A failure as an answer."""
    headers = {**CORS, "Content-Type": JSON}
    if failure.headers and service.config.passthrough_headers:
        names = {name.lower() for name, _ in failure.headers}
        headers = {k: v for k, v in headers.items() if k.lower() not in names} | dict(failure.headers)
    return web.Response(body=failure_body(failure), status=failure.shown, headers=headers)


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
    except Failure as failure:
        return refused(failure, service)
    body = rewrite(whole.body) if rewrite else whole.body
    headers = _under({**CORS, "Content-Type": JSON}, passed(whole.headers, service))
    return web.Response(body=body, headers=headers)


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
                response = web.StreamResponse(headers={**CORS, "Content-Type": JSON})
                await response.prepare(request)
            await response.write(b"\n")
    finally:
        if not task.done():
            task.cancel()
    if response is None:
        return await at_once(request, service, _done(task), rewrite)
    try:
        whole = task.result()
        await response.write(rewrite(whole.body) if rewrite else whole.body)
    except Failure as failure:
        await response.write(failure_body(failure))
    await response.write_eof()
    return response


async def _done(task: "asyncio.Future[Whole]") -> Whole:
    return task.result()


async def streaming(
    request: web.Request,
    service: "Service",
    ask: Ask,
    protocol: Protocol,
    rewrite: Rewrite | None = None,
    content: dict[str, str] | None = STREAM,
    refuse: Callable[[Failure, "Service"], web.Response] = refused,
) -> web.StreamResponse:
    """Answer as a stream; `refuse` says how one that fails before its first chunk looks."""
    try:
        streamed = await service.exchange.stream(ask)
    except Failure as failure:
        return refuse(failure, service)
    chunks = streamed.chunks
    try:
        first = await anext(chunks, None)
        if first is not None and protocol.name == "openai-response" and (bad := _bad(first)):
            return refused(bad, service)
        headers = _under({**CORS, **(content or {})}, passed(streamed.headers, service))
        if "content-type" not in {k.lower() for k in headers}:
            headers["Content-Type"] = "text/plain; charset=utf-8"
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        if first is None or not any(first):
            await response.write(protocol.empty)
        else:
            await _forward(response, service, protocol, rewrite, first, chunks)
        await response.write_eof()
    finally:
        await chunks.aclose()  # type: ignore[attr-defined] # it is a generator of the engine's
    return response


def _bad(chunks: list[bytes]) -> Failure | None:
    return next((bad for chunk in chunks if (bad := bad_data(chunk))), None)


async def _forward(
    response: web.StreamResponse,
    service: "Service",
    protocol: Protocol,
    rewrite: Rewrite | None,
    first: list[bytes],
    chunks: AsyncIterator[list[bytes]],
) -> None:
    frame = protocol.frame
    checked = protocol.name == "openai-response"
    every = service.config.streaming.keepalive_seconds
    rest = _kept_alive(chunks, every) if every > 0 and protocol.keep_alive else chunks
    some: list[bytes] | None = first
    try:
        while some is not None:
            if not some:
                await response.write(protocol.keep_alive)
            elif checked:
                await _write_checked(response, frame, some)
            else:
                kept = some if rewrite is None else [c for chunk in some if (c := rewrite(chunk)) is not None]
                data = b"".join([frame(chunk) for chunk in kept if chunk])
                if data:
                    await response.write(data)
            some = await anext(rest, None)
    except Failure as failure:
        await response.write(protocol.error(failure))
    else:
        if protocol.done:
            await response.write(protocol.done)


async def _write_checked(response: web.StreamResponse, frame: Callable[[bytes], bytes], chunks: list[bytes]) -> None:
    """Write events whose data are JSON; raise at the first whose are not."""
    out = []
    for chunk in chunks:
        if bad := bad_data(chunk):
            if out:
                await response.write(b"".join(out))
            raise bad
        out.append(frame(chunk))
    await response.write(b"".join(out))


async def _kept_alive(chunks: AsyncIterator[list[bytes]], every: float) -> AsyncIterator[list[bytes]]:
    """The chunks, and an empty list at every interval."""
    loop = asyncio.get_running_loop()
    due = loop.time() + every
    waiting: asyncio.Task[list[bytes] | None] | None = None
    try:
        while True:
            if waiting is None:
                waiting = asyncio.ensure_future(anext(chunks, None))  # type: ignore[arg-type] # a coroutine it is
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


__all__ = ["alt_of", "answer", "at_once", "client_of", "passed", "refused", "streaming"]
