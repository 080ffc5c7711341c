"""The migration, running: front and tap, the binary, native beside it, and what follows the recording.

Everything about the order in which these start and end lives here. Laws: whoever answers the front outlives it; the
clients' socket is not ours, who passes it keeps it.
"""

import asyncio
import logging
import signal
import sys
from collections.abc import Mapping

from shim.run.companions import Context, companions
from shim.run.plan import Plan
from shim.run.supervise import Program, Supervised
from shim.run.wishes import Wishes

log = logging.getLogger("shim.run")

COMPANIONS_AFTER = 3.0  # seconds: clients that waited come first
PATIENCE = 10.0  # seconds that a process is given to end, beyond the drain
LONGEST = 3600.0  # seconds that what has begun may take where the port is left to another
METERED = {"QUOTIO_METRICS": "true"}  # the page tells what native tells it, unless the user says otherwise
_LOOK = 0.05


class Migrating:
    """What was planned, running.

    Args:
        planned: What to start.
        wishes: The command line.
        ours: Our environment, for what is ours.
    """

    def __init__(self, planned: Plan, wishes: Wishes, ours: Mapping[str, str]) -> None:
        self._plan, self._wishes = planned, wishes
        self._opened = asyncio.Event()
        environment = planned.environment
        self._legacy = Supervised(Program("the legacy", planned.legacy, environment)) if planned.legacy else None
        natives = {**METERED, **environment} if wishes.page else environment
        self._native = Supervised(Program("native", planned.native, natives)) if planned.native else None
        descriptors = [sock.fileno() for sock in planned.sockets]
        front = Program("the front", _front_command(), ours, descriptors, planned.settings.dump())
        self._front = Supervised(front, self._heard)
        self._companions = [Supervised(one) for one in companions(Context(wishes, planned.settings, ours))]

    def start(self) -> None:
        """Start what there is."""
        if self._legacy:
            self._legacy.start()
        self._front.start()
        if self._wishes.native:
            self._begin_native()

    async def start_answering(self, patience: float) -> bool:
        """Start, but let clients in only when the legacy answers; False where it did not within so many seconds."""
        if self._legacy:
            self._legacy.start()
        try:
            async with asyncio.timeout(patience):
                while not await answers(self._plan.settings.legacy_address):  # noqa: ASYNC110  # it tells nobody
                    await asyncio.sleep(_LOOK)
                self.start()
                await self._opened.wait()
        except TimeoutError:
            return False
        return True

    async def opened(self) -> None:
        """Wait until clients are let in."""
        await self._opened.wait()

    async def leave(self) -> None:
        """Leave the port to another that serves it already; return when the last has gone over and all has ended."""
        for companion in self._companions:
            await companion.end(PATIENCE)
        await self._front.end(LONGEST, signal.SIGQUIT)
        await self._end_rest(PATIENCE)

    async def end(self, patience: float | None = None) -> None:
        """Let the front drain, then end who answers it; last, what they wrote goes to the user's file."""
        await self._front.end(self._wishes.drain + PATIENCE if patience is None else patience)
        await self._end_rest(PATIENCE if patience is None else patience)

    async def _end_rest(self, patience: float) -> None:
        for sock in (*self._plan.sockets[1:], *self._plan.reserved):
            sock.close()
        rest = [process for process in (self._native, self._legacy, *self._companions) if process]
        await asyncio.gather(*(process.end(patience) for process in rest))
        if self._plan.mirror:
            self._plan.mirror.settle()

    def _heard(self, line: bytes) -> None:
        if b'"ready"' in line:
            self._opened.set()
            self._tell()
            for companion in self._companions:
                after = COMPANIONS_AFTER if companion.program.niceness else 0  # the guard stands back for nobody
                asyncio.get_running_loop().call_later(after, companion.start)
        elif b'"wants native"' in line:
            self._begin_native()

    def _begin_native(self) -> None:
        if self._native:
            self._native.start()

    def _tell(self) -> None:
        settings, trust = self._plan.settings, self._plan.authority
        log.info("%s is the front; the legacy is %s", self._plan.address, settings.legacy)
        if trust is None:
            log.info("there is no tap: exchanges are recorded, and not judged")
        elif not self._plan.legacy:
            log.info("the tap is socks5://127.0.0.1:%d: name it as the legacy's proxy-url and", settings.tap_port)
            log.info("  start the legacy with SSL_CERT_FILE=%s", trust.bundle)
        if trust is not None and self._wishes.config is not None:
            from shim.run.bypass import auth_dir_of, bypassing  # noqa: PLC0415  # clients come first

            for file, proxy in bypassing(auth_dir_of(self._wishes.config)).items():
                log.warning(
                    "%s names its own proxy, %s: its calls do not pass the tap, and are not judged", file, proxy
                )


def _front_command() -> list[str]:
    return [sys.executable, "-m", "addons"]


async def answers(address: tuple[str, int]) -> bool:
    """Whether somebody listens there."""
    try:
        _, writer = await asyncio.open_connection(*address)
    except OSError:
        return False
    writer.close()
    return True
