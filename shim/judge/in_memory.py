"""A connection without a socket: a client on one end, aiohttp's server on the other, in one loop.

So the judge runs the same code that serves, from the first byte of the request to the last of the answer, WebSockets
included, and costs no port and no system call. Law: bytes arrive in the pieces they were written in, and in order.
"""

import asyncio
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.client_proto import ResponseHandler

from native.h1 import Connection


class MemoryTransport(asyncio.Transport):
    """One end of a connection; what is written here arrives at the other end's protocol."""

    def __init__(self, loop: asyncio.AbstractEventLoop, own: asyncio.BaseProtocol) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2), "socket": None})
        self._loop = loop
        self._own = own
        self._closing = False
        self.peer: MemoryTransport | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Hand bytes to the other end, soon."""
        if data and not self._closing:
            self._loop.call_soon(self._deliver, bytes(data))

    def writelines(self, list_of_data: Any) -> None:
        """As one write, so that a piece stays a piece."""
        self.write(b"".join(list_of_data))

    def _deliver(self, data: bytes) -> None:
        peer = self.peer
        if peer is not None and not peer._lost and isinstance(peer._own, asyncio.Protocol):  # noqa: SLF001 - its own kind
            peer._own.data_received(data)  # noqa: SLF001

    _lost = False

    def close(self) -> None:
        """End both ways once what was written has arrived."""
        if not self._closing:
            self._closing = True
            self._loop.call_soon(self._end, None)

    def abort(self) -> None:
        """End both ways; aiohttp's reader sees a connection that broke."""
        self.close()

    def _end(self, error: Exception | None) -> None:
        for end in (self, self.peer):
            if end is not None and not end._lost:  # noqa: SLF001
                end._lost = end._closing = True  # noqa: SLF001
                end._own.connection_lost(error)  # noqa: SLF001

    def is_closing(self) -> bool:
        """Whether it has ended or is about to."""
        return self._closing

    def can_write_eof(self) -> bool:
        """Never: ends close both ways."""
        return False

    def get_write_buffer_size(self) -> int:
        """Nothing waits here."""
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing waits here."""

    def pause_reading(self) -> None:
        """What has been written arrives all the same: bodies of a case are small beside memory."""

    def resume_reading(self) -> None:
        """See `pause_reading`."""

    def get_protocol(self) -> asyncio.BaseProtocol:
        """The protocol at this end."""
        return self._own

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Put another protocol at this end, as a WebSocket's upgrade does."""
        self._own = protocol


def joined(client: asyncio.Protocol, server: asyncio.Protocol) -> None:
    """Have two protocols talk to each other."""
    loop = asyncio.get_running_loop()
    here, there = MemoryTransport(loop, client), MemoryTransport(loop, server)
    here.peer, there.peer = there, here
    server.connection_made(there)
    client.connection_made(here)


class MemoryConnector(aiohttp.BaseConnector):
    """An aiohttp connector that leads every request to one server in this process."""

    def __init__(self, server: web.Server) -> None:
        super().__init__(force_close=True)
        self._server = server

    async def _create_connection(self, _req: Any, _traces: Any, _timeout: Any) -> ResponseHandler:
        client = ResponseHandler(loop=asyncio.get_running_loop())
        joined(client, self._server())
        return client


class MemoryLine:
    """Leads to a server in this process.

    Args:
        server: Who answers.
        origin: How clients name it.
    """

    def __init__(self, server: web.Server, origin: str) -> None:
        self._server, self.origin = server, origin

    async def connect(self) -> Connection:
        """A connection of its own."""
        found = Connection(asyncio.get_running_loop())
        joined(found, self._server())
        return found

    def session(self) -> aiohttp.ClientSession:
        """A session whose requests all reach the server, whatever their host."""
        # a handshake cannot leave headers out by itself, so the session does
        return aiohttp.ClientSession(
            connector=MemoryConnector(self._server), auto_decompress=False, skip_auto_headers=("User-Agent",)
        )
