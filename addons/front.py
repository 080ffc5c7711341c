"""What the front speaks: HTTP/1 passed on as it came, and a way to the next who can answer before the first byte.

Everything that differs from mitmproxy's own HTTP layer lives here. Laws: the client gets the bytes, chunks and breaks
of whoever answers it; a connection that ends without an answer ends so for the client too; a request is sent to the
next on its `Way` only while the client has got nothing; only where nobody is left does the front answer by itself.
"""

import time
from collections.abc import Callable

from mitmproxy import http
from mitmproxy.connection import Connection, Server
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layer import CommandGenerator
from mitmproxy.proxy.layers.http import (
    GetHttpConnection,
    GetHttpConnectionCompleted,
    HttpClient,
    HttpLayer,
    HTTPMode,
    HttpStream,
    RegisterHttpConnection,
    SendHttp,
)
from mitmproxy.proxy.layers.http._events import (
    ErrorCode,
    HttpEvent,
    RequestData,
    RequestEndOfMessage,
    RequestHeaders,
    ResponseData,
    ResponseEndOfMessage,
    ResponseHeaders,
    ResponseProtocolError,
    ResponseTrailers,
)

from addons.verbatim import VerbatimClient, VerbatimServer
from addons.way import Way, way_of
from shim.faults import HUNG_UP, UNREACHED

type Refusal = Callable[[http.Request, str], http.Response]


class Opening(HttpClient):
    """A connection to whoever answers, from its opening on."""

    def _handle_event(self, event: events.Event) -> CommandGenerator[None]:
        err = yield commands.OpenConnection(self.context.server)
        if not err:
            self.child_layer = VerbatimClient(self.context)
            self._handle_event = self.child_layer.handle_event  # type: ignore[method-assign]  # as mitmproxy does
            yield from self._handle_event(event)
        yield RegisterHttpConnection(self.context.server, err)


class Forsaken(layer.Layer):
    """Takes the place of a connection whose answer is no longer wanted."""

    def _handle_event(self, event: events.Event) -> CommandGenerator[None]:
        del event
        yield from ()


class Pause(commands.RequestWakeup):
    """Has one request wait for so many seconds, and no other."""

    blocking = True


