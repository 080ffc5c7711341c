"""HTTP/1 passed on as it came: answers keep their chunks, and a read is a write.

Everything that reads and writes HTTP/1 otherwise than mitmproxy lives here. Laws: bytes are not framed anew; what is
kept for the record is read beside the way; an answer that breaks off breaks off at the same byte.
"""

from collections.abc import Callable

from h11._readers import ChunkedReader
from mitmproxy.http import Response
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layer import CommandGenerator
from mitmproxy.proxy.layers.http._base import ReceiveHttp
from mitmproxy.proxy.layers.http._events import (
    ErrorCode,
    HttpEvent,
    ResponseData,
    ResponseEndOfMessage,
    ResponseHeaders,
    ResponseProtocolError,
)
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Server

from addons.chunks import ChunkScanner

SWITCHING = 101


class Verbatim:
    """A response's `stream`: its pieces are kept, its bytes are passed on as they came."""

    __slots__ = ("keep", "raw")

    def __init__(self, keep: Callable[[bytes], None]) -> None:
        self.keep, self.raw = keep, False

    def __call__(self, data: bytes) -> bytes:
        """Called by mitmproxy with each piece, and with nothing at the end."""
        if data and not self.raw:
            self.keep(data)
        return data


class VerbatimClient(Http1Client):
    """Reads the answers; a chunked body that is streamed stays in its chunks."""

    scanner: ChunkScanner | None = None

    def read_body(self, event: events.Event) -> CommandGenerator[None]:
        """Pass on what came, and find the body's end."""
        stream = self.response.stream if self.response else None
        if not isinstance(stream, Verbatim) or not isinstance(self.body_reader, ChunkedReader):
            yield from super().read_body(event)
            return
        if self.scanner is None:
            self.scanner, stream.raw = ChunkScanner(stream.keep), True
        if isinstance(event, events.ConnectionClosed):
            yield from self._cut()
            return
        data = bytes(self.buf.maybe_extract_at_most(len(self.buf)) or b"") if self.buf else b""
        if not data:
            return
        size = self.scanner.feed(data)
        assert self.stream_id is not None  # noqa: S101  # there is an answer, so there is a request
        if size < 0:
            yield ReceiveHttp(ResponseData(self.stream_id, data))
            return
        self.scanner = None
        self.buf += data[size:]
        yield ReceiveHttp(ResponseData(self.stream_id, data[:size]))
        yield ReceiveHttp(ResponseEndOfMessage(self.stream_id))
        yield from self.mark_done(response=True)

    def _cut(self) -> CommandGenerator[None]:
        self.scanner = None
        yield commands.CloseConnection(self.conn)
        assert self.stream_id is not None  # noqa: S101  # as above
        yield ReceiveHttp(ResponseProtocolError(self.stream_id, "the answer broke off", ErrorCode.KILL))


class VerbatimServer(Http1Server):
    """Writes the answers; what is already framed is not framed again.

    Args:
        context: mitmproxy's.
        parting: Whether each answer is to be its connection's last; by default none is.
    """

    def __init__(self, context: Context, parting: Callable[[], bool] = bool) -> None:
        super().__init__(context)
        self._parting = parting

    def send(self, event: HttpEvent) -> CommandGenerator[None]:
        """Send to the client."""
        if isinstance(event, ResponseHeaders) and self._parting() and event.response.status_code != SWITCHING:
            event = ResponseHeaders(event.stream_id, _last(event.response), event.end_stream)
        stream = self.response.stream if self.response else None
        if isinstance(stream, Verbatim) and stream.raw:
            if isinstance(event, ResponseData):
                yield commands.SendData(self.conn, event.data)
                return
            if isinstance(event, ResponseEndOfMessage):
                yield from self.mark_done(response=True)
                return
        yield from super().send(event)


def _last(response: Response) -> Response:
    """The same answer, telling the client that the connection ends with it; what is recorded stays as it came."""
    told = response.copy()
    told.headers["Connection"] = "close"
    told.stream = response.stream
    return told
