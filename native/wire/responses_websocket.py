"""Responses over a WebSocket: what a connection remembers, and how its messages become requests.

Everything between a client's message and the request it stands for, and between a chunk of the answer and the
messages a client gets, lives here. Laws: pure, no socket; a message that is no request never changes what is
remembered; a turn is appended to the transcript unless the client brings a transcript of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from native.failure import Failure
from native.turn import Accent, Clock, Dialect, Ids, Json
from native.wire import lenient
from native.wire.loose import MISSING, boolean, get, parse, text, trim
from native.wire.protocol import error_body, status_text
from native.wire.responses_tool_calls import Session

CREATE: Final = "response.create"
APPEND: Final = "response.append"
TURN_STATE: Final = "x-codex-turn-state"
"""The header by which a client finds its way back; it is repeated in the handshake."""
UNFINISHED: Final = Failure("stream closed before response.completed", 408)
"""What a client is told where an answer ends without its end."""

CUT_IS_UNFINISHED: Final = Accent(
    "responses-websocket-cut-is-unfinished",
    "An answer that ends as `response.incomplete` or `response.failed` is followed by an error 408, as if unfinished.",
    "websocket/codex/length",
    faulty=True,
)
TEXT_NOT_CONTINUED: Final = Accent(
    "responses-websocket-text-not-continued",
    "After a first turn whose `input` is a plain text every further turn is refused with an error 400.",
    "websocket/odd/compat-string-then-append",
    faulty=True,
)
ORPHANS_BY_SESSION: Final = Accent(
    "responses-websocket-orphans-by-session",
    "Calls without results, and results without calls, are completed from memory or left out where the client names "
    "its session (`X-Client-Request-Id`, `X-Codex-Turn-Metadata`, `Session_id`), and pass untouched where it does not.",
    "websocket/odd/claude-sess-orphans",
)
TRANSCRIPT_REPLACED: Final = Accent(
    "responses-websocket-transcript-replaced",
    "A turn that brings a call or an assistant's message of its own replaces the transcript, unless it names the "
    "answer before it (`previous_response_id`): then it is appended, calls with a known id left out.",
    "websocket/compat/replaced",
)
PREWARMED_HERE: Final = Accent(
    "responses-websocket-prewarmed-here",
    "A first message with `generate: false` is answered by an empty answer, and no provider is asked.",
    "websocket/codex/prewarm",
)
SOCKET_ACCENTS: Final = (
    PREWARMED_HERE,
    TRANSCRIPT_REPLACED,
    ORPHANS_BY_SESSION,
    TEXT_NOT_CONTINUED,
    CUT_IS_UNFINISHED,
)

_CUT: Final = frozenset({"response.incomplete", "response.failed"})
_TYPES: Final = {str: "string", bool: "bool", int: "number", float: "number", dict: "object"}


@dataclass(frozen=True, slots=True)
class Request:
    """A message as a request of its own: what `POST /v1/responses` would get."""

    body: Json

    @property
    def model(self) -> str:
        """The model it asks."""
        return text(get(self.body, "model"))


@dataclass(frozen=True, slots=True)
class Prewarm:
    """A first message that wants no answer yet (`generate: false`): it is answered here.

    Attributes:
        model: The model it names.
    """

    model: str

    def messages(self, clock: Clock, ids: Ids) -> list[bytes]:
        """An empty answer."""
        answer: Json = {
            "id": f"resp_prewarm_{ids.uuid()}",
            "object": "response",
            "created_at": int(clock.now()),
            "status": "in_progress",
            "background": False,
            "error": None,
            "output": [],
        }
        if self.model:
            answer["model"] = self.model
        usage = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
        completed = {**answer, "status": "completed", "usage": usage}
        return [
            orjson.dumps({"type": "response.created", "sequence_number": 0, "response": answer}),
            orjson.dumps({"type": "response.completed", "sequence_number": 1, "response": completed}),
        ]


class Conversation:
    """What one connection remembers.

    Args:
        session: What its client session remembers; None where the client gave no name for it.
        dialect: `parity` says what the legacy says; `clean` leaves its plain faults out.
    """

    def __init__(self, session: Session | None = None, dialect: Dialect = "parity") -> None:
        self._session = session
        self._clean = dialect == "clean"
        self._last: Json | None = None
        self._output: list[Any] = []

    def model(self, message: Any) -> str:
        """The model that a message is about: its own, or the last request's."""
        return trim(text(get(message, "model"))) or trim(text(get(self._last, "model")))

    def read(self, message: Any, *, incremental: bool) -> Request | Prewarm:
        """Take a client's message for the request it stands for.

        Args:
            message: The message, parsed.
            incremental: Whether the upstream itself remembers the turns before `previous_response_id`.

        Raises:
            Failure: It is no request.
        """
        kind = trim(text(get(message, "type")))
        if kind not in {CREATE, APPEND}:
            raise Failure(f"unsupported websocket request type: {kind}", 400)
        if self._last is None and kind == CREATE:
            body = _created(message)
            if not incremental and _declined(message):
                body.pop("generate", None)
                self._last, self._output = body, []
                return Prewarm(trim(text(get(body, "model"))))
        else:
            body = self._continued(message, incremental=incremental)
        if self._session is not None:
            body = self._session.mended(body)
        self._last = body
        self._output = []
        return Request(body)

    def _continued(self, message: Json, *, incremental: bool) -> Json:
        """A later turn as a whole request."""
        if self._last is None:
            raise Failure("websocket request received before response.create", 400)
        given = get(message, "input")
        if not isinstance(given, list):
            raise Failure("websocket request requires array field: input", 400)
        body = {key: value for key, value in message.items() if key != "type"}
        continues = bool(trim(text(get(message, "previous_response_id"))))
        if not continues and any(map(_from_the_model, given)):
            body.pop("previous_response_id", None)
        elif not (continues and incremental):
            body.pop("previous_response_id", None)
            before = _transcript(self._last, text_goes_on=self._clean)
            body["input"] = _without_doubled_calls([*before, *self._output, *given])
        if "model" not in body and (model := trim(text(get(self._last, "model")))):
            body["model"] = model
        if "instructions" not in body and "instructions" in self._last:
            body["instructions"] = self._last["instructions"]
        body["stream"] = True
        return body

    def told(self, event: Any) -> bool:
        """Remember what an event of the answer says; True where it completes the answer."""
        if self._session is not None:
            self._session.note_answer(event)
        kind = get(event, "type")
        if kind != "response.completed" and not (self._clean and isinstance(kind, str) and kind in _CUT):
            return False
        output = get(event, "response", "output")
        self._output = output if isinstance(output, list) else []
        return True


