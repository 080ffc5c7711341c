"""Codex's answers as a chat client reads them, whole and streamed.

Everything that a chat client gets of a responses upstream lives here. Law: one event makes at most one chunk; a call
is announced when it begins and its arguments follow as they come, or all at once where Codex sends them so.
"""

from typing import Any, ClassVar, Final, final

import orjson

from native.accents import chat_codex_quirks as quirks
from native.accents.chat_codex_names import long_by_short
from native.turn import Json, Turn
from native.wire.lenient import parse, reader
from native.wire.loose import MISSING, get, integer, text

_COUNTS: Final = (
    (("output_tokens",), ("completion_tokens",)),
    (("total_tokens",), ("total_tokens",)),
    (("input_tokens",), ("prompt_tokens",)),
    (("input_tokens_details", "cached_tokens"), ("prompt_tokens_details", "cached_tokens")),
    (("output_tokens_details", "reasoning_tokens"), ("completion_tokens_details", "reasoning_tokens")),
)


def _usage(said: Any) -> Json:
    """The counts that are told, under their chat names."""
    usage: Json = {}
    for theirs, ours in _COUNTS:
        count = get(said, *theirs)
        if count is not MISSING:
            holder = usage if len(ours) == 1 else usage.setdefault(ours[0], {})
            holder[ours[-1]] = integer(count)
    return usage


@final
class CodexToChat:
    """Codex's stream as chat chunks."""

    __slots__ = (
        "_announced",
        "_created",
        "_id",
        "_model",
        "_names",
        "_number",
        "_parse",
        "_places",
        "_readers",
        "_streamed",
        "_turn",
    )

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._id = ""
        self._model = turn.requested
        self._parse = reader()
        self._created = 0
        self._number = -1
        self._streamed = False
        self._announced = False
        self._names: dict[str, str] | None = None
        self._places: dict[str, int] = {}
        faithful = turn.faithful(quirks.REASONS_UNTOLD)
        self._readers = self._READERS if faithful else self._TELLING_READERS

    def feed(self, line: bytes) -> list[bytes]:
        """Take one line of Codex's stream; only `data:` lines say anything."""
        if not line.startswith(b"data:"):
            return []
        event = self._parse(line[5:].strip())
        read = self._readers.get(text(get(event, "type")))
        return read(self, event) if read else []

    def finish(self) -> list[bytes]:
        """Nothing is owed."""
        return []

    def _chunk(self, event: Any, delta: Json, reason: str | None = None) -> list[bytes]:
        model, usage = event.get("model", MISSING), get(event, "response", "usage")
        chunk: Json = {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": (self._model or self._turn.requested or "model") if model is MISSING else text(model),
            "choices": [{"index": 0, "delta": delta, "finish_reason": reason, "native_finish_reason": reason}],
        }
        if usage is not MISSING and (counts := _usage(usage)):
            chunk["usage"] = counts
        return [orjson.dumps(chunk)]

    def _start(self, event: Any) -> list[bytes]:
        response = event.get("response")
        self._id, self._model = text(get(response, "id")), text(get(response, "model"))
        self._created = integer(get(response, "created_at"))
        return []

    def _said(self, event: Any, key: str) -> list[bytes]:
        return self._chunk(event, {"role": "assistant", key: text(event["delta"])} if "delta" in event else {})

    def _paragraph(self, event: Any) -> list[bytes]:
        return self._chunk(event, {"role": "assistant", "reasoning_content": "\n\n"})

    def _end(self, event: Any) -> list[bytes]:
        return self._chunk(event, {}, _reason(event, called=self._number != -1))

    def _failed(self, event: Any) -> list[bytes]:
        error = get(event, "response", "error")
        said = {"message": text(get(error, "message")), "type": "server_error", "code": text(get(error, "code"))}
        return [orjson.dumps({"error": said})]

    def _item_begins(self, event: Any) -> list[bytes]:
        item = event.get("item")
        if text(get(item, "type")) != "function_call":
            return []
        self._number += 1
        self._streamed = False
        self._announced = True
        self._places[text(get(item, "id"))] = self._number
        return self._call(event, item, "")

    def _call(self, event: Any, item: Any, arguments: str) -> list[bytes]:
        if self._names is None:
            self._names = long_by_short(self._turn.original)
        name = text(get(item, "name"))
        call = {
            "index": self._number,
            "id": text(get(item, "call_id")),
            "type": "function",
            "function": {"name": self._names.get(name, name), "arguments": arguments},
        }
        return self._chunk(event, {"role": "assistant", "tool_calls": [call]})

    def _arguments(self, event: Any) -> list[bytes]:
        self._streamed = True
        return self._argument_chunk(event, text(event.get("delta")))

    def _all_arguments(self, event: Any) -> list[bytes]:
        return [] if self._streamed else self._argument_chunk(event, text(event.get("arguments")))

    def _argument_chunk(self, event: Any, piece: str) -> list[bytes]:
        number = self._number
        if not self._turn.faithful(quirks.ONE_CALL_AT_A_TIME):
            number = self._places.get(text(event.get("item_id")), number)
        return self._chunk(event, {"tool_calls": [{"index": number, "function": {"arguments": piece}}]})

    def _item_ends(self, event: Any) -> list[bytes]:
        item = event.get("item")
        if text(get(item, "type")) != "function_call":
            return []
        told = self._announced
        self._announced = False
        if not self._turn.faithful(quirks.ANNOUNCED_ONCE):
            told = text(get(item, "id")) in self._places
        if told:
            return []
        self._number += 1
        return self._call(event, item, text(get(item, "arguments")))

    def _thought(self, event: Any) -> list[bytes]:
        return self._said(event, "reasoning_content")

    def _spoke(self, event: Any) -> list[bytes]:
        return self._said(event, "content")

    _READERS: ClassVar = {
        "response.created": _start,
        "response.output_text.delta": _spoke,
        "response.reasoning_summary_text.delta": _thought,
        "response.reasoning_summary_text.done": _paragraph,
        "response.function_call_arguments.delta": _arguments,
        "response.function_call_arguments.done": _all_arguments,
        "response.output_item.added": _item_begins,
        "response.output_item.done": _item_ends,
        "response.completed": _end,
    }
    """By an event's type. Functions, not methods: an object that holds methods of its own holds itself."""
    _TELLING_READERS: ClassVar = _READERS | {"response.incomplete": _end, "response.failed": _failed}


