"""Codex over a WebSocket of its own: a client on a WebSocket, a credential with `websockets`.

Everything about Codex's socket lives here: its address and headers, the request as a message, messages as lines, how
it refuses. Laws: one socket for each client connection, kept from turn to turn, for Codex remembers the turns; a
request is sent as the client wrote it, but for thinking and rules; a socket that fails is not used again.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from native.failure import Failure
from native.providers.base import Call, Streamed, with_headers
from native.turn import Json, Pair, Turn
from native.upstream import (
    HandshakeError,
    Headers,
    SocketUpstream,
    UpstreamError,
    UpstreamRequest,
    UpstreamSocket,
)
from native.wire import lenient
from native.wire.loose import MISSING, get, integer, parse, raw, text, trim
from native.wire.protocol import status_text

if TYPE_CHECKING:
    from native.providers.base import Kit

SESSIONS: Final = "sessions"
"""The shelf of what is to be ended with a client's connection: by its name, a callable that ends it."""
UPGRADE_REQUIRED: Final = 426
"""What Codex answers where it wants plain HTTP."""

_BETA: Final = "responses_websockets=2026-02-06"
_ENDS: Final = frozenset({"response.completed", "response.done"})
_PASSED: Final = (
    "X-Codex-Beta-Features",
    "X-Codex-Turn-State",
    "X-Codex-Turn-Metadata",
    "X-Client-Request-Id",
    "X-Responsesapi-Include-Timing-Metrics",
    "Version",
)

type End = Callable[[], Awaitable[None]]


class Caller(Protocol):
    """What a provider does for its socket."""

    kit: "Kit"

    def translated(self, call: Call, *, stream: bool) -> tuple[Json, Turn, Pair | None]:
        """The call's body, turn and pair."""
        ...

    def thought(self, call: Call, body: Json, target: str = "") -> Json:
        """The body told how much to think."""
        ...

    def ruled(self, call: Call, body: Json, original: Json, turn: Turn, root: str = "") -> Json:
        """The body after the rules."""
        ...

    def proxy(self, call: Call, url: str) -> str | None:
        """The proxy to go through."""
        ...


@dataclass(slots=True)
class _Line:
    """A session's socket, and for which credential and address it was opened."""

    socket: UpstreamSocket
    credential: str
    url: str


def wanted(caller: Caller, call: Call) -> bool:
    """Whether a call goes over a socket."""
    return bool(call.client.session) and call.credential.websockets and isinstance(caller.kit.upstream, SocketUpstream)


async def stream(caller: Caller, call: Call, home: str) -> Streamed | None:
    """Begin a stream; None where Codex wants plain HTTP. Raises `Failure`."""
    tree = lenient.body(call.raw)
    asked: Json = tree if isinstance(tree, dict) else {}
    _, turn, pair = caller.translated(call, stream=True)
    body = caller.thought(call, asked)
    body = caller.ruled(call, body, body, turn)
    url = home.replace("http", "ws", 1) + "/responses"
    request = UpstreamRequest("GET", url, _headers(caller, call, asked), b"", caller.proxy(call, home))
    message = raw({**body, "type": "response.create"}).encode()
    try:
        line, headers = await _sent(caller, call, request, message)
    except HandshakeError as refused:
        # The legacy never answers again on a connection that met this; nobody can want that, so it is not done here.
        if refused.status == UPGRADE_REQUIRED:
            return None
        raise Failure(refused.body.decode("utf-8", "replace"), refused.status) from refused
    except UpstreamError as error:
        raise Failure(str(error)) from error
    turn.sent = body
    return Streamed(headers, _chunks(caller, call, line, pair.stream(turn).feed if pair else _same))


