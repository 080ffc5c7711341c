"""mitmproxy's proxy core on listeners of our own: connections, their hooks, and the drain.

Everything that stands between a socket and an addon's hook lives here. Laws: an addon that fails is reported and
passed over, never the request; hooks that are plain functions run at once, without a task or a turn of the loop, so
that addons cost a request next to nothing; draining ends listeners first, then waits for what is still being said.
"""

import asyncio
import logging
import socket
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from mitmproxy import options
from mitmproxy.proxy import commands, events, layer, mode_specs, server
from mitmproxy.proxy.context import Context

log = logging.getLogger(__name__)

type Hook = Callable[[Any], None]
type TopLayer = Callable[[Context], layer.Layer]

HOOKS = (
    "client_connected",
    "client_disconnected",
    "error",
    "http_connect_upstream",
    "next_layer",
    "request",
    "requestheaders",
    "response",
    "responseheaders",
    "server_connect",
    "socks5_auth",
    "tcp_end",
    "tcp_error",
    "tcp_message",
    "tcp_start",
    "tls_clienthello",
    "tls_failed_server",
    "tls_start_client",
    "tls_start_server",
)
# A response's end lets the client's next, pipelined request through; the connection it came by must be done first.
DEFERRED = frozenset({"response"})
MOST_CONNECTIONS = 10_000
BACKLOG = 1024
FOREVER = 10**7


def settled(**overrides: Any) -> options.Options:
    """Mitmproxy's options as front and tap need them: nothing added, dropped, checked or held back."""
    chosen: dict[str, tuple[type, Any]] = {
        "store_streamed_bodies": (bool, False),
        "connection_strategy": (str, "lazy"),
        "stream_large_bodies": (str | None, None),  # type: ignore[dict-item]  # mitmproxy's own spelling of a type
        "body_size_limit": (str | None, None),  # type: ignore[dict-item]  # as above
        "keep_host_header": (bool, True),
        "proxy_debug": (bool, False),
        "normalize_outbound_headers": (bool, True),
        "validate_inbound_headers": (bool, False),
    }
    opts = options.Options()
    for name, (kind, value) in chosen.items():
        opts.add_option(name, kind, value, "")
    # WebSockets are passed on as the bytes they are; their messages are read beside the way, not on it.
    opts.update(websocket=False, rawtcp=True, tcp_timeout=FOREVER, **overrides)  # type: ignore[no-untyped-call]  # theirs
    return opts


def hooks_of(addons: Iterable[object]) -> dict[str, tuple[Hook, ...]]:
    """The hooks that these addons have, by name, in the addons' order."""
    found = {name: tuple(getattr(a, name) for a in addons if hasattr(a, name)) for name in HOOKS}
    return {name: calls for name, calls in found.items() if calls}


@dataclass(slots=True)
class Side:
    """One kind of listener: what its connections speak, and the addons that see them.

    Attributes:
        name: `front` or `tap`.
        mode: mitmproxy's name for it.
        top: Makes a connection's outermost layer.
        addons: In the order in which their hooks run.
    """

    name: str
    mode: mode_specs.ProxyMode
    top: TopLayer
    addons: list[object]
    hooks: dict[str, tuple[Hook, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.hooks = hooks_of(self.addons)

    def run(self, name: str, data: Any) -> None:
        """Run the hooks of this name; one that fails is reported and passed over."""
        for call in self.hooks.get(name, ()):
            try:
                call(data)
            except Exception:  # the law of this module: an addon's failure is never the request's
                log.exception("%s: an addon failed in %s and was passed over", self.name, name)


class Immediate:
    """Stands before the outermost layer and completes hooks on the spot."""

    def __init__(self, inner: layer.Layer, side: Side) -> None:
        self.inner, self.side, self.context = inner, side, inner.context

    def handle_event(self, event: events.Event) -> Iterator[commands.Command]:
        """As a layer's: events in, commands out."""
        for command in self.inner.handle_event(event):
            if isinstance(command, commands.StartHook) and command.name not in DEFERRED:
                self.side.run(command.name, command.args()[0])
                if command.blocking:
                    yield from self.handle_event(events.HookCompleted(command, None))
            else:
                yield command


class Connection(server.LiveConnectionHandler):
    """A client's connection and those made for it."""

    def __init__(
        self, side: Side, opts: options.Options, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        super().__init__(reader, writer, opts, side.mode)
        self.side = side
        # Many streams of one HTTP/2 connection may each need a connection of their own.
        self.max_conns = defaultdict(lambda: asyncio.Semaphore(MOST_CONNECTIONS))
        self.layer = Immediate(side.top(self.layer.context), side)  # type: ignore[assignment]  # speaks as a layer does

    async def handle_hook(self, hook: commands.StartHook) -> None:
        """Run one of the few hooks that do not come from a layer, or must wait a turn."""
        with self.timeout_watchdog.disarm():
            self.side.run(hook.name, hook.args()[0])


class Host:
    """Listens, and knows what is being said.

    Args:
        opts: mitmproxy's options, see `settled`.
    """

    def __init__(self, opts: options.Options) -> None:
        self.options = opts
        self._servers: dict[str, asyncio.Server] = {}
        self._connections: dict[str, set[asyncio.Task[None]]] = defaultdict(set)

    async def listen(self, sock: socket.socket, side: Side) -> None:
        """Accept connections for this side on a bound socket."""

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None  # noqa: S101  # asyncio runs this as a task
            self._connections[side.name].add(task)
            try:
                await Connection(side, self.options, reader, writer).handle_client()
            finally:
                self._connections[side.name].discard(task)

        self._servers[side.name] = await asyncio.start_server(accept, sock=sock, backlog=BACKLOG)

    def refuse(self, side: str) -> None:
        """Accept no more connections for a side; who knocks is somebody else's where the socket is held elsewhere."""
        self._servers[side].close()

    def connected(self, side: str) -> int:
        """How many connections of a side are open."""
        return len(self._connections[side])

    async def drain(self, busy: Callable[[], int], patience: float) -> int:
        """Stop listening, wait until nobody is being served or time is up.

        Args:
            busy: How many are being served.
            patience: Seconds to wait for them.

        Returns:
            How many were cut off.
        """
        for listener in self._servers.values():
            listener.close()
        loop = asyncio.get_running_loop()
        end = loop.time() + patience
        while busy() and loop.time() < end:  # noqa: ASYNC110  # who is busy is read off flows, nobody says when
            await asyncio.sleep(0.02)
        cut = busy()
        tasks = [task for open_ones in self._connections.values() for task in open_ones]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=1)
        return cut