def stream(turn: Turn) -> CodexToChat:
    """A new stream."""
    return CodexToChat(turn)


def _reason(event: Any, *, called: bool) -> str:
    why = text(get(event, "response", "incomplete_details", "reason"))
    if text(get(event, "type")) == "response.incomplete" and why:
        return "length" if why == "max_output_tokens" else "content_filter"
    return "tool_calls" if called else "stop"


def _event(data: bytes) -> Any:
    """The event that ends an answer, given alone or among the lines of its stream."""
    event = parse(data)
    if isinstance(event, dict):
        return event
    for line in data.split(b"\n"):
        if line.startswith(b"data:"):
            event = parse(line[5:].strip())
            if text(get(event, "type")) == "response.completed":
                return event
    return MISSING


def whole(data: bytes, turn: Turn) -> bytes:
    """A chat answer of the event `response.completed`; empty where it is another."""
    event = _event(data)
    if text(get(event, "type")) != "response.completed":
        return b""
    response = get(event, "response")
    model, created, usage = get(response, "model"), get(response, "created_at"), get(response, "usage")
    message = _message(get(response, "output"), turn)
    reason = None
    status = text(get(response, "status"))
    if status == "completed":
        reason = "tool_calls" if message["tool_calls"] else "stop"
    elif status == "incomplete" and not turn.faithful(quirks.REASONS_UNTOLD):
        why = text(get(response, "incomplete_details", "reason"))
        reason = "length" if why == "max_output_tokens" else "content_filter"
    out: Json = {
        "id": text(get(response, "id")),
        "object": "chat.completion",
        "created": int(turn.clock.now()) if created is MISSING else integer(created),
        "model": "model" if model is MISSING else text(model),
        "choices": [{"index": 0, "message": message, "finish_reason": reason, "native_finish_reason": reason}],
    }
    if usage is not MISSING and (counts := _usage(usage)):
        out["usage"] = counts
    return orjson.dumps(out)


def _message(output: Any, turn: Turn) -> Json:
    said: list[list[str]] = []
    thought: list[list[str]] = []
    calls: list[Json] = []
    names: dict[str, str] | None = None
    for item in output if isinstance(output, list) else ():
        kind = text(get(item, "type"))
        if kind == "reasoning":
            thought.append(_texts(get(item, "summary"), "summary_text"))
        elif kind == "message":
            said.append(_texts(get(item, "content"), "output_text"))
        elif kind == "function_call":
            name = text(get(item, "name"))
            names = long_by_short(turn.original) if names is None else names
            function = {"name": names.get(name, name), "arguments": text(get(item, "arguments"))}
            calls.append({"id": text(get(item, "call_id")), "type": "function", "function": function})
    return {
        "role": "assistant",
        "content": _told(said, "", turn),
        "reasoning_content": _told(thought, "\n\n", turn),
        "tool_calls": calls or None,
    }


def _texts(parts: Any, kind: str) -> list[str]:
    """The texts of one item."""
    given = parts if isinstance(parts, list) else []
    return [text(get(part, "text")) for part in given if text(get(part, "type")) == kind]


def _told(texts: list[list[str]], between: str, turn: Turn) -> str | None:
    """What the client is told of several items' texts; None where that is nothing."""
    if turn.faithful(quirks.LAST_TEXT_OF_AN_ANSWER):
        firsts = [item[0] for item in texts if item]
        return (firsts[-1] if firsts else "") or None
    return between.join(one for item in texts for one in item) or None
