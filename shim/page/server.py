"""The page as an application: who logs in, what is told live, and which paths there are.

Laws: everything outside (recording, keys, clock, port) is an argument; all below `/api/` stands behind the guard,
`/metrics` behind a key; what is served besides are files of this package, all known before the first request.
"""

import asyncio
from collections.abc import AsyncIterator
from math import ceil

from aiohttp import web

from shim.metrics import Metrics
from shim.metrics.exposition import CONTENT_TYPE
from shim.metrics.natives import natives_metrics
from shim.page.answer import said
from shim.page.asked import AskedError, Body, body_of
from shim.page.deeds import Deeds
from shim.page.files import served
from shim.page.guard import Guard, cookie_name, protect
from shim.page.live import Live, TooManyError
from shim.page.outside import Outside
from shim.page.reading import Reading
from shim.page.views import Views
from shim.page.visitors import LONGEST, Tries, Visitors

LARGEST = 64 << 10  # bytes of a body


class LogIn(Body):
    """A key that is tried."""

    key: str


class Page:
    """The page's handlers.

    Args:
        outside: What it stands on.
    """

    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        self.visitors, self.tries = Visitors(outside.pace), Tries(outside.pace)
        self.guard = Guard(outside.port, self.visitors)
        self.live = Live(outside.database)
        self.reading = Reading(outside.database, lambda: self.live.version)
        self.metrics = Metrics(outside.clock)

    def routes(self) -> list[web.RouteDef]:
        """Every path."""
        return [
            web.get("/", self.shell),
            web.get("/static/{name}", self.file),
            web.get("/metrics", self.tell_metrics),
            web.post("/api/login", self.log_in),
            web.post("/api/logout", self.log_out),
            web.get("/api/live", self.tell),
            *Views(self.outside, self.reading).routes(),
            *Deeds(self.outside, self.reading).routes(),
        ]

    async def context(self, _app: web.Application) -> AsyncIterator[None]:
        """Watches the recording while the page is served."""
        await self.reading.ask(self.metrics.begin)
        async with self.live.watching():
            yield
        self.reading.close()

    async def shell(self, _request: web.Request) -> web.Response:
        """The one page there is; what it shows, its script asks for."""
        return served("index.html")

    async def file(self, request: web.Request) -> web.Response:
        """A file of this package."""
        return served(request.match_info["name"])

    async def tell_metrics(self, request: web.Request) -> web.Response:
        """For Prometheus, that has a key of its own."""
        kind, _, key = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not self.outside.keys.reads_metrics(key.strip()):
            raise AskedError("metrics are read with a bearer key", 401, {"WWW-Authenticate": "Bearer"})
        ours, natives = await asyncio.gather(self.reading.ask(self.metrics.text), natives_metrics(self.outside.native))
        return web.Response(body=ours + natives, headers={"Content-Type": CONTENT_TYPE})

    async def log_in(self, request: web.Request) -> web.Response:
        """A session for the right key."""
        wait = self.tries.wait()
        if wait > 0:
            seconds = ceil(wait)
            raise AskedError(f"too many wrong keys: wait {seconds} s", 429, {"Retry-After": str(seconds)})
        given = await body_of(request, LogIn)
        if not self.outside.keys.opens_page(given.key.strip()):
            self.tries.wrong()
            raise AskedError("that is not the page's key", 403)
        self.tries.right()
        cookie, visitor = self.visitors.begin()
        answer = said({"token": visitor.token})
        name = cookie_name(self.outside.port)
        answer.set_cookie(name, cookie, httponly=True, samesite="Strict", path="/", max_age=int(LONGEST))
        return answer

    async def log_out(self, request: web.Request) -> web.Response:
        """The session's end."""
        name = cookie_name(self.outside.port)
        self.visitors.end(request.cookies.get(name, ""))
        answer = said({})
        answer.del_cookie(name, path="/")
        return answer

    async def tell(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: the recording's version, now and whenever it changes."""
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        changes = self.live.changes()
        try:
            first = await anext(changes)
        except TooManyError as error:
            raise AskedError("too many pages are open", 503) from error
        await answer.prepare(request)
        try:
            await answer.write(_event(first))
            async for version in changes:
                await answer.write(_event(version))
        except ConnectionResetError:
            pass  # the visitor left
        finally:
            await changes.aclose()  # type: ignore[attr-defined]  # it is a generator
        return answer


def _event(version: int | None) -> bytes:
    return b": still here\n\n" if version is None else b"event: changed\ndata: %d\n\n" % version


def build(outside: Outside) -> web.Application:
    """The application, to be served on loopback."""
    page = Page(outside)
    app = web.Application(client_max_size=LARGEST, middlewares=[page.guard.middleware])
    app.add_routes(page.routes())
    app.cleanup_ctx.append(page.context)
    app.on_response_prepare.append(protect)
    return app
