"""The front's process: both sides put together, from the settings to the drain.

Everything that wires addons lives here. Laws: the tap listens before the legacy asks for it, the front only when the
legacy answers (or has been waited for long enough); the flags are looked at four times a second; a signal, or the end
of whoever started it, lets what has begun end, then the recorder write, then nothing is left; a port that is left to
another is left without a refused connection, a broken answer or a connection closed under a client that may still ask.
"""

import asyncio
import contextlib
import gc
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from mitmproxy import http
from mitmproxy.proxy import mode_specs
from mitmproxy.proxy.context import Context

from addons import tap
from addons.certify import Certify
from addons.door import Door
from addons.front import FrontLayer
from addons.host import Host, Side, TopLayer, settled
from addons.onward import Onward
from addons.record import FrontRecord, Record, TapRecord
from addons.remote import Remote
from addons.route import Route
from addons.veil import Veil
from addons.watch import FlagWatch, MirrorWatch, watching
from addons.way import Target
from addons.writes import Writes
from shim.recorder import Recorder
from shim.refusal import STATUS, refusal
from shim.run.mirror import Copy, Mirror
from shim.run.settings import FrontSettings
from shim.state import StateFiles

log = logging.getLogger(__name__)

# The recorder's thread must not hold the interpreter while a chunk waits.
SWITCH_SECONDS = 0.0005
LOOK_FOR_LEGACY = 0.01
LOOK_FOR_LAST = 0.05
FLUSH_SECONDS = 8.0  # whoever started this process waits ten


def refused(request: http.Request, message: str) -> http.Response:
    """The front's own answer."""
    body = refusal(request.path, message)
    return http.Response.make(STATUS, body, {"Content-Type": "application/json", "Connection": "close"})


class Serving:
    """Front and tap of one process.

    Args:
        settings: What there is to serve.
        recorder: Takes what passes, or None.
    """

    def __init__(self, settings: FrontSettings, recorder: Recorder | None) -> None:
        self.settings, self.recorder = settings, recorder
        self.host = Host(settled())
        legacy = Target("legacy", settings.legacy_address)
        native = Target("native", ("127.0.0.1", settings.native)) if settings.native else None
        self.route = Route(legacy, native)
        self.mirror = _mirror(settings)
        files = StateFiles(settings.config_path) if settings.config_path else None
        self.writes = Writes(recorder, files, self.mirror)
        self.onward = Onward(settings.environment, settings.tap_port)
        self.records: list[Record] = []
        self.parting = asyncio.Event()

    def front(self) -> Side:
        """What clients connect to."""
        settings, legacy = self.settings, self.settings.legacy_address
        record = FrontRecord(self.recorder, tapped=settings.tap is not None)
        self.records.append(record)
        veil = []
        if self.mirror is not None:
            disguises = [settings.disguise(copy) for copy in settings.copies]
            veil = [Veil(self.mirror, disguises, settings.front_port)]

        def top(context: Context) -> FrontLayer:
            context.server.address = legacy
            return FrontLayer(context, refused, self.parting.is_set)

        door = []
        outermost: TopLayer = top
        if settings.tls_certificate:
            door = [Door(settings.tls_certificate, settings.tls_key, top)]
            outermost = door[0].top
        amp_is_local = self.mirror.amp_is_local if self.mirror else bool
        mode = mode_specs.ProxyMode.parse(f"reverse:http://{legacy[0]}:{legacy[1]}")
        return Side("front", mode, outermost, [*door, Remote(amp_is_local), self.route, *veil, self.writes, record])

    def tap(self) -> Side:
        """What the legacy calls providers through."""
        settings = self.settings
        record = TapRecord(self.recorder)
        self.records.append(record)
        certify = Certify(Path(settings.key), Path(settings.certificate), Path(settings.trusted))
        egress = tap.Egress(self.onward)
        return Side("tap", mode_specs.ProxyMode.parse("socks5"), tap.top, [tap.Peel(), certify, egress, record])

    @property
    def busy(self) -> int:
        """How many are being served; a quiet WebSocket is nobody."""
        return self.records[-1].busy

    async def run(self, stop: asyncio.Event) -> int:
        """Serve until told to stop. Returns how many had to be cut off."""
        settings = self.settings
        if settings.tap is not None:
            await self.host.listen(_adopt(settings.tap), self.tap())
        async with self._watches():
            await _reachable(settings.legacy_address, settings.wait, stop)
            await self.host.listen(_adopt(settings.front), self.front())
            gc.collect()
            gc.freeze()
            say("ready")
            await _first(stop, self.parting)
            await self._part(stop)
            cut = await self.host.drain(lambda: self.busy, settings.drain)
            self.onward.close()
            if self.recorder is not None and not self.recorder.close(FLUSH_SECONDS):
                log.warning("the recorder did not finish in time")
            return cut

    async def _part(self, stop: asyncio.Event) -> None:
        """Leave the port to another: return when the last client has gone over, or when told to stop.

        An idle connection has as long as a drain may take to ask once more; what has begun takes as long as it takes.
        """
        if stop.is_set():
            return
        self.host.refuse("front")
        say("parting")
        loop = asyncio.get_running_loop()
        end = loop.time() + self.settings.drain
        while self.host.connected("front") and not stop.is_set() and (self.busy or loop.time() < end):  # noqa: ASYNC110  # as in a drain
            await asyncio.sleep(LOOK_FOR_LAST)

    @contextlib.asynccontextmanager
    async def _watches(self) -> AsyncIterator[None]:
        flags = FlagWatch(self.settings, self.route, lambda: say("wants native"))
        async with watching(flags), watching(MirrorWatch(self.mirror, self.route)):
            yield


