"""What passes is offered to the recorder: both sides, each piece with its time, each message of a WebSocket.

Everything that turns flows into offers lives here. Laws: what is seen is never changed or held back; times are
stamped here and nowhere else; every flow that begins ends once, however it ends.
"""

import time

from mitmproxy import http, tcp

from addons.chatter import Chatter
from addons.verbatim import Verbatim
from addons.way import way_of
from shim.exchange import Headers, Request, Response
from shim.messages import Route
from shim.recorder import Recorder
from shim.tape import Conversation, Tape

KEY = "take"
QUIET = 1.0
CLIENT_LEFT = "Client disconnected"  # mitmproxy's words
type Pairs = tuple[tuple[bytes, bytes], ...]


def texts(fields: Pairs) -> Headers:
    """Header fields as text."""
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in fields)


def _is_quiet(flow: http.HTTPFlow, since: float) -> bool:
    chatter: Chatter | None = flow.metadata[KEY].chatter
    return chatter is not None and chatter.last < since


class Take:
    """What has been taken down of one flow so far."""

    __slots__ = ("asked", "began", "chatter", "conversation", "request", "response", "said")

    def __init__(self, request: Request, began: float) -> None:
        self.request, self.began = request, began
        self.asked, self.said = Tape(began), Tape(began)
        self.response: http.Response | None = None
        self.conversation: Conversation | None = None
        self.chatter: Chatter | None = None

    def hear(self, data: bytes) -> None:
        """Keep a piece of the request's body."""
        self.asked.add(data, time.time())

    def pass_on(self, data: bytes) -> bytes:
        """Keep a piece of the request's body that is streamed."""
        if data:
            self.asked.add(data, time.time())
        return data

    def keep(self, data: bytes) -> None:
        """Keep a piece of the answer's body."""
        self.said.add(data, time.time())

    def whole_request(self) -> Request:
        """The request with its body, or its messages."""
        start = self.request
        if self.conversation is not None:
            return self.conversation.request(start.url, start.headers)
        return Request(start.method, start.url, start.headers, self.asked.body)

    def whole_response(self, *, complete: bool) -> Response | None:
        """The answer with its body, or its messages as events; None where there is none."""
        if self.response is None:
            return None
        status, headers = self.response.status_code, texts(self.response.headers.fields)
        if self.conversation is not None:
            return self.conversation.response(status, headers)
        return self.said.response(status, headers, complete=complete)


class Record:
    """Sees flows and offers them; `FrontRecord` and `TapRecord` say what to.

    Attributes:
        live: Flows that are being served.
    """

    def __init__(self, recorder: Recorder | None) -> None:
        self.recorder = recorder
        self.live: dict[str, http.HTTPFlow] = {}
        self._sockets: dict[str, http.HTTPFlow] = {}

    @property
    def busy(self) -> int:
        """How many are being served; a WebSocket where nothing was said for a second is nobody."""
        quiet = time.time() - QUIET
        return sum(1 for flow in self.live.values() if not _is_quiet(flow, quiet))

    def url(self, flow: http.HTTPFlow) -> str:
        """How this side names what was asked for."""
        raise NotImplementedError

    def begin(self, flow: http.HTTPFlow, take: Take) -> None:
        """Offer what has begun."""
        raise NotImplementedError

    def ask(self, flow: http.HTTPFlow, take: Take) -> None:
        """Offer a request that is whole."""
        raise NotImplementedError

    def finish(self, flow: http.HTTPFlow, take: Take, *, complete: bool) -> None:
        """Offer what is over."""
        raise NotImplementedError

    def say(self, flow: http.HTTPFlow, frame: str) -> None:
        """Offer what a client said over a WebSocket."""

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """A request has begun; keep its body as it passes, where it is not gathered first."""
        if flow.request.method == "CONNECT":
            return
        began = time.time()
        take = Take(Request(flow.request.method, self.url(flow), texts(flow.request.headers.fields)), began)
        flow.metadata[KEY] = take
        self.live[flow.id] = flow
        if flow.request.stream:
            flow.request.stream = take.pass_on
        self.begin(flow, take)

    def request(self, flow: http.HTTPFlow) -> None:
        """A request is whole."""
        take: Take | None = flow.metadata.get(KEY)
        if take is None:
            return
        if not flow.request.stream and (content := flow.request.raw_content):
            take.hear(content)
        self.ask(flow, take)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """An answer has begun; keep its body as it passes."""
        take: Take = flow.metadata[KEY]
        take.response = flow.response
        if flow.response and flow.response.stream:
            flow.response.stream = Verbatim(take.keep)

    def response(self, flow: http.HTTPFlow) -> None:
        """An answer is whole."""
        take: Take | None = flow.metadata.get(KEY)
        if take is None or flow.response is None:
            return
        take.response = flow.response
        if flow.response.status_code == 101:
            self._sockets[flow.client_conn.id] = flow
            take.conversation = Conversation(take.began)
            take.chatter = Chatter(take.conversation, flow.response.headers.get("sec-websocket-extensions", ""))
            return
        if not isinstance(flow.response.stream, Verbatim) and flow.response.raw_content:
            take.keep(flow.response.raw_content)
        self._over(flow, complete=True)

    def error(self, flow: http.HTTPFlow) -> None:
        """A flow broke off, on either side."""
        if KEY in flow.metadata:
            self._over(flow, complete=False)

    def tcp_message(self, flow: tcp.TCPFlow) -> None:
        """Bytes of a WebSocket passed."""
        message = flow.messages[-1]
        socket = self._sockets.get(flow.client_conn.id)
        if socket is not None and (chatter := socket.metadata[KEY].chatter):
            known = len(chatter.conversation.frames)
            chatter.hear(message.content, time.time(), by_client=message.from_client)
            for frame in chatter.conversation.frames[known:]:
                self.say(socket, frame)
        del flow.messages[:-1]

    def tcp_end(self, flow: tcp.TCPFlow) -> None:
        """A WebSocket is over."""
        socket = self._sockets.pop(flow.client_conn.id, None)
        if socket is not None:
            chatter: Chatter = socket.metadata[KEY].chatter
            chatter.end(time.time())
            self._over(socket, complete=chatter.conversation.complete)

    tcp_error = tcp_end

    def _over(self, flow: http.HTTPFlow, *, complete: bool) -> None:
        take: Take = flow.metadata.pop(KEY)
        del self.live[flow.id]
        self.finish(flow, take, complete=complete)


