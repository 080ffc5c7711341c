"""A provider that speaks HTTP/2, as most do: what it is asked and says is what the HTTP/1.1 side of the proxy has.

One connection each. Laws: an answer that was broken off is broken off by resetting its stream, as a provider's is;
nobody is sent more than they said they take.
"""

import asyncio
import contextlib
from collections.abc import Callable

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RequestReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import ProtocolError

from shim.exchange import Request, Response

type Answer = Callable[[Request], Response]


class Http2(asyncio.Protocol):
    """A connection.

    Args:
        origin: Scheme and host of who is spoken for.
        answer: What a request gets.
        own: Headers that the connection makes itself.
        delay: Seconds between chunks where a recording names none.
    """

    def __init__(self, origin: str, answer: Answer, own: frozenset[str], delay: float) -> None:
        self._origin, self._answer, self._own, self._delay = origin, answer, own, delay
        self._connection = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self._transport: asyncio.Transport | None = None
        self._asked: dict[int, tuple[list[tuple[str, str]], bytearray]] = {}
        self._answering: dict[int, asyncio.Task[None]] = {}
        self._room = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The handshake is over: say what we take."""
        self._transport = transport  # type: ignore[assignment] # a stream's is a Transport
        self._connection.initiate_connection()
        self._flush()

    def connection_lost(self, _error: Exception | None) -> None:
        """Whoever asked is gone."""
        for task in self._answering.values():
            task.cancel()

    def data_received(self, data: bytes) -> None:
        """Frames came."""
        try:
            for event in self._connection.receive_data(data):
                self._heard(event)
        except ProtocolError:
            self._close()
        self._flush()

    def _heard(self, event: Event) -> None:
        match event:
            case RequestReceived(stream_id=int(stream), headers=headers):
                self._asked[stream] = ([(str(name), str(value)) for name, value in headers or ()], bytearray())
            case DataReceived(stream_id=int(stream), data=data, flow_controlled_length=length):
                self._asked[stream][1].extend(data or b"")
                self._connection.acknowledge_received_data(length or 0, stream)
            case StreamEnded(stream_id=int(stream)):
                self._answering[stream] = asyncio.ensure_future(self._say(stream))
            case StreamReset(stream_id=int(stream)):
                if task := self._answering.pop(stream, None):
                    task.cancel()
            case WindowUpdated():
                self._room.set()
            case ConnectionTerminated():
                self._close()

    async def _say(self, stream: int) -> None:
        pairs, body = self._asked.pop(stream)
        said = {name: value for name, value in pairs if name.startswith(":")}
        headers = tuple((name, value) for name, value in pairs if not name.startswith(":"))
        found = self._answer(Request(said[":method"], self._origin + said[":path"], headers, bytes(body)))
        with contextlib.suppress(ProtocolError):  # whoever asked may have turned away meanwhile
            await self._play(stream, found)
        self._answering.pop(stream, None)
        self._flush()

    async def _play(self, stream: int, found: Response) -> None:
        if found.status:
            kept = [(name.lower(), value) for name, value in found.headers if name.lower() not in self._own]
            if len(found.chunks) <= 1 and found.complete:
                kept.append(("content-length", str(len(found.body))))
            self._connection.send_headers(stream, [(":status", str(found.status)), *kept])
            self._flush()
        for chunk in found.chunks:
            await self._send(stream, chunk)
            await asyncio.sleep(found.delay or self._delay)
        if found.complete and found.status:
            self._connection.end_stream(stream)
        else:
            self._connection.reset_stream(stream, ErrorCodes.INTERNAL_ERROR)

    async def _send(self, stream: int, data: bytes) -> None:
        at = 0
        while at < len(data):
            size = min(self._connection.local_flow_control_window(stream), self._connection.max_outbound_frame_size)
            if size <= 0:
                self._room.clear()
                await self._room.wait()
                continue
            self._connection.send_data(stream, data[at : at + size])
            self._flush()
            at += size

    def _flush(self) -> None:
        data = self._connection.data_to_send()
        if data and self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Undecided(asyncio.Protocol):
    """Keeps what comes behind a handshake until it is known who is to read it."""

    def __init__(self) -> None:
        self.kept = bytearray()
        self.over = False

    def data_received(self, data: bytes) -> None:
        """Early bytes."""
        self.kept += data

    def connection_lost(self, _error: Exception | None) -> None:
        """It ended before."""
        self.over = True
