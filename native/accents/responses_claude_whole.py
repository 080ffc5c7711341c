"""Claude's answer as a Responses client reads it, whole.

Claude is always asked for a stream; here it is put together. Law: what a stream's end forgets (all thoughts but the
last, an empty object for no arguments) a whole answer keeps.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from native.accents.responses_claude_answer import BYTES_A_TOKEN, OUTPUT_REGROUPED, Call, ClaudeStream
from native.accents.responses_events import (
    completed_response,
    dump,
    echo,
    function_call,
    message,
    output_text,
    reasoning,
)
from native.turn import Json, Turn
from native.wire import lenient, loose
from native.wire.loose import MISSING, get, integer, text


@dataclass(slots=True)
class _Answer:
    """What a whole answer is put together from; unlike the stream's end it keeps every thought."""

    id: str = ""
    created_at: int = 0
    message_id: str = ""
    texts: list[str] = field(default_factory=list)
    reasoning: bool = False
    reasoning_id: str = ""
    thoughts: list[str] = field(default_factory=list)
    calls: dict[int, Call] = field(default_factory=dict)
    input: int = 0
    output: int = 0

    def read(self, event: Any, turn: Turn) -> None:
        kind = text(get(event, "type"))
        if kind == "content_block_delta":
            self._delta(get(event, "delta"), integer(get(event, "index")))
        elif kind == "content_block_start":
            self._open(get(event, "content_block"), integer(get(event, "index")))
        elif kind == "message_start" and (said := get(event, "message")) is not MISSING:
            self.id = text(get(said, "id"))
            self.created_at = int(turn.clock.now())
            if (usage := get(said, "usage")) is not MISSING:
                self.input = integer(get(usage, "input_tokens"))
        elif kind == "message_delta" and (usage := get(event, "usage")) is not MISSING:
            self.output = integer(get(usage, "output_tokens"))

    def _open(self, block: Any, index: int) -> None:
        kind = text(get(block, "type"))
        if kind == "text":
            self.message_id = f"msg_{self.id}_0"
        elif kind == "tool_use":
            call = self.calls.setdefault(index, Call())
            call.id, call.name = text(get(block, "id")), text(get(block, "name"))
        elif kind == "thinking":
            self.reasoning = True
            self.reasoning_id = f"rs_{self.id}_{index}"

    def _delta(self, delta: Any, index: int) -> None:
        kind = get(delta, "type")
        if kind == "text_delta":
            self.texts.append(text(get(delta, "text")))
        elif kind == "input_json_delta" and (piece := get(delta, "partial_json")) is not MISSING:
            self.calls.setdefault(index, Call()).pieces.append(text(piece))
        elif kind == "thinking_delta" and self.reasoning:
            self.thoughts.append(text(get(delta, "thinking")))

    @property
    def items(self) -> list[Json]:
        output: list[Json] = []
        if thought := "".join(self.thoughts):
            output.append(reasoning(self.reasoning_id, thought))
        said = "".join(self.texts)
        if self.message_id or said:
            output.append(message(self.message_id, output_text(said)))
        for _, call in sorted(self.calls.items()):
            output.append(function_call(call.id, call.name, call.arguments or "{}"))
        return output


def _data_lines(data: bytes) -> Iterator[bytes]:
    for line in data.split(b"\n"):
        if line.startswith(b"data:"):
            yield line


def whole(data: bytes, turn: Turn) -> bytes:
    """Put Claude's stream together to one Responses answer."""
    if not turn.faithful(OUTPUT_REGROUPED):
        return _clean_whole(data, turn)
    found, parse = _Answer(), lenient.reader()
    for line in _data_lines(data):
        found.read(parse(line[5:]), turn)
    details: Json = {}
    if tokens := len("".join(found.thoughts).encode()) // BYTES_A_TOKEN:
        details["reasoning_tokens"] = tokens
    response = completed_response(found.id, found.created_at) | {
        "incomplete_details": None,
        **echo(turn.repeated),
        "output": found.items,
        "usage": {
            "input_tokens": found.input,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": found.output,
            "output_tokens_details": details,
            "total_tokens": found.input + found.output,
        },
    }
    return dump(response)


def _clean_whole(data: bytes, turn: Turn) -> bytes:
    """The response that the stream's last event carries."""
    stream = ClaudeStream(turn)
    last = b""
    for line in _data_lines(data):
        for chunk in stream.feed(line):
            last = chunk
    response = get(loose.parse(last.partition(b"\ndata: ")[2]), "response")
    return dump({"incomplete_details": None, "output": [], **response}) if isinstance(response, dict) else b""
