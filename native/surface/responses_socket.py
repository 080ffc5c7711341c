"""`GET /v1/responses`: the Responses over a WebSocket.

What a connection remembers is in `wire.responses_websocket`; this is the socket around it. Laws: one answer at a time,
in the order of the questions; a client that leaves ends the upstream's request at once, a server that leaves ends its
answer first; at most one message is read ahead, so a client that floods waits.
"""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from native.exchange import Ask
from native.failure import Failure
from native.logs.record import Trace
from native.providers.base import Client
from native.providers.codex_socket import SESSIONS, End
from native.surface.responses_affinity import Affinity
from native.surface.routes import CORS, Route
from native.surface.turns import client_of
from native.wire import lenient
from native.wire.loose import raw
from native.wire.openai_responses import bad_data
from native.wire.responses_tool_calls import Sessions
from native.wire.responses_websocket import (
    UNFINISHED,
    Conversation,
    Prewarm,
    Request,
    error_message,
    events,
    handshake_headers,
    session_name,
)

if TYPE_CHECKING:
    from native.service import Service

_SESSIONS: Final = "responses-sessions"
_SAID: Final = {WSMsgType.TEXT, WSMsgType.BINARY}
_OVER: Final = {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR}


class _Connection:
    """One client's socket."""

    def __init__(
        self, service: "Service", client: Client, conversation: Conversation, socket: web.WebSocketResponse
    ) -> None:
        self._service = service
        self._client = client
        self._conversation = conversation
        self._socket = socket
        self._affinity = Affinity(service)
        self._trace = client.trace or Trace(0.0)

    async def serve(self) -> None:
        """Answer message after message until the client leaves, or the server does."""
        reading = self._read()
        leaving = asyncio.ensure_future(self._service.leaving.wait())
        try:
            while await self._spoken(reading, leaving):
                message = reading.result()
                if message.type in _OVER:
                    self._trace.message("disconnect", f"websocket: close {self._socket.close_code}".encode())
                    return
                reading = self._read()
                if message.type in _SAID:
                    data = message.data
                    await self._answer_while(reading, data.encode() if isinstance(data, str) else data)
            await self._socket.close(code=WSCloseCode.GOING_AWAY)
        finally:
            leaving.cancel()
            reading.cancel()

    @staticmethod
    async def _spoken(reading: "asyncio.Task[WSMessage]", leaving: "asyncio.Future[Literal[True]]") -> bool:
        """Wait for the client; False where the server leaves first."""
        await asyncio.wait((reading, leaving), return_when=asyncio.FIRST_COMPLETED)
        return not leaving.done()

    def _read(self) -> "asyncio.Task[WSMessage]":
        return asyncio.ensure_future(self._socket.receive())

    async def _answer_while(self, reading: "asyncio.Task[WSMessage]", data: bytes) -> None:
        """Answer; stop where the client leaves meanwhile."""
        self._trace.message("request", data)
        answering = asyncio.ensure_future(self._answer(data))
        try:
            await asyncio.wait((answering, reading), return_when=asyncio.FIRST_COMPLETED)
            if answering.done() or reading.result().type not in _OVER:
                await answering
        except ConnectionError:
            return  # the client left while it was written to: its close is read next
        finally:
            answering.cancel()

    async def _answer(self, data: bytes) -> None:
        message = lenient.body(data)
        try:
            remembered = self._affinity.remembers(self._conversation.model(message))
            request = self._conversation.read(message, incremental=remembered)
            if isinstance(request, Prewarm):
                for chunk in request.messages(self._service.kit.clock, self._service.kit.ids):
                    await self._send(chunk)
                return
            await self._stream(self._ask(request))
        except Failure as failure:
            self._trace.said_failed(failure)
            await self._send(error_message(failure))

    def _ask(self, request: Request) -> Ask:
        client = replace(self._client, pinned=self._affinity.pinned)
        body = raw(request.body).encode()
        return Ask(request.model, "openai-response", body, client, sockets=True, chosen=self._affinity.chosen)

    async def _stream(self, ask: Ask) -> None:
        """Send an answer's events as they come. Raises `Failure` where it breaks, or ends without its end."""
        streamed = await self._service.exchange.stream(ask)
        completed = False
        try:
            async for chunks in streamed.chunks:
                for chunk in chunks:
                    if bad := bad_data(chunk):
                        raise bad
                    for message, event in events(chunk):
                        completed = self._conversation.told(event) or completed
                        await self._send(message)
        finally:
            await streamed.chunks.aclose()
        if not completed:
            raise UNFINISHED

    async def _send(self, message: bytes) -> None:
        self._trace.message("response", message)
        await self._socket.send_frame(message, WSMsgType.TEXT)


async def responses_socket(request: web.Request, service: "Service") -> web.StreamResponse:
    """A conversation."""
    socket = web.WebSocketResponse(max_msg_size=0, compress=False)
    if not socket.can_prepare(request).ok or "13" not in request.headers.get("Sec-WebSocket-Version", ""):
        headers = {**CORS, "Content-Type": "text/plain; charset=utf-8", "Sec-Websocket-Version": "13"}
        return web.Response(body=b"Bad Request\n", status=400, headers=headers | {"X-Content-Type-Options": "nosniff"})
    socket.headers.update(handshake_headers(request.headers))
    sessions: Sessions = service.kit.memory.shelves.setdefault(_SESSIONS, Sessions())
    name = session_name(request.headers)
    conversation = Conversation(sessions.join(name), service.config.dialect)
    session = service.kit.ids.uuid()
    try:
        await socket.prepare(request)
        client = replace(client_of(request), session=session)
        await _Connection(service, client, conversation, socket).serve()
    finally:
        sessions.leave(name)
        end: End | None = service.kit.shelves.get(SESSIONS, {}).pop(session, None)
        if end is not None:
            await end()
    return socket


ROUTES = [Route("GET", "/v1/responses", responses_socket)]
