"""`shim run` itself: it holds the clients' socket, and lets either the migration or native alone serve it.

Everything that changes one for the other lives here. Laws: the next accepts clients before the last stops to, so that
nobody is refused; log-ins are renewed by the binary for as long as it runs and by native afterwards, never by both;
what does not come up changes nothing.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Mapping

from shim.cutover.phases import Event, Phase
from shim.flags.table import Mode
from shim.run import plan as planning
from shim.run.alone import Alone
from shim.run.migrating import Migrating, answers
from shim.run.orders import Keeper, Orders
from shim.run.wishes import PlanError, Wishes, attached

log = logging.getLogger("shim.run")

LOOK = 0.2  # seconds between two looks at what is ordered
LOOK_FOR_BINARY = 2.0
READY_SECONDS = 60.0  # that the next is given to let clients in


class Running:
    """A `shim run`.

    Args:
        wishes: The command line.
        environment: Ours.

    Raises:
        PlanError: It cannot be started.
    """

    def __init__(self, wishes: Wishes, environment: Mapping[str, str]) -> None:
        self._wishes, self._environment = wishes, environment
        self._leaving: asyncio.Task[None] | None = None
        self._before: Migrating | Alone | None = None
        self._coming: Migrating | Alone | None = None
        with contextlib.ExitStack() as opened:
            self._orders = Orders(wishes.data_dir)
            opened.callback(self._orders.close)
            self._clients = opened.enter_context(planning.clients(wishes))
            self._scene = self._alone() if self._orders.phase().natives else self._migrating()
            opened.pop_all()  # what did not come up leaves nothing open

    async def run(self) -> None:
        """Run until a signal says to end; a second one insists."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        heeding = self._hold()
        await self._first()
        following = asyncio.ensure_future(self._follow()) if heeding else None
        await stop.wait()
        if following:
            following.cancel()
        stop.clear()
        ending = asyncio.ensure_future(self._end())
        insisting = asyncio.ensure_future(stop.wait())
        await asyncio.wait([ending, insisting], return_when=asyncio.FIRST_COMPLETED)
        insisting.cancel()
        if not ending.done():
            ending.cancel()
            await self._end(patience=0.1)
        self._orders.close()

    async def _first(self) -> None:
        """Start whoever serves by what the log says."""
        if isinstance(self._scene, Alone):
            self._leaving = asyncio.ensure_future(self._settle(None))
        elif not await self._orders.renewals_to(Mode.LEGACY):
            log.warning("a native that was left over is still renewing a log-in; the binary is started beside it")
        self._scene.start()

    async def _end(self, patience: float | None = None) -> None:
        self._clients.close()
        scenes = [scene for scene in (self._scene, self._before, self._coming) if scene]
        await asyncio.gather(*(scene.end(patience) for scene in scenes))
        if self._leaving:
            self._leaving.cancel()

    async def _follow(self) -> None:
        """Do what is ordered, one thing after the other."""
        while True:
            await asyncio.sleep(LOOK)
            try:
                await self._obey(self._orders.phase())
            except Exception:  # what goes wrong with an order must never end who serves
                log.exception("an order could not be followed; it is tried again")
                await asyncio.sleep(LOOK_FOR_BINARY)

    async def _obey(self, phase: Phase) -> None:
        if phase is Phase.ORDERED and isinstance(self._scene, Migrating):
            await self._seal(self._scene)
        elif phase is Phase.UNDOING and isinstance(self._scene, Alone):
            await self._bring_back(self._scene)
        elif phase is Phase.UNDOING:
            await self._orders.happened(Event.BACK)

    # ---- native takes the port -----------------------------------------------------------------------------------

    async def _seal(self, migrating: Migrating) -> None:
        await migrating.opened()
        await self._left()
        try:
            alone = self._alone()
        except PlanError as error:
            await self._failed(Event.FAILED, str(error))
            return
        self._coming = alone
        alone.start()
        if not await alone.ready(READY_SECONDS):
            await alone.end()
            await self._failed(Event.FAILED, f"native did not come up within {READY_SECONDS:g} s")
            return
        if await self._orders.happened(Event.TAKEN) is not Phase.TAKEN:  # it was undone meanwhile
            await alone.leave()
            return
        self._before, self._scene, self._coming = migrating, alone, None
        self._leaving = asyncio.ensure_future(self._settle(migrating))

    async def _settle(self, migrating: Migrating | None) -> None:
        """See the front and the binary off; then native renews log-ins."""
        if migrating is not None:
            await migrating.leave()
        if self._wishes.legacy:
            address = attached(self._wishes)
            while await answers(address):
                log.info("native has the port: end the binary, so that native can renew log-ins in its stead")
                await asyncio.sleep(LOOK_FOR_BINARY)
        self._before = None
        if await self._orders.happened(Event.GONE) is Phase.SEALED:
            await self._orders.renewals_to(Mode.NATIVE)
            log.info("the cut-over is sealed; `shim cutover --undo` brings the binary back")

    # ---- and gives it back ---------------------------------------------------------------------------------------

    async def _bring_back(self, alone: Alone) -> None:
        await self._left()
        if not await self._orders.renewals_to(Mode.LEGACY):
            await self._failed(Event.NO_BINARY, "native is renewing a log-in and does not come to an end")
            return
        try:
            migrating = self._migrating()
        except (PlanError, OSError) as error:
            await self._stay_alone(str(error))
            return
        self._coming = migrating
        if not await migrating.start_answering(READY_SECONDS):
            await migrating.end()
            await self._stay_alone(f"the binary did not answer within {READY_SECONDS:g} s")
            return
        await self._orders.happened(Event.BACK)
        self._before, self._scene, self._coming = alone, migrating, None
        self._leaving = asyncio.ensure_future(alone.leave())

    async def _stay_alone(self, why: str) -> None:
        await self._failed(Event.NO_BINARY, why)
        await self._orders.renewals_to(Mode.NATIVE)

    # ---- what both need ------------------------------------------------------------------------------------------

    async def _left(self) -> None:
        """Hurry whoever is still leaving the port: two of a kind never run at once."""
        if self._before is not None:
            await self._before.end()
            self._before = None
        if self._leaving is not None:
            self._leaving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._leaving
            self._leaving = None

    async def _failed(self, event: Event, why: str) -> None:
        log.warning("%s; whoever served goes on", why)
        await self._orders.happened(event, why)

    def _alone(self) -> Alone:
        return Alone(self._wishes, self._clients, self._environment, sys.executable)

    def _migrating(self) -> Migrating:
        wishes, ours = self._wishes, self._environment
        return Migrating(planning.plan(wishes, ours, sys.executable, self._clients), wishes, ours)

    def _hold(self) -> bool:
        """Say what runs here; whether it is this one that heeds orders."""
        wishes = self._wishes
        held = self._orders.hold(
            Keeper(
                pid=os.getpid(),
                config=str(wishes.config.absolute()) if wishes.config else "",
                legacy=str(wishes.legacy_bin or wishes.legacy),
                attached=wishes.legacy_bin is None,
                address=_address(self._clients),
            )
        )
        if not held:
            log.warning("another `shim run` works in %s: it heeds `shim cutover`, this one does not", wishes.data_dir)
        return held


def _address(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"{host}:{port}"
