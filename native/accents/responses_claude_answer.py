"""Claude's answer as a Responses client reads it, as it streams.

The request's way is in `responses_claude`, a whole answer's in `responses_claude_whole`. Law: each of Claude's events
is answered at once; what the end repeats is kept until `message_stop`, which alone completes the answer.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from native.accents.responses_events import (
    Events,
    completed_response,
    echo,
    function_call,
    message,
    output_text,
    reasoning,
)
from native.turn import Accent, Json, Turn
from native.wire import lenient
from native.wire.loose import MISSING, get, integer, text

TEXT_DONE_EMPTY = Accent(
    "responses-claude-text-done-empty",
    "The events that end a text (`output_text.done`, `output_item.done`) carry it empty: Codex prints nothing.",
    "core/responses-claude/stream-plain-think",
    faulty=True,
)
TEXTS_AT_INDEX_ZERO = Accent(
    "responses-claude-texts-at-index-zero",
    "Every text is said to be the item at output index 0, whatever stands there; OpenAI's own SDK breaks on it.",
    "core/responses-claude/stream-plain-think",
    faulty=True,
)
REASONING_LEFT_OPEN = Accent(
    "responses-claude-reasoning-left-open",
    "A reasoning item is opened and never ended by an `output_item.done`.",
    "core/responses-claude/stream-plain-think",
    faulty=True,
)
OUTPUT_REGROUPED = Accent(
    "responses-claude-output-regrouped",
    "The completed answer lists the last reasoning, one message of all texts, then the calls, however they came.",
    "edge/responses-quirk/claude-call-before-text",
    faulty=True,
)
NO_ARGUMENTS_EMPTY = Accent(
    "responses-claude-no-arguments-empty",
    "A call without arguments ends with `{}`, but the completed answer has an empty text, which is no JSON.",
    "core/responses-claude/stream-tools-noargs",
    faulty=True,
)
CACHE_UNCOUNTED = Accent(
    "responses-claude-cache-uncounted",
    "Tokens read from or written to Claude's cache are in no count: `cached_tokens` is always 0.",
    "core/responses-claude/stream-usage-text",
    faulty=True,
)
ALWAYS_COMPLETED = Accent(
    "responses-claude-always-completed",
    "An answer that ran into `max_tokens` is reported as `completed`, not `incomplete`.",
    "websocket/claude/length",
    faulty=True,
)
REASONING_ESTIMATED = Accent(
    "responses-claude-reasoning-estimated",
    "`reasoning_tokens` is a quarter of the reasoning's length in bytes.",
    "core/responses-claude/stream-plain-think",
)
ANSWER_ACCENTS = (
    TEXT_DONE_EMPTY,
    TEXTS_AT_INDEX_ZERO,
    REASONING_LEFT_OPEN,
    OUTPUT_REGROUPED,
    NO_ARGUMENTS_EMPTY,
    CACHE_UNCOUNTED,
    ALWAYS_COMPLETED,
    REASONING_ESTIMATED,
)

BYTES_A_TOKEN: Final = 4
"""How long a token of reasoning is taken to be."""


@dataclass(slots=True)
class Call:
    """A tool call by its block's index."""

    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list)

    @property
    def arguments(self) -> str:
        """What the call was given, empty where that is nothing."""
        return "".join(self.pieces)


@dataclass(slots=True)
class _Usage:
    """Tokens as Claude counts them."""

    input: int = 0
    output: int = 0
    cached: int = 0
    cache_written: int = 0
    seen: bool = False

    def read(self, usage: Any) -> None:
        for key in ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"):
            if (count := get(usage, key)) is not MISSING:
                setattr(self, _COUNTERS[key], integer(count))
                self.seen = self.seen or key in {"input_tokens", "output_tokens"}


_COUNTERS = {
    "input_tokens": "input",
    "output_tokens": "output",
    "cache_read_input_tokens": "cached",
    "cache_creation_input_tokens": "cache_written",
}


