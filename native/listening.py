"""Where clients come in: a port of our own or a socket that was given, and how clients are left to whoever comes next.

Everything about the listening socket lives here. Laws: a socket that was given stays open for others, and who knocks
meanwhile waits in its queue; a server that hands over breaks nothing off: each answer says that it is its connection's
last, and an idle connection may ask once more for a while.
"""

import asyncio
import os
import socket
import sys
from collections.abc import Mapping
from http import HTTPStatus
from ssl import SSLContext
from typing import Any, Protocol

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_parser import RawRequestMessage

from native.logs.logs import Answering

FIRST_GIVEN = 3
"""The first descriptor that systemd passes, see sd_listen_fds(3)."""
BACKLOG = 1024
DRAIN_SECONDS = 30.0
"""How long what has begun may take to end when the server stops."""
IDLE_SECONDS = 30.0
"""How long an idle connection may still ask once more while the port is handed over."""
LONGEST_SECONDS = 3600.0
"""How long what has begun may take to end then."""
_LOOK_SECONDS = 0.05
_AT_ONCE = 1 << 20
"""Bytes of a body that may lie unread before its client is held up: agents' bodies are read whole anyway."""


class GivenError(Exception):
    """The socket that was to be given is none; the message says what was expected."""


def given(descriptor: int | None, environment: Mapping[str, str]) -> socket.socket | None:
    """The listening socket that whoever started this process passed; None where it is to open its own.

    Args:
        descriptor: Its number, where the command line names one.
        environment: For `LISTEN_FDS`, as systemd says it.

    Raises:
        GivenError: There is no socket of that number.
    """
    number = descriptor
    if number is None and environment.get("LISTEN_PID") == str(os.getpid()) and environment.get("LISTEN_FDS") == "1":
        number = FIRST_GIVEN
    if number is None:
        return None
    try:
        return socket.socket(fileno=os.dup(number))
    except OSError as error:
        raise GivenError(f"descriptor {number} is no socket that was passed to this process: {error}") from error


def site_on(
    runner: web.BaseRunner,
    sock: socket.socket | None,
    address: tuple[str, int],
    *,
    tls: SSLContext | None = None,
    shared: bool = False,
) -> web.BaseSite:
    """Where a server is to listen.

    Args:
        runner: The server.
        sock: The socket that was given, if one was.
        address: Where to listen otherwise.
        tls: For clients that speak TLS.
        shared: Whether several processes listen at that address.
    """
    if sock is not None:
        return web.SockSite(runner, sock, ssl_context=tls, backlog=BACKLOG)
    host, port = address
    return web.TCPSite(runner, host, port, ssl_context=tls, reuse_port=shared or None, backlog=BACKLOG)


def tell_ready() -> None:
    """Say on standard output that clients are let in: whoever gave the socket waits for it."""
    sys.stdout.write('{"native": "ready"}\n')
    sys.stdout.flush()


class Beside(Protocol):
    """What lives as long as a server does."""

    async def start(self) -> None:
        """Begin."""
        ...

    async def leave(self) -> None:
        """Let go of who waits for something."""
        ...

    async def close(self) -> None:
        """End."""
        ...


class Serving(web.ServerRunner):
    """Serves requests.

    Each goes straight to who answers them all: an application of aiohttp's would look for its one route first, at an
    eighth of what a small request costs.

    Args:
        handler: Who answers.
        beside: What starts and ends with the server.
        shutdown_timeout: Seconds that what has begun may take to end.
        more: What aiohttp's server is told besides.

    Attributes:
        parting: Whether another serves the port from now on: then each answer is its connection's last.
    """

    def __init__(
        self, handler: Answering, beside: Beside, *, shutdown_timeout: float = DRAIN_SECONDS, **more: Any
    ) -> None:
        self._handler, self._beside = handler, beside
        self._loop = asyncio.get_running_loop()
        self.parting = False
        server = web.Server(
            self._answer,
            request_factory=self._request,
            handler_cancellation=True,
            auto_decompress=False,
            read_bufsize=_AT_ONCE,
            **more,
        )
        super().__init__(server, shutdown_timeout=shutdown_timeout)

    def _request(
        self,
        message: RawRequestMessage,
        payload: StreamReader,
        protocol: web.RequestHandler,
        writer: AbstractStreamWriter,
        task: asyncio.Task[None],
    ) -> web.Request:
        if self.parting and not message.upgrade:
            message = message._replace(should_close=True)
        return web.Request(message, payload, protocol, writer, task, self._loop, client_max_size=0)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        assert isinstance(request, web.Request)  # noqa: S101 - `_request` makes them
        if "Expect" in request.headers:
            if request.headers["Expect"].lower() != "100-continue":
                return web.Response(status=HTTPStatus.EXPECTATION_FAILED)
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        response = await self._handler(request)
        if self.parting and not response.prepared:  # it was asked before another took over
            response.force_close()
        return response

    async def setup(self) -> None:
        """Begin what runs beside requests."""
        await self._beside.start()
        await super().setup()

    async def shutdown(self) -> None:
        """Let go of who waits; aiohttp calls this before it waits for what has begun."""
        await self._beside.leave()

    async def cleanup(self) -> None:
        """End everything."""
        await super().cleanup()
        await self._beside.close()

    async def hand_over(self, site: web.BaseSite, idle: float = IDLE_SECONDS) -> None:
        """Accept nobody any more, and return when the last connection has ended.

        Args:
            site: Where it listens.
            idle: Seconds that an idle connection may still ask once more.
        """
        server = self.server
        assert server is not None  # noqa: S101 - it has been set up
        self.parting = True
        await site.stop()
        loop = asyncio.get_running_loop()
        end = loop.time() + idle
        while server.connections and loop.time() < end:  # noqa: ASYNC110 - aiohttp tells nobody when one ends
            await asyncio.sleep(_LOOK_SECONDS)
        server.pre_shutdown()
        await self.shutdown()
        await server.shutdown(LONGEST_SECONDS)
