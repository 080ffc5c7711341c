"""`GET /events`: what happens as it happens, as server-sent events.

Laws: where nothing happens for a while there is a sign of life; who reads too slowly is told and let go, and can read
what it missed by the other endpoints; the server's end is the stream's end.
"""

import asyncio

from aiohttp import web

from native.live import KINDS, Watcher
from native.surface.management.call import Call, RefusedError, route
from native.surface.routes import CORS, Doc

PULSE = 15.0
"""Seconds without an event after which there is a sign of life."""
PATIENCE = 10.0
"""Seconds that a client may take to read one event."""
HEADERS = {**CORS, "Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
HELLO = b"retry: 2000\nevent: hello\ndata: {}\n\n"
SLOW = b'event: dropped\ndata: {"reason":"too slow"}\n\n'
ALIVE = b": alive\n\n"


async def events(call: Call) -> web.StreamResponse:
    """The events that are wanted (`types=usage,log`), or all of them."""
    wanted = frozenset(kind.strip() for kind in (call.query("types") or ",".join(KINDS)).split(",") if kind.strip())
    if unknown := wanted - set(KINDS):
        raise RefusedError(400, "unknown types", types=sorted(unknown))
    live = call.service.live
    if live.full:
        raise RefusedError(503, "too many watch already")
    response = web.StreamResponse(headers=HEADERS)
    with live.watching(wanted) as watcher:
        await response.prepare(call.request)
        try:
            await _follow(response, watcher)
            await response.write_eof()
        except TimeoutError:
            if call.request.transport is not None:
                call.request.transport.abort()
        except ConnectionError:
            pass  # who leaves is no error
    return response


async def _follow(response: web.StreamResponse, watcher: Watcher) -> None:
    await _write(response, HELLO)
    while not watcher.slow and (event := await watcher.next(PULSE)) is not None:
        await _write(response, event or ALIVE)
    if watcher.slow:
        await _write(response, SLOW)


async def _write(response: web.StreamResponse, data: bytes) -> None:
    async with asyncio.timeout(PATIENCE):
        await response.write(data)


ROUTES = [route("GET", "/events", events, Doc(query=("types",), media="text/event-stream"))]