class ClaudeStream:
    """Claude's stream as Responses events."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._events = Events()
        self._parse = lenient.reader()
        self._begin("", 0)

    def _begin(self, response_id: str, created_at: int) -> None:
        self._id = response_id
        self._created_at = created_at
        self._usage = _Usage()
        self._cut = False
        self._items: dict[int, Json] = {}
        self._in_text = False
        self._message_id = ""
        self._message_index = 0
        self._texts: list[str] = []
        self._block_text: list[str] = []
        self._in_call = False
        self._call_id = ""
        self._calls: dict[int, Call] = {}
        self._reasoning = False
        self._reasoning_shown = False
        self._reasoning_id = ""
        self._reasoning_index = 0
        self._thoughts: list[str] = []

    def feed(self, line: bytes) -> list[bytes]:
        """Take one line of Claude's stream."""
        if not line.startswith(b"data:"):
            return []
        event = self._parse(line[5:])
        if (read := self._READERS.get(text(get(event, "type")))) is not None:
            read(self, event)
        return self._events.take()

    def finish(self) -> list[bytes]:
        """Nothing is owed: `message_stop` has said it all, or the answer stays incomplete."""
        return []

    def _start(self, event: Any) -> None:
        said = get(event, "message")
        if said is MISSING:
            return
        self._begin(text(get(said, "id")), int(self._turn.clock.now()))
        self._usage.read(get(said, "usage"))
        self._events.opened(self._id, self._created_at)

    def _open(self, event: Any) -> None:
        block = get(event, "content_block")
        index = integer(get(event, "index"))
        kind = text(get(block, "type"))
        if kind == "text":
            self._in_text = True
            self._block_text = []
            self._message_index = 0 if self._turn.faithful(TEXTS_AT_INDEX_ZERO) else index
            self._message_id = f"msg_{self._id}_{self._message_index}"
            self._events.message_added(self._message_id, self._message_index)
        elif kind == "tool_use":
            self._in_call = True
            call = self._calls.setdefault(index, Call())
            self._call_id = call.id = text(get(block, "id"))
            call.name = text(get(block, "name"))
            self._events.call_added(call.id, index, call.name)
        elif kind == "thinking":
            self._reasoning = self._reasoning_shown = True
            self._reasoning_index = index
            self._reasoning_id = f"rs_{self._id}_{index}"
            self._thoughts = []
            item = {"id": self._reasoning_id, "type": "reasoning", "status": "in_progress", "summary": []}
            self._events.reasoning_added(index, item)

    def _delta(self, event: Any) -> None:
        delta = get(event, "delta")
        kind = get(delta, "type")
        if kind == "text_delta":
            if (piece := get(delta, "text")) is not MISSING:
                said = text(piece)
                self._texts.append(said)
                self._block_text.append(said)
                self._events.text_delta(self._message_id, self._message_index, said)
        elif kind == "input_json_delta":
            if (piece := get(delta, "partial_json")) is not MISSING:
                index = integer(get(event, "index"))
                said = text(piece)
                self._calls.setdefault(index, Call()).pieces.append(said)
                self._events.arguments_delta(self._call_id, index, said)
        elif kind == "thinking_delta" and self._reasoning and (piece := get(delta, "thinking")) is not MISSING:
            said = text(piece)
            self._thoughts.append(said)
            self._events.reasoning_delta(self._reasoning_id, self._reasoning_index, said)

    def _close(self, event: Any) -> None:
        index = integer(get(event, "index"))
        if self._in_text:
            self._in_text = False
            said = "" if self._turn.faithful(TEXT_DONE_EMPTY) else "".join(self._block_text)
            self._items[self._message_index] = message(self._message_id, output_text("".join(self._block_text)))
            part = {"type": "output_text", "text": said}
            self._events.message_done(self._message_id, self._message_index, said, part)
        elif self._in_call:
            self._in_call = False
            call = self._calls.get(index, Call())
            arguments = call.arguments or "{}"
            self._items[index] = function_call(self._call_id, call.name, arguments)
            self._events.call_done(self._call_id, index, call.name, arguments)
        elif self._reasoning:
            self._reasoning = self._reasoning_shown = False
            said = "".join(self._thoughts)
            item = self._items[self._reasoning_index] = reasoning(self._reasoning_id, said)
            self._events.summary_done(self._reasoning_id, self._reasoning_index, said)
            if not self._turn.faithful(REASONING_LEFT_OPEN):
                self._events.item_done(self._reasoning_index, item)

    def _count(self, event: Any) -> None:
        self._usage.read(get(event, "usage"))
        self._cut = self._cut or get(event, "delta", "stop_reason") == "max_tokens"

    def _stop(self, _event: Any) -> None:
        response = completed_response(self._id, self._created_at) | echo(self._turn.repeated)
        if output := self._output():
            response["output"] = output
        tokens = len("".join(self._thoughts).encode()) // BYTES_A_TOKEN
        if self._usage.seen or tokens:
            response["usage"] = _usage(self._usage, self._turn, tokens)
        if self._cut and not self._turn.faithful(ALWAYS_COMPLETED):
            response |= {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
        self._events.completed(response)

    def _output(self) -> list[Json]:
        if not self._turn.faithful(OUTPUT_REGROUPED):
            return [item for _, item in sorted(self._items.items())]
        output: list[Json] = []
        if any(self._thoughts) or self._reasoning_shown:
            output.append(reasoning(self._reasoning_id, "".join(self._thoughts)))
        said = "".join(self._texts)
        if said or self._in_text or self._message_id:
            output.append(message(self._message_id, output_text(said)))
        nothing = "" if self._turn.faithful(NO_ARGUMENTS_EMPTY) else "{}"
        for _, call in sorted(self._calls.items()):
            output.append(function_call(call.id or self._call_id, call.name, call.arguments or nothing))
        return output

    _READERS: ClassVar = {
        "message_start": _start,
        "content_block_start": _open,
        "content_block_delta": _delta,
        "content_block_stop": _close,
        "message_delta": _count,
        "message_stop": _stop,
    }
    """By an event's type. Functions, not methods: an object that holds methods of its own holds itself."""


def _usage(usage: _Usage, turn: Turn, reasoning_tokens: int) -> Json:
    cached, given = 0, usage.input
    if not turn.faithful(CACHE_UNCOUNTED):
        cached, given = usage.cached, usage.input + usage.cached + usage.cache_written
    counts: Json = {
        "input_tokens": given,
        "input_tokens_details": {"cached_tokens": cached},
        "output_tokens": usage.output,
    }
    if reasoning_tokens:
        counts["output_tokens_details"] = {"reasoning_tokens": reasoning_tokens}
    if (total := given + usage.output) > 0 or usage.seen:
        counts["total_tokens"] = total
    return counts