class FrontRecord(Record):
    """Sides 1 and 4: what clients ask and get.

    Args:
        recorder: Takes what passes, or None.
        tapped: Whether the other two sides are seen.
    """

    def __init__(self, recorder: Recorder | None, *, tapped: bool) -> None:
        super().__init__(recorder)
        self._tapped = tapped

    def url(self, flow: http.HTTPFlow) -> str:
        """Path with query, as clients sent it."""
        return flow.request.path

    def begin(self, flow: http.HTTPFlow, take: Take) -> None:
        """An exchange has begun."""
        if self.recorder:
            self.recorder.begin(flow.id, take.request, take.began)

    def ask(self, flow: http.HTTPFlow, take: Take) -> None:
        """What a client asked is whole."""
        if self.recorder:
            self.recorder.ask(flow.id, take.whole_request())

    def say(self, flow: http.HTTPFlow, frame: str) -> None:
        """A client said something over its WebSocket."""
        if self.recorder:
            self.recorder.say(flow.id, frame)

    def finish(self, flow: http.HTTPFlow, take: Take, *, complete: bool) -> None:
        """An exchange is over."""
        if not self.recorder:
            return
        way = way_of(flow)
        mode = way.answered or way.target.name
        route = Route(
            endpoint=way.endpoint,
            mode=way.mode if mode == "native" and way.mode == "canary" else mode,
            fallback=way.reason,
            model=way.model,
            stream=way.stream,
            left=flow.error is not None and CLIENT_LEFT in flow.error.msg,
            unseen=not self._tapped,
        )
        self.recorder.finish(
            flow.id,
            take.whole_response(complete=complete),
            time.time(),
            route,
            request=take.whole_request(),
            request_cut=take.asked.cut,
            response_cut=take.said.cut,
        )


class TapRecord(Record):
    """Sides 2 and 3: what the legacy asks providers, and gets."""

    def url(self, flow: http.HTTPFlow) -> str:
        """The provider's full address."""
        return flow.request.url

    def begin(self, flow: http.HTTPFlow, take: Take) -> None:
        """A call has begun."""
        if self.recorder:
            self.recorder.begin_call(flow.id, take.request, take.began)

    def ask(self, flow: http.HTTPFlow, take: Take) -> None:
        """What a provider is asked is whole."""
        if self.recorder:
            self.recorder.ask_call(flow.id, take.whole_request())

    def finish(self, flow: http.HTTPFlow, take: Take, *, complete: bool) -> None:
        """A call is over."""
        if self.recorder:
            self.recorder.finish_call(
                flow.id,
                take.whole_response(complete=complete),
                time.time(),
                request=take.whole_request(),
                request_cut=take.asked.cut,
                response_cut=take.said.cut,
            )
