"""Where clients come in: a port of our own or a socket that was given, and how clients are left to whoever comes next.

Everything about the listening socket lives here. Laws: a socket that was given stays open for others, and who knocks
meanwhile waits in its queue; a server that hands over breaks nothing off: each answer says that it is its connection's
last, and an idle connection may ask once more for a while.
"""

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from ssl import SSLContext

from aiohttp import web

FIRST_GIVEN = 3
"""The first descriptor that systemd passes, see sd_listen_fds(3)."""
BACKLOG = 1024
IDLE_SECONDS = 30.0
"""How long an idle connection may still ask once more while the port is handed over."""
LONGEST_SECONDS = 3600.0
"""How long what has begun may take to end then."""
_LOOK_SECONDS = 0.05


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
    runner: web.AppRunner,
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


class Parting:
    """Tells clients that another serves the port from now on.

    Attributes:
        begun: Whether it does.
    """

    def __init__(self) -> None:
        self.begun = False

    async def tell(self, request: web.Request, response: web.StreamResponse) -> None:
        """Make an answer its connection's last; aiohttp calls this before each goes out."""
        del request
        if self.begun and response.status != HTTPStatus.SWITCHING_PROTOCOLS:
            response.headers["Connection"] = "close"
            response.force_close()

    async def hand_over(
        self,
        runner: web.AppRunner,
        site: web.BaseSite,
        leave: Callable[[], Awaitable[None]],
        idle: float = IDLE_SECONDS,
    ) -> None:
        """Accept nobody any more, and return when the last connection has ended.

        Args:
            runner: The server.
            site: Where it listens.
            leave: Called when what waits for a client is to let go.
            idle: Seconds that an idle connection may still ask once more.
        """
        server = runner.server
        assert server is not None  # noqa: S101 - it has been set up
        self.begun = True
        await site.stop()
        loop = asyncio.get_running_loop()
        end = loop.time() + idle
        while server.connections and loop.time() < end:  # noqa: ASYNC110 - aiohttp tells nobody when one ends
            await asyncio.sleep(_LOOK_SECONDS)
        server.pre_shutdown()
        await leave()
        await server.shutdown(LONGEST_SECONDS)