def _created(message: Json) -> Json:
    """The first request of a connection."""
    body = {"input": [], **message, "stream": True}
    del body["type"]
    if not trim(text(get(body, "model"))):
        raise Failure("missing model in response.create request", 400)
    return body


def _declined(message: Any) -> bool:
    generate = get(message, "generate")
    return generate is not MISSING and not boolean(generate)


def _from_the_model(item: Any) -> bool:
    """Whether an item is the model's own: a client that sends such has replaced its transcript."""
    kind = trim(text(get(item, "type")))
    return kind == "function_call" or (kind == "message" and trim(text(get(item, "role"))) == "assistant")


def _transcript(last: Json, *, text_goes_on: bool) -> list[Any]:
    given = last.get("input")
    if given is None:
        return []
    if text_goes_on and isinstance(given, str):
        return [{"type": "message", "role": "user", "content": given}]
    if not isinstance(given, list):
        kind = _TYPES.get(type(given), "value")
        said = f"json: cannot unmarshal {kind} into Go value of type []json.RawMessage"
        raise Failure(f"invalid previous response output: {said}", 400)
    return given


def _without_doubled_calls(items: list[Any]) -> list[Any]:
    """The items, of several calls with one id the first alone."""
    seen: set[str] = set()
    kept: list[Any] = []
    for item in items:
        if trim(text(get(item, "type"))) == "function_call" and (call_id := trim(text(get(item, "call_id")))):
            if call_id in seen:
                continue
            seen.add(call_id)
        kept.append(item)
    return kept


def session_name(headers: Mapping[str, str]) -> str:
    """What a client calls its session; empty where it says nothing."""
    named = trim(headers.get("X-Client-Request-Id", ""))
    if not named and (metadata := trim(headers.get("X-Codex-Turn-Metadata", ""))):
        named = trim(text(get(lenient.parse(metadata.encode("utf-8", "surrogateescape")), "session_id")))
    return named or trim(headers.get("Session_id", ""))


def handshake_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """What the handshake's answer carries besides its own."""
    state = trim(headers.get(TURN_STATE, ""))
    return {TURN_STATE: state} if state else {}


def events(chunk: bytes) -> Iterator[tuple[bytes, Any]]:
    """The events in a chunk of an answer, as the messages that carry them and parsed."""
    for line in chunk.split(b"\n"):
        data = line.strip()
        if data.startswith(b"event:"):
            continue
        if data.startswith(b"data:"):
            data = data[5:].strip()
        if data and data != b"[DONE]" and (event := parse(data)) is not MISSING:
            yield data, event


def error_message(failure: Failure) -> bytes:
    """A failure as the message a client gets; headers that belong to it come along."""
    status = failure.shown
    said = failure.message if trim(failure.message) else status_text(status)
    body = parse(error_body(status, said))
    message: Json = {"type": "error", "status": status}
    if headers := _first_values(failure):
        message["headers"] = headers
    error = get(body, "error")
    message["error"] = body if error is MISSING else error
    return orjson.dumps(message)


def _first_values(failure: Failure) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in failure.headers:
        headers.setdefault(name, value)
    return headers