class FrontStream(HttpStream):
    """One request on its way to the first who answers."""

    deaf = False

    def handle_event(self, event: events.Event) -> CommandGenerator[None]:
        """As mitmproxy's, less what a forsaken connection still says."""
        if isinstance(event, events.Wakeup):
            event.reply = None  # what a command that is waited for is answered with
        said_by_server = (ResponseData, ResponseEndOfMessage, ResponseTrailers, ResponseProtocolError)
        if self.deaf and isinstance(event, said_by_server):
            return
        yield from super().handle_event(event)

    @property
    def parent(self) -> "FrontLayer":
        """The layer this stream belongs to."""
        found = self.context.layers[self.context.layers.index(self) - 1]
        assert isinstance(found, FrontLayer)  # noqa: S101  # it is made there only
        return found

    def make_server_connection(self) -> CommandGenerator[bool]:
        """Connect to the first on the way who can be reached; answer for everybody where none can."""
        way = way_of(self.flow)
        while True:
            while way.hold and way.target.name == "legacy" and (seconds := way.hold()):
                yield Pause(seconds)
            address = way.target.address
            self.flow.request.data.host, self.flow.request.data.port = address
            connection, err = yield GetHttpConnection(address, False, None, "tcp")
            if not err:
                self.context.server = self.flow.server_conn = connection
                return True
            if not way.turn(f"{way.target.name} {UNREACHED}: {err}"):
                yield from self.refuse(way)
                return False

    def refuse(self, way: Way) -> CommandGenerator[None]:
        """Answer in nobody's stead."""
        self.flow.response = self.parent.refusal(self.flow.request, way.reason)
        self.flow.response.timestamp_start = time.time()
        way.answered = "front"
        yield from self.send_response()
        if self.client_state != self.state_done:  # its body is still coming
            self.client_state = self.server_state = self.state_errored
            yield SendHttp(ResponseEndOfMessage(self.stream_id), self.context.client)
            yield commands.CloseConnection(self.context.client)

    def state_wait_for_response_headers(self, event: ResponseHeaders) -> CommandGenerator[None]:
        """Take the answer, or send the request to the next where this one declines it."""
        way = way_of(self.flow)
        if (reason := way.declined(event.response)) and way.turn(reason):
            yield from self.ask_again()
        else:
            yield from super().state_wait_for_response_headers(event)

    def handle_protocol_error(self, event: HttpEvent) -> CommandGenerator[None]:
        """Let a connection that ends without an answer end so for the client, unless another can answer."""
        if isinstance(event, ResponseProtocolError) and event.code is not ErrorCode.CONNECT_FAILED:
            unanswered = self.server_state == self.state_wait_for_response_headers
            way = way_of(self.flow)
            reason = f"{way.target.name} {HUNG_UP}: {event.message}"
            if unanswered and self.client_state == self.state_done and way.turn(reason):
                yield from self.ask_again()
                return
            event.code = ErrorCode.KILL  # mitmproxy closes the connection, and writes no page of its own
        yield from super().handle_protocol_error(event)  # type: ignore[arg-type]  # it is one of the two it takes

    def ask_again(self) -> CommandGenerator[None]:
        """Send the whole request to the next on the way."""
        yield from self.parent.forsake(self.context.server)
        self.deaf = True
        self.server_state = self.state_wait_for_response_headers
        if not (yield from self.make_server_connection()):
            return
        request, server = self.flow.request, self.context.server
        content = request.raw_content
        yield SendHttp(RequestHeaders(self.stream_id, request, not content), server)
        if content:
            yield SendHttp(RequestData(self.stream_id, content), server)
        yield SendHttp(RequestEndOfMessage(self.stream_id), server)


class FrontLayer(HttpLayer):
    """A client's connection.

    Args:
        context: mitmproxy's.
        refusal: Makes the answer where nobody can give one.
        parting: Whether each answer is to be its connection's last: another serves the port then.
    """

    def __init__(self, context: Context, refusal: Refusal, parting: Callable[[], bool] = bool) -> None:
        super().__init__(context, HTTPMode.transparent)
        self.refusal = refusal
        self.connections[context.client] = VerbatimServer(context.fork(), parting)

    def _handle_event(self, event: events.Event) -> CommandGenerator[None]:
        yield from super()._handle_event(event)
        for stream in self.streams.values():
            stream.deaf = False  # type: ignore[attr-defined]  # ours are all FrontStreams

    def make_stream(self, stream_id: int) -> CommandGenerator[None]:
        """Begin to follow a request."""
        self.streams[stream_id] = FrontStream(self.context.fork(), stream_id)
        yield from self.event_to_child(self.streams[stream_id], events.Start())

    def get_connection(self, event: GetHttpConnection, *, reuse: bool = True) -> CommandGenerator[None]:
        """Use the connection there is to this address, or open one."""
        del reuse
        for connection in [c for c in self.connections if isinstance(c, Server)]:
            if not event.connection_spec_matches(connection):
                continue
            if connection.connected:
                stream = self.command_sources.pop(event)
                yield from self.event_to_child(stream, GetHttpConnectionCompleted(event, (connection, None)))
                return
            if connection.timestamp_end or connection.error:
                del self.connections[connection]
        context = self.context.fork()
        context.server = Server(address=event.address)
        self.connections[context.server] = opening = Opening(context)
        self.waiting_for_establishment[context.server].append(event)
        yield from self.event_to_child(opening, events.Start())

    def forsake(self, connection: Connection) -> CommandGenerator[None]:
        """Close a connection and hear no more of it."""
        self.connections[connection] = Forsaken(self.context.fork())
        yield commands.CloseConnection(connection)
