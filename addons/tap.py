"""What the tap speaks: SOCKS5 or an HTTP proxy on one port, TLS taken apart, and the way on to the provider.

Everything that happens between the legacy and a provider's address lives here. Laws: nothing is sent that the legacy
did not send; where the provider cannot be reached or hangs up, so does the tap, it never answers in its place; what
the user's own `proxy-url` says still holds, one hop later.
"""

from collections.abc import Callable

from mitmproxy import http
from mitmproxy.net.tls import starts_like_tls_record
from mitmproxy.proxy import commands, events, layer, layers
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layer import CommandGenerator
from mitmproxy.proxy.layers.http import HttpClient, HttpLayer, HTTPMode, HttpStream, RegisterHttpConnection
from mitmproxy.proxy.layers.http._events import ErrorCode, HttpEvent, ResponseProtocolError
from mitmproxy.proxy.layers.http._http1 import Http1Client
from mitmproxy.proxy.layers.modes import Socks5AuthData, Socks5Proxy
from mitmproxy.proxy.layers.tls import HTTP_ALPNS, ClientTLSLayer, ServerTLSLayer

from addons.onward import Onward
from addons.verbatim import VerbatimClient, VerbatimServer
from shim.run.disguise import Caller

SOCKS5 = 5
NO_AUTHENTICATION, USER_AND_PASSWORD = 0, 2
KEY = "caller"


class Socks(Socks5Proxy):
    """SOCKS5 whose user name, where there is one, says who calls and through which proxy."""

    def state_greet(self) -> CommandGenerator[None]:
        """Ask for a name where the client has one to give."""
        if len(self.buf) < 2 or len(self.buf) < 2 + self.buf[1]:
            return
        end = 2 + self.buf[1]
        offered = self.buf[2:end]
        if self.buf[0] != SOCKS5 or not {NO_AUTHENTICATION, USER_AND_PASSWORD} & set(offered):
            yield from self.socks_err("A SOCKS5 client without authentication, or with a user name, was expected.", 255)
            return
        method = USER_AND_PASSWORD if USER_AND_PASSWORD in offered else NO_AUTHENTICATION
        self.state = self.state_auth if method == USER_AND_PASSWORD else self.state_connect
        yield commands.SendData(self.context.client, bytes([SOCKS5, method]))
        self.buf = self.buf[end:]
        yield from self.state()

    state: Callable[..., CommandGenerator[None]] = state_greet


class TapStream(HttpStream):
    """One call to a provider."""

    def handle_protocol_error(self, event: HttpEvent) -> CommandGenerator[None]:
        """Hang up where the provider did, rather than answer with a page of mitmproxy's."""
        if isinstance(event, ResponseProtocolError) and event.code.http_status_code() is not None:
            event.code = ErrorCode.KILL
        yield from super().handle_protocol_error(event)  # type: ignore[arg-type]  # it is one of the two it takes


class TapLayer(HttpLayer):
    """A connection of the legacy's that speaks HTTP."""

    def _handle_event(self, event: events.Event) -> CommandGenerator[None]:
        if isinstance(event, events.Start) and self.context.client.alpn != b"h2":
            self.connections[self.context.client] = VerbatimServer(self.context.fork())
        yield from super()._handle_event(event)

    def register_connection(self, command: RegisterHttpConnection) -> CommandGenerator[None]:
        """Have answers passed on as they come where both sides speak HTTP/1."""
        if not command.err and isinstance(self.connections[self.context.client], VerbatimServer):
            _read_verbatim(self.connections[command.connection])
        yield from super().register_connection(command)

    def make_stream(self, stream_id: int) -> CommandGenerator[None]:
        """Begin to follow a call."""
        self.streams[stream_id] = TapStream(self.context.fork(), stream_id)
        yield from self.event_to_child(self.streams[stream_id], events.Start())


def _read_verbatim(handler: layer.Layer) -> None:
    """Mitmproxy makes the reader of a connection by itself, at the end of a chain of tunnels: ours takes its place."""
    while not isinstance(handler, HttpClient):
        inner = getattr(handler, "child_layer", None)
        if inner is None:
            return
        handler = inner
    reader = handler.child_layer
    if type(reader) is Http1Client:
        reader.__class__ = VerbatimClient


def top(context: Context) -> layer.Layer:
    """A tap connection's outermost layer: what it is shows in its first byte."""
    return layer.NextLayer(context)


class Peel:
    """Finds what a connection speaks, layer by layer."""

    def next_layer(self, choice: layer.NextLayer) -> None:
        """Choose the next layer from the first bytes."""
        context, data = choice.context, choice.data_client()  # type: ignore[no-untyped-call]  # theirs
        if not data:
            return
        if not context.layers:
            choice.layer = Socks(context) if data[0] == SOCKS5 else TapLayer(context, HTTPMode.regular)
        elif starts_like_tls_record(data):
            outer = ServerTLSLayer(context)
            outer.child_layer = ClientTLSLayer(context)
            choice.layer = outer
        elif context.client.alpn in HTTP_ALPNS or data[:3].isalpha():
            choice.layer = TapLayer(context, HTTPMode.transparent)
        else:
            choice.layer = layers.TCPLayer(context)


class Egress:
    """Sends each call on the way that its caller's configuration names."""

    def __init__(self, onward: Onward) -> None:
        self._onward = onward
        self._callers: dict[str, Caller] = {}

    def socks5_auth(self, data: Socks5AuthData) -> None:
        """Remember who calls on this connection."""
        self._callers[data.client_conn.id] = Caller.named(data.username)
        data.valid = True

    def client_disconnected(self, client: object) -> None:
        """Forget them."""
        self._callers.pop(getattr(client, "id", ""), None)

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Lay out the way before the connection is made."""
        caller = self._callers.get(flow.client_conn.id, Caller())
        flow.metadata[KEY] = caller
        flow.request.stream = True
        if flow.server_conn.timestamp_start is None:
            flow.server_conn.via = self._onward.via(caller.proxy, flow.request.host)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Nothing is held back."""
        if flow.response:
            flow.response.stream = True

    def http_connect_upstream(self, flow: http.HTTPFlow) -> None:
        """Give the next proxy the password that its address has."""
        if flow.server_conn.address and (token := self._onward.token(flow.server_conn.address)):
            flow.request.headers["Proxy-Authorization"] = token
