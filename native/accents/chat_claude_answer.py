"""Claude's answers as a chat client reads them: whole, gathered from Claude's stream, and streamed.

Everything that a chat client gets of Claude lives here. Law: one event of Claude makes at most one chunk; a tool call
is one chunk, made when its block ends.
"""

from typing import Any, ClassVar, Final, final

import orjson

from native.accents import chat_claude_quirks as quirks
from native.turn import Json, Turn
from native.wire.lenient import reader
from native.wire.loose import MISSING, get, integer, text

_DATA: Final = b"data:"
_FINISH: Final = {"tool_use": "tool_calls", "max_tokens": "length"}


@final
class _Call:
    """A tool call being read."""

    __slots__ = ("id", "input", "name", "place")

    def __init__(self, block: Any, place: int) -> None:
        self.id = text(get(block, "id"))
        self.name = text(get(block, "name"))
        self.place = place
        self.input = ""

    def as_chat(self) -> Json:
        """The call as chat clients write it."""
        return {"id": self.id, "type": "function", "function": {"name": self.name, "arguments": self.input}}


def _usage(usage: Any) -> Json:
    fresh, written = integer(get(usage, "input_tokens")), integer(get(usage, "cache_creation_input_tokens"))
    cached, said = integer(get(usage, "cache_read_input_tokens")), integer(get(usage, "output_tokens"))
    prompt = fresh + written + cached
    return {
        "prompt_tokens": prompt,
        "completion_tokens": said,
        "total_tokens": prompt + said,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def _finish(reason: Any) -> str:
    return _FINISH.get(text(reason), "stop")


@final
class _Counted:
    """What an answer cost, as its events tell."""

    __slots__ = ("_at_start", "_turn")

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._at_start: Json = {}

    def start(self, message: Any) -> None:
        """Note what the start says of the prompt."""
        usage = get(message, "usage")
        if isinstance(usage, dict) and not self._turn.faithful(quirks.PROMPT_UNCOUNTED):
            self._at_start = usage

    def end(self, usage: Any) -> Json:
        """The account of a chat answer."""
        return _usage({**self._at_start, **usage} if self._at_start and isinstance(usage, dict) else usage)


@final
class ClaudeToChat:
    """Claude's stream as chat chunks."""

    __slots__ = ("_calls", "_counted", "_created", "_id", "_made", "_parse", "_turn")

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._parse = reader()
        self._id = ""
        self._created = 0
        self._made = 0
        self._calls: dict[int, _Call] = {}
        self._counted = _Counted(turn)

    def feed(self, line: bytes) -> list[bytes]:
        """Take one line of Claude's stream; only `data:` lines say anything."""
        if not line.startswith(_DATA):
            return []
        event = self._parse(line[5:].strip())
        read = self._READERS.get(text(get(event, "type")))
        return read(self, event) if read else []

    def finish(self) -> list[bytes]:
        """Nothing is owed: Claude's last event said it all."""
        return []

    def _chunk(self, delta: Json, finish: str | None = None, usage: Json | None = None) -> list[bytes]:
        chunk: Json = {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._turn.requested,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
        if usage is not None:
            chunk["usage"] = usage
        return [orjson.dumps(chunk)]

    def _start(self, event: Any) -> list[bytes]:
        message = event.get("message", MISSING)
        if message is MISSING:
            return self._chunk({})
        self._id = text(get(message, "id"))
        self._created = int(self._turn.clock.now())
        self._counted.start(message)
        return self._chunk({"role": "assistant"})

    def _block_start(self, event: Any) -> list[bytes]:
        block = event.get("content_block")
        if text(get(block, "type")) == "tool_use":
            place = integer(event.get("index"))
            number = place if self._turn.faithful(quirks.BLOCK_NUMBERS) else self._made
            self._calls[place] = _Call(block, number)
            self._made += 1
        return []

    def _delta(self, event: Any) -> list[bytes]:
        delta = event.get("delta")
        kind = text(get(delta, "type"))
        if kind == "text_delta" and "text" in delta:
            return self._chunk({"content": text(delta["text"])})
        if kind == "thinking_delta" and "thinking" in delta:
            return self._chunk({"reasoning_content": text(delta["thinking"])})
        if kind == "input_json_delta" and (call := self._calls.get(integer(event.get("index")))):
            call.input += text(delta.get("partial_json"))
        return []

    def _block_stop(self, event: Any) -> list[bytes]:
        call = self._calls.pop(integer(event.get("index")), None)
        if call is None:
            return []
        call.input = call.input or "{}"
        return self._chunk({"tool_calls": [{"index": call.place, **call.as_chat()}]})

    def _end(self, event: Any) -> list[bytes]:
        reason = get(event, "delta", "stop_reason")
        usage = event.get("usage", MISSING)
        return self._chunk(
            {},
            None if reason is MISSING else _finish(reason),
            None if usage is MISSING else self._counted.end(usage),
        )

    def _error(self, event: Any) -> list[bytes]:
        error = event.get("error", MISSING)
        if error is MISSING:
            return []
        said = {"message": text(get(error, "message")), "type": text(get(error, "type"))}
        return [orjson.dumps({"error": said})]

    _READERS: ClassVar = {
        "content_block_delta": _delta,
        "content_block_start": _block_start,
        "content_block_stop": _block_stop,
        "message_start": _start,
        "message_delta": _end,
        "error": _error,
    }
    """By an event's type. Functions, not methods: an object that holds methods of its own holds itself."""


def stream(turn: Turn) -> ClaudeToChat:
    """A new stream."""
    return ClaudeToChat(turn)


@final
class _Gathered:
    """A whole answer, gathered from the events of Claude's stream."""

    __slots__ = ("calls", "counted", "created", "id", "model", "reason", "said", "thought", "turn", "usage")

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.counted = _Counted(turn)
        self.id = self.model = self.reason = ""
        self.created = 0
        self.said: list[str] = []
        self.thought: list[str] = []
        self.calls: dict[int, _Call] = {}
        self.usage: Json = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}

    def read(self, event: Any) -> None:
        """Take one event."""
        kind = text(get(event, "type"))
        if kind == "content_block_delta":
            self._delta(event)
        elif kind == "content_block_start":
            block = event.get("content_block")
            if text(get(block, "type")) == "tool_use":
                place = integer(event.get("index"))
                self.calls[place] = _Call(block, place)
        elif kind == "content_block_stop":
            call = self.calls.get(integer(event.get("index")))
            if call:
                call.input = call.input or "{}"
        elif kind == "message_start" and "message" in event:
            message = event["message"]
            self.id, self.model = text(get(message, "id")), text(get(message, "model"))
            self.created = int(self.turn.clock.now())
            self.counted.start(message)
        elif kind == "message_delta":
            if (reason := get(event, "delta", "stop_reason")) is not MISSING:
                self.reason = text(reason)
            if "usage" in event:
                self.usage = self.counted.end(event["usage"])

    def _delta(self, event: Any) -> None:
        delta = event.get("delta")
        kind = text(get(delta, "type"))
        if kind == "text_delta" and "text" in delta:
            self.said.append(text(delta["text"]))
        elif kind == "thinking_delta" and "thinking" in delta:
            self.thought.append(text(delta["thinking"]))
        elif kind == "input_json_delta" and (call := self.calls.get(integer(event.get("index")))):
            call.input += text(delta.get("partial_json"))

    def answer(self) -> Json:
        """The chat answer."""
        message: Json = {"role": "assistant", "content": "".join(self.said)}
        if self.thought:
            apart = self.turn.faithful(quirks.REASONING_NAMED_APART)
            message["reasoning" if apart else "reasoning_content"] = "".join(self.thought)
        calls = [call for place, call in sorted(self.calls.items()) if place >= 0]
        if calls:
            if not self.turn.faithful(quirks.UNFINISHED_INPUT):
                for call in calls:
                    call.input = call.input or "{}"
            message["tool_calls"] = [call.as_chat() for call in calls]
        finish = "tool_calls" if calls else _finish(self.reason)
        return {
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": self.model,
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": self.usage,
        }


def whole(data: bytes, turn: Turn) -> bytes:
    """A chat answer of all the lines of Claude's stream."""
    gathered, parse = _Gathered(turn), reader()
    for line in data.split(b"\n"):
        if line.startswith(_DATA):
            gathered.read(parse(line[5:].strip()))
    return orjson.dumps(gathered.answer())