def _mirror(settings: FrontSettings) -> Mirror | None:
    if settings.config_path is None:
        return None
    mirror = Mirror(settings.config_path, [Copy(Path(c.path), settings.disguise(c)) for c in settings.copies])
    mirror.resume()
    return mirror


def _adopt(descriptor: int) -> socket.socket:
    """A socket that was bound by whoever started this process."""
    return socket.socket(fileno=descriptor)


async def _reachable(address: tuple[str, int], wait: float, stop: asyncio.Event) -> None:
    """Wait until somebody listens there, for so many seconds at most."""
    loop = asyncio.get_running_loop()
    end = loop.time() + wait
    while loop.time() < end and not stop.is_set():
        try:
            _, writer = await asyncio.open_connection(*address)
        except OSError:
            await asyncio.sleep(LOOK_FOR_LEGACY)
            continue
        writer.close()
        return


async def _first(*events: asyncio.Event) -> None:
    """Wait until one of them is set."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for each in waiting:
        each.cancel()


def say(word: str) -> None:
    """Tell whoever started this process."""
    sys.stdout.write(json.dumps({"front": word}) + "\n")
    sys.stdout.flush()


def eager(loop: asyncio.AbstractEventLoop, coroutine: object, **options: object) -> "asyncio.Task[object]":
    """Makes tasks that begin at once: what need not wait never takes a turn of the loop."""
    return asyncio.Task(coroutine, loop=loop, **{**options, "eager_start": True})  # type: ignore[arg-type]


async def serve(settings: FrontSettings, recorder: Recorder | None, lifeline: int) -> int:
    """Serve until a signal comes, or the lifeline's other end is gone; SIGQUIT leaves the port to another first."""
    loop = asyncio.get_running_loop()
    loop.set_task_factory(eager)  # type: ignore[arg-type]  # typeshed knows fewer arguments than loops give
    sys.setswitchinterval(SWITCH_SECONDS)
    stop, serving = asyncio.Event(), Serving(settings, recorder)
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    loop.add_signal_handler(signal.SIGQUIT, serving.parting.set)

    def hear() -> None:
        if not os.read(lifeline, 4096):
            loop.remove_reader(lifeline)
            stop.set()

    loop.add_reader(lifeline, hear)
    return await serving.run(stop)