async def _sent(caller: Caller, call: Call, request: UpstreamRequest, message: bytes) -> tuple[_Line, Headers]:
    """Send over the session's socket; a kept one that turns out to be closed is replaced once."""
    kept = _lines(caller).get(call.client.session)
    if kept is not None and (kept.credential, kept.url) == (call.credential.id, request.url):
        try:
            await kept.socket.send(message)
        except UpstreamError:
            await _hang_up(caller, call.client.session)
        else:
            return kept, []
    elif kept is not None:
        await _hang_up(caller, call.client.session)
    upstream = caller.kit.upstream
    if not isinstance(upstream, SocketUpstream):
        raise UpstreamError("no sockets")
    session = call.client.session
    socket = await upstream.connect(request)
    line = _lines(caller)[session] = _Line(socket, call.credential.id, request.url)
    ends: dict[str, End] = caller.kit.shelves.setdefault(SESSIONS, {})
    ends[session] = lambda: _hang_up(caller, session)
    await socket.send(message)
    return line, socket.headers


def _lines(caller: Caller) -> dict[str, _Line]:
    lines: dict[str, _Line] = caller.kit.shelves.setdefault("codex-sockets", {})
    return lines


async def _hang_up(caller: Caller, session: str) -> None:
    line = _lines(caller).pop(session, None)
    if line is not None:
        await line.socket.close()


async def _chunks(
    caller: Caller, call: Call, line: _Line, feed: Callable[[bytes], list[bytes]]
) -> AsyncGenerator[list[bytes]]:
    """Messages as the pair's chunks, up to the answer's end."""
    ended, meter = False, call.meter.of("codex")
    try:
        while not ended:
            message = (await line.socket.receive()).strip()
            if not message:
                continue
            event = parse(message)
            if (failure := _refusal(event)) is not None:
                raise failure
            kind = text(get(event, "type"))
            if trim(kind) == "response.done":
                kind = "response.completed"
                message = raw({**event, "type": kind}).encode()
            ended = kind in _ENDS
            if kind == "response.completed":
                meter.lines(message)
            yield feed(b"data: " + message)
    except UpstreamError as error:
        raise Failure(str(error)) from error
    finally:
        if not ended:
            await _hang_up(caller, call.client.session)


def _same(line: bytes) -> list[bytes]:
    return [line]


def _refusal(event: Any) -> Failure | None:
    """The failure that a message tells of."""
    if trim(text(get(event, "type"))) != "error":
        return None
    status = integer(get(event, "status")) or integer(get(event, "status_code"))
    if status <= 0:
        return None
    error = get(event, "error")
    if error is MISSING:
        error = {"type": "server_error", "message": status_text(status)}
    given = get(event, "headers")
    told = given.items() if isinstance(given, dict) else ()
    headers = [(trim(name), trim(text(value))) for name, value in told if not isinstance(value, dict | list)]
    return Failure(raw({"error": error}), status, headers=[(name, value) for name, value in headers if name and value])


def _headers(caller: Caller, call: Call, asked: Json) -> Headers:
    credential, client = call.credential, call.client.headers
    token = credential.api_key or str(credential.metadata.get("access_token") or "")
    headers = {"Authorization": f"Bearer {token}"} if token.strip() else {}
    if key := text(get(asked, "prompt_cache_key")):
        headers["Conversation_id"] = key
    headers |= {name: trim(client[name]) for name in _PASSED if trim(client.get(name, ""))}
    features = "" if credential.api_key else trim(caller.kit.config.codex_header_defaults.beta_features)
    if features:
        headers.setdefault("X-Codex-Beta-Features", features)
    beta = trim(client.get("OpenAI-Beta", ""))
    headers["OpenAI-Beta"] = beta if "responses_websockets=" in beta else _BETA
    originator = trim(client.get("Originator", "")) or ("" if credential.api_key else "codex-tui")
    if originator:
        headers["Originator"] = originator
    account = credential.metadata.get("account_id")
    if not credential.api_key and isinstance(account, str) and trim(account):
        headers["Chatgpt-Account-Id"] = trim(account)
    return with_headers(list(headers.items()), credential.headers)
