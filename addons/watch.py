"""What is looked at while traffic flows: flags, and the configuration's copies.

Everything that looks again and again lives here. Laws: a look costs next to nothing where nothing changed; one that
fails is reported once and tried again, what was last known stays in force.
"""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from addons.route import Route
from addons.way import Target
from shim.beside import beside
from shim.flags.ledger import Ledger
from shim.flags.sheet import SheetError, read_sheet
from shim.flags.table import Mode, Scope, Table, Value
from shim.run.mirror import Mirror
from shim.run.settings import FrontSettings

if TYPE_CHECKING:
    from shim.flags.holds import Hold

log = logging.getLogger(__name__)

EVERY = 0.2


class Watch(Protocol):
    """Something to look at."""

    async def begin(self) -> None:
        """Look for the first time."""
        ...

    def look(self) -> None:
        """Look again."""
        ...

    def end(self) -> None:
        """Look no more."""
        ...


@contextlib.asynccontextmanager
async def watching(watch: Watch) -> AsyncIterator[None]:
    """Look again and again for as long as the block runs."""

    async def keep_looking() -> None:
        failed = ""
        await watch.begin()
        while True:
            await asyncio.sleep(EVERY)
            try:
                watch.look()
                failed = ""
            except (OSError, sqlite3.Error, ValueError) as error:
                if str(error) != failed:
                    log.warning("%s: %s; what was last known stays in force", type(watch).__name__, error)
                failed = str(error)

    try:
        async with beside(keep_looking()):
            yield
    finally:
        watch.end()


def _natives() -> frozenset[str]:
    """What native has handlers for; loading its modules takes a while."""
    from shim.coverage import native_ids  # noqa: PLC0415  # as said above

    return native_ids()


class FlagWatch:
    """Tells the route which flags hold.

    Args:
        settings: Where they are kept, and the file to follow.
        route: Whom to tell.
        want_native: Called when a flag first asks for native.
    """

    def __init__(self, settings: FrontSettings, route: Route, want_native: Callable[[], None]) -> None:
        self._database = Path(settings.database) if settings.database else None
        self._sheet = Path(settings.flags_file) if settings.flags_file else None
        self._route, self._want_native = route, want_native
        self._ledger: Ledger | None = None
        self._stamp = 0
        self._said: list[tuple[Scope, Value]] = []  # what the file says
        self._held_back: list[Hold] = []
        self._wanted = False
        self._meeting: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Open the database."""
        if self._database is not None:
            await asyncio.sleep(0)
            self._ledger = Ledger.open(self._database)
            self.look()

    def look(self) -> None:
        """See whether flags changed."""
        if self._ledger is None:
            return
        table = self._ledger.news()
        if table is not None and self._held_back and self._ledger.held_back(self._said) != self._held_back:
            self._stamp = 0  # a hold was lifted: what the file says may be so now
        self._follow_sheet(self._ledger)
        if table is not None:
            self._hold(self._ledger.table())

    def end(self) -> None:
        """Close the database."""
        if self._meeting is not None:
            self._meeting.cancel()
        if self._ledger is not None:
            self._ledger.close()

    def _follow_sheet(self, ledger: Ledger) -> None:
        if self._sheet is None or not self._sheet.exists():
            return
        stamp = self._sheet.stat().st_mtime_ns
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._said = read_sheet(self._sheet)
            ledger.replace(self._said, who=str(self._sheet), why="the file changed")
        except SheetError as error:
            log.warning("%s", error)
        else:
            self._held_back = ledger.held_back(self._said)
            for hold in self._held_back:
                log.warning("%s stays at %s until `shim flags release`: %s", hold.scope, hold.value, hold.why)
        self._hold(ledger.table())

    def _hold(self, table: Table) -> None:
        self._route.table = table
        if not self._wanted and any(flag.value.mode in (Mode.CANARY, Mode.NATIVE) for flag in table.flags):
            self._wanted = True
            self._want_native()
            if self._route.native is not None:
                self._meeting = asyncio.ensure_future(self._meet(self._route.native))

    async def _meet(self, native: Target) -> None:
        """Send native requests once it listens: until then it is still starting, and has not failed."""
        handled = await asyncio.to_thread(_natives)
        while not await _listens(native):  # noqa: ASYNC110  # another process says nothing when it does
            await asyncio.sleep(EVERY)
        self._route.handled = handled


async def _listens(target: Target) -> bool:
    try:
        _, writer = await asyncio.open_connection(*target.address)
    except OSError:
        return False
    writer.close()
    return True


class MirrorWatch:
    """Keeps the configuration's copies in step.

    Args:
        mirror: What does; None where there is nothing to keep.
        route: Is told what the configuration says of providers.
    """

    def __init__(self, mirror: Mirror | None, route: Route) -> None:
        self._mirror, self._route = mirror, route

    async def begin(self) -> None:
        """Find what changed while nobody looked."""
        self.look()
        self._route.providers_in(self._mirror.text if self._mirror else "")

    def look(self) -> None:
        """See whether a file changed."""
        if self._mirror is not None and self._mirror.poll():
            self._route.providers_in(self._mirror.text)

    def end(self) -> None:
        """Find what was written last."""
        self.look()
