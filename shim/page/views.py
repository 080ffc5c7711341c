"""What the page asks for to show it. Law: nothing here changes anything."""

from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web

from shim.groups import Group, groups
from shim.page import health, listing
from shim.page.answer import said
from shim.page.asked import AskedError, number
from shim.page.exchange import exchange
from shim.page.outside import Outside
from shim.page.overview import overview
from shim.page.reading import Reading
from shim.store.store import Store

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Views:
    """Handlers that read."""

    outside: Outside
    reading: Reading

    def routes(self) -> list[web.RouteDef]:
        """Their paths."""
        return [
            web.get("/api/overview", self.overview),
            web.get("/api/groups", self.groups),
            web.get("/api/exchanges", self.exchanges),
            web.get("/api/exchanges/{id}", self.exchange),
            web.get("/api/history", self.history),
            web.get("/api/health", self.health),
        ]

    async def overview(self, request: web.Request) -> web.Response:
        """The endpoints."""
        del request

        def look(store: Store) -> Json:
            return overview(store, self.outside.gates(), self.outside.clock())

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
