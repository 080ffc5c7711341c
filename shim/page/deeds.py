"""What is done from the page, each with what it would do, told before.

Law: a deed is done where nothing reads, so that a roll-back waits for nobody's look at the recording.
"""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from shim.flags.ledger import Ledger
from shim.page import acceptance, flips, gates, health
from shim.page.answer import said
from shim.page.asked import body_of, read
from shim.page.outside import Outside
from shim.page.reading import Reading


@dataclass(frozen=True, slots=True)
class Deeds:
    """Handlers that change something, or tell what they would."""

    outside: Outside
    reading: Reading

    def routes(self) -> list[web.RouteDef]:
        """Their paths."""
        return [
            web.get("/api/flags/effect", self.effect),
            web.post("/api/flags", self.flip),
            web.post("/api/promote", self.climb),
            web.post("/api/holds/lift", self.lift),
            web.get("/api/accept/effect", self.would_accept),
            web.post("/api/accept", self.accept),
        ]

    async def effect(self, request: web.Request) -> web.Response:
        """What a flip would do."""
        wanted = read(flips.Flip, request.query)
        now = self.outside.clock()
        return said(await self.reading.ask(lambda store: flips.effect(store, wanted, self.outside.gates(), now)))

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
        done = await self.reading.write(
            lambda: gates.climb_now(outside.database, wanted, self.outside.gates(), outside.clock)
        )
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
            await self.reading.ask_slowly(
                lambda: acceptance.would_change(self.outside.database, wanted, self.outside.today())
            )
        )

    async def accept(self, request: web.Request) -> web.Response:
        """Accept a difference."""
        wanted = await body_of(request, acceptance.Proposal)
        file = self.outside.knowledge.accepted
        done = await self.reading.write(
            lambda: acceptance.accept_now(self.outside.database, wanted, file, self.outside.today())
        )
        return said(done)
