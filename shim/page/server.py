"""The page as an application: which paths there are and what each gives.

Everything that routes lives here. Laws: everything outside (recording, keys, clock, port) is an argument; all below
`/api/` stands behind the guard, `/metrics` behind a key; what is served besides are files of this package, all known
before the first request.
"""

import datetime as dt
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from shim.flags.ledger import Ledger
from shim.gates.gates import Gates, GatesError
from shim.groups import Group, groups
from shim.knowledge import Knowledge
from shim.metrics import Metrics
from shim.metrics.exposition import CONTENT_TYPE
from shim.page import acceptance, flips, gates, health, listing
from shim.page.asked import AskedError, Body, body_of, number, read
from shim.page.exchange import exchange
from shim.page.files import served
from shim.page.guard import Guard, cookie_name, protect
from shim.page.keys import Keys
from shim.page.live import Live, TooManyError
from shim.page.overview import overview
from shim.page.reading import Reading
from shim.page.visitors import LONGEST, Tries, Visitors
from shim.store.store import Store

LARGEST = 64 << 10  # bytes of a body

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outside:
    """What the page stands on.

    Attributes:
        database: The recording, which exists.
        keys: What opens it.
        knowledge: What the judge goes by.
        port: The one it is served on.
        gates: A file of gates; None for the one beside the recording.
        clock: Seconds since 1970.
        pace: Seconds; only differences count.
    """

    database: Path
    keys: Keys
    knowledge: Knowledge
    port: int
    gates: Path | None = None
    clock: Callable[[], float] = time.time
    pace: Callable[[], float] = time.monotonic


class LogIn(Body):
    """A key that is tried."""

    key: str


def dump(value: Any) -> bytes:
    """JSON; what orjson has no way to write (a lone surrogate, a huge integer) is written escaped."""
    try:
        return orjson.dumps(value, default=str)
    except TypeError:
        return json.dumps(value, default=str).encode()


def said(value: Any) -> web.Response:
    """An answer."""
    return web.Response(body=dump(value), content_type="application/json")


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
            web.get("/api/overview", self.overview),
            web.get("/api/groups", self.groups),
            web.get("/api/exchanges", self.exchanges),
            web.get("/api/exchanges/{id}", self.exchange),
            web.get("/api/history", self.history),
            web.get("/api/health", self.health),
            web.get("/api/flags/effect", self.effect),
            web.post("/api/flags", self.flip),
            web.post("/api/promote", self.climb),
            web.post("/api/holds/lift", self.lift),
            web.get("/api/accept/effect", self.would_accept),
            web.post("/api/accept", self.accept),
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
        body = await self.reading.ask(self.metrics.text)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

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

    async def overview(self, request: web.Request) -> web.Response:
        """The endpoints."""
        del request

        def look(store: Store) -> Json:
            return overview(store, self._gates(), self.outside.clock())

        return said(await self.reading.ask_once("overview", lambda: self.reading.ask(look)))

    async def groups(self, request: web.Request) -> web.Response:
        """Differences by cause."""
        del request

        def look() -> list[Group]:
            with Store(self.outside.database, read_only=True) as store:
                return groups(store)

        found = await self.reading.ask_once("groups", lambda: self.reading.ask_slowly(look))
        return said({"groups": [asdict(one) for one in found]})

    async def exchanges(self, request: web.Request) -> web.Response:
        """A list of exchanges."""
        level = request.query.get("level", "")
        if level not in listing.LEVELS:
            raise AskedError(f"level is one of {', '.join(sorted(filter(None, listing.LEVELS)))}")
        endpoint, before = request.query.get("endpoint", ""), number(request.query, "before", 0, 1 << 62)
        return said(await self.reading.ask(lambda store: listing.listing(store, endpoint, level, before)))

    async def exchange(self, request: web.Request) -> web.Response:
        """One exchange."""
        wanted = number(request.match_info, "id", 0, 1 << 62)

        def look() -> Any:
            self.outside.knowledge.refresh()
            return exchange(self.outside.database, wanted, self.outside.knowledge)

        return said(await self.reading.ask_slowly(look))

    async def history(self, request: web.Request) -> web.Response:
        """Who changed which flag."""
        limit = number(request.query, "limit", 100, 1000)
        return said(await self.reading.ask(lambda store: health.history(store, limit)))

    async def health(self, request: web.Request) -> web.Response:
        """Recorder and judge."""
        del request

        def look(store: Store) -> Json:
            return health.health(store, self.outside.clock())

        return said(await self.reading.ask_once("health", lambda: self.reading.ask(look)))

    async def effect(self, request: web.Request) -> web.Response:
        """What a flip would do."""
        wanted = read(flips.Flip, request.query)
        now = self.outside.clock()
        return said(await self.reading.ask(lambda store: flips.effect(store, wanted, self._gates(), now)))

    async def flip(self, request: web.Request) -> web.Response:
        """Set a flag."""
        wanted = await body_of(request, flips.Flip)

        def set_it() -> Any:
            with Ledger.open(self.outside.database) as ledger:
                return health.change_json(flips.flip_now(ledger, wanted))

        done = await self.reading.write(set_it)
        return said(done)

    async def climb(self, request: web.Request) -> web.Response:
        """One step up."""
        wanted = await body_of(request, gates.Climb)
        outside = self.outside
        done = await self.reading.write(lambda: gates.climb_now(outside.database, wanted, self._gates(), outside.clock))
        return said(health.change_json(done))

    async def lift(self, request: web.Request) -> web.Response:
        """A hold lifted."""
        wanted = await body_of(request, gates.Lift)
        done = await self.reading.write(lambda: gates.lift_now(self.outside.database, wanted))
        return said(gates.hold_json(done))

    async def would_accept(self, request: web.Request) -> web.Response:
        """What accepting a difference would change."""
        wanted = read(acceptance.Proposal, request.query)
        return said(
            await self.reading.ask_slowly(lambda: acceptance.would_change(self.outside.database, wanted, self._today()))
        )

    async def accept(self, request: web.Request) -> web.Response:
        """Accept a difference."""
        wanted = await body_of(request, acceptance.Proposal)
        file = self.outside.knowledge.accepted
        done = await self.reading.write(
            lambda: acceptance.accept_now(self.outside.database, wanted, file, self._today())
        )
        return said(done)

    def _gates(self) -> Gates:
        try:
            return Gates.read(self.outside.gates, beside=self.outside.database.parent)
        except (GatesError, OSError) as error:
            raise AskedError(f"the file of gates cannot be used: {error}", 500) from error

    def _today(self) -> dt.date:
        return self.outside.knowledge.today()


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
