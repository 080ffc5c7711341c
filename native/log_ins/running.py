"""Every log-in of a server: begun, going on behind its answer, ended with the server.

Laws: one desk a service; what goes on behind an answer is never lost sight of; a port that a provider sends browsers to
is open only while a log-in waits for one, and only on this machine.
"""

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from native.log_ins import log_in_of
from native.log_ins.forwarder import Forwarder
from native.log_ins.journey import Journey, LogIn, LogInError, NotBegunError
from native.log_ins.sessions import Sessions

if TYPE_CHECKING:
    from native.service import Service

type Json = dict[str, Any]

LOG = logging.getLogger(__name__)
SHELF = "log-ins"
"""Where a service keeps its log-ins."""
TRUE = frozenset({"1", "true", "yes", "on"})


class LogIns:
    """The log-ins of one service.

    Attributes:
        sessions: How each stands.
    """

    def __init__(self, service: "Service") -> None:
        self._service = service
        self.sessions = Sessions(service.kit.clock.now)
        self._tasks: set[asyncio.Task[None]] = set()
        self._forwarders: dict[int, Forwarder] = {}
        service.closing.append(self.close)

    def journey(self, query: Mapping[str, str]) -> Journey:
        """A log-in that nobody has begun yet."""
        return Journey(self._service, self.sessions, query)

    async def begin(self, name: str, query: Mapping[str, str]) -> Json:
        """Begin a log-in; what the client is told.

        Raises:
            KeyError: Nobody knows how.
            NotBegunError: It could not begin.
        """
        way, journey = log_in_of(name), self.journey(query)
        said = await way.begin(journey)
        self.sessions.open(journey.state, way.provider)
        forwarder = None
        if way.port and self._comes_back(journey):
            forwarder = await self._forward(way)
        task = asyncio.create_task(self._finish(way, journey, forwarder))
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, journey.state))
        return {"status": "ok", **said, "state": journey.state}

    def _comes_back(self, journey: Journey) -> bool:
        """Whether a browser on this machine is to be met at the provider's port; Kiro's log-in at AWS brings none."""
        if not self._service.settings.callback_ports or journey.wanted("is_webui").lower() not in TRUE:
            return False
        return not journey.state.startswith("kiro-") or journey.wanted("method").lower() in {"google", "github"}

    async def _forward(self, way: LogIn) -> Forwarder:
        config = self._service.config
        port = self._service.settings.port or config.port
        more = {"status": "error"} if way.provider == "iflow" else {}
        if port <= 0:
            raise NotBegunError(500, "callback server unavailable", **more)
        if (before := self._forwarders.pop(way.port, None)) is not None:
            await before.close()
        found = Forwarder(way.port, f"{'https' if config.tls.enable else 'http'}://127.0.0.1:{port}{way.back}")
        try:
            await found.open()
        except OSError as error:
            raise NotBegunError(500, "failed to start callback server", **more) from error
        self._forwarders[way.port] = found
        return found

    async def _finish(self, way: LogIn, journey: Journey, forwarder: Forwarder | None) -> None:
        try:
            await way.finish(journey)
        except LogInError as error:
            LOG.info("the log-in at %s failed: %s", way.provider, error)
            self.sessions.say(journey.state, str(error))
        else:
            self.sessions.complete(journey.state)
            if way.ends_all:
                self.sessions.complete_all(way.provider)
        finally:
            if forwarder is not None:
                if self._forwarders.get(way.port) is forwarder:
                    del self._forwarders[way.port]
                await forwarder.close()

    def _ended(self, state: str, task: asyncio.Task[None]) -> None:
        """Nobody waits for ever for a log-in that broke."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            LOG.error("a log-in broke", exc_info=error)
            self.sessions.say(state, "Authentication failed")

    async def close(self) -> None:
        """End every log-in that still waits."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def log_ins_of(service: "Service") -> LogIns:
    """The log-ins of a service."""
    shelves = service.kit.shelves
    if SHELF not in shelves:
        shelves[SHELF] = LogIns(service)
    found: LogIns = shelves[SHELF]
    return found
