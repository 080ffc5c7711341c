"""A chat completion's stream as a Responses client reads it.

Laws: an output item is announced before anything of it is said, and ended before the next kind begins; the finish
reason ends everything, and completes the answer.
"""

from dataclasses import dataclass, field
from typing import Any

from native.accents.responses_events import (
    Events,
    completed_response,
    echo,
    function_call,
    message,
    output_text,
    reasoning,
    summary_text,
)
from native.turn import Accent, Json, Turn
from native.wire import lenient
from native.wire.loose import MISSING, get, integer, text

REASONING_DONE_EMPTY = Accent(
    "responses-openai-reasoning-done-empty",
    "The event that ends a reasoning item carries an empty summary.",
    "core/responses-compat/stream-plain-think",
    faulty=True,
)
USAGE_AFTER_THE_END = Accent(
    "responses-openai-usage-after-the-end",
    "Usage that comes behind the finish reason, as it does by default, is in no event.",
    "core/responses-compat/stream-usage-text",
    faulty=True,
)
ECHO_AS_TRANSLATED = Accent(
    "responses-openai-echo-as-translated",
    "The answer repeats the request as it was sent upstream (`tools` in the chat form), not as the client sent it.",
    "core/responses-compat/whole-tools-call",
    faulty=True,
)
NO_ARGUMENTS_EMPTY = Accent(
    "responses-openai-no-arguments-empty",
    "A call without arguments ends with `{}`, but the completed answer has an empty text, which is no JSON.",
    "edge/responses-quirk/openai-no-arguments",
    faulty=True,
)
ALWAYS_COMPLETED = Accent(
    "responses-openai-always-completed",
    "An answer that was cut at its length is reported as `completed`, not `incomplete`.",
    "core/responses-compat/stream-plain-length",
    faulty=True,
)
TEXT_BEHIND_ITS_END = Accent(
    "responses-openai-text-behind-its-end",
    "Text that follows tool calls goes on in the message that was ended before them.",
    "edge/responses-quirk/openai-text-after-calls",
    faulty=True,
)
STREAM_ACCENTS = (
    REASONING_DONE_EMPTY,
    TEXT_BEHIND_ITS_END,
    NO_ARGUMENTS_EMPTY,
    ALWAYS_COMPLETED,
    USAGE_AFTER_THE_END,
    ECHO_AS_TRANSLATED,
)


@dataclass(slots=True)
class _Message:
    """The message of one choice."""

    id: str
    index: int
    pieces: list[str] = field(default_factory=list)
    done: bool = False


@dataclass(slots=True)
class _Call:
    """One tool call; it has an id from the chunk that announces it on."""

    id: str = ""
    name: str = ""
    index: int = 0
    pieces: list[str] = field(default_factory=list)
    done: bool = False


@dataclass(slots=True)
class _Usage:
    """Tokens as the upstream counts them."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0
    total: int = 0
    reasoning: int = 0
    seen: bool = False

    def read(self, usage: Any) -> None:
        for name, paths in _COUNTERS:
            found = next((v for path in paths if (v := get(usage, *path)) is not MISSING), MISSING)
            if found is not MISSING:
                setattr(self, name, integer(found))
                self.seen = True

    def tell(self) -> Json:
        counts: Json = {
            "input_tokens": self.prompt,
            "input_tokens_details": {"cached_tokens": self.cached},
            "output_tokens": self.completion,
            "total_tokens": self.total or self.prompt + self.completion,
        }
        if self.reasoning > 0:
            counts["output_tokens_details"] = {"reasoning_tokens": self.reasoning}
        return counts


_COUNTERS = (
    ("prompt", (("prompt_tokens",),)),
    ("cached", (("prompt_tokens_details", "cached_tokens"),)),
    ("completion", (("completion_tokens",), ("output_tokens",))),
    (
        "reasoning",
        (("output_tokens_details", "reasoning_tokens"), ("completion_tokens_details", "reasoning_tokens")),
    ),
    ("total", (("total_tokens",),)),
)


class OpenAIStream:
    """Chat completion chunks as Responses events."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._events = Events()
        self._parse = lenient.reader()
        self._started = False
        self._id = ""
        self._created_at = 0
        self._next_index = 0
        self._usage = _Usage()
        self._messages: dict[int, _Message] = {}
        self._calls: dict[tuple[int, int], _Call] = {}
        self._reasoning_id = ""
        self._reasoning_index = 0
        self._thoughts: list[str] = []
        self._items: list[tuple[int, Json]] = []
        self._cut = False
        self._owed = False

    def feed(self, line: bytes) -> list[bytes]:
        """Take one `data:` line of the upstream's stream."""
        data = (line[5:] if line.startswith(b"data:") else line).strip()
        if not data:
            return []
        if data == b"[DONE]":
            return self.finish()
        chunk = self._parse(data)
        choices = get(chunk, "choices")
        if text(get(chunk, "object")) not in {"", "chat.completion.chunk"} or not isinstance(choices, list):
            return []
        if (usage := get(chunk, "usage")) is not MISSING and self._started:
            self._usage.read(usage)
        if not self._started:
            self._start(chunk)
        for choice in choices:
            self._choice(choice)
        return self._events.take()

    def finish(self) -> list[bytes]:
        """Complete the answer where that waits for usage."""
        if self._owed:
            self._owed = False
            self._complete()
        return self._events.take()

    def _start(self, chunk: Any) -> None:
        self._started = True
        self._id = text(get(chunk, "id"))
        self._created_at = integer(get(chunk, "created"))
        self._events.opened(self._id, self._created_at)

    def _take_index(self) -> int:
        self._next_index += 1
        return self._next_index - 1

    def _choice(self, choice: Any) -> None:
        number = integer(get(choice, "index"))
        delta = get(choice, "delta")
        if content := text(get(delta, "content")):
            self._say(number, content)
        if thought := text(get(delta, "reasoning_content")):
            self._think(number, thought)
        calls = get(delta, "tool_calls")
        if isinstance(calls, list):
            self._stop_reasoning()
            if (open_message := self._messages.get(number)) is not None:
                self._end_message(open_message)
            for call in calls:
                self._call(number, call)
        if reason := text(get(choice, "finish_reason")):
            self._cut = self._cut or reason == "length"
            self._end()

    def _say(self, number: int, content: str) -> None:
        self._stop_reasoning()
        said = self._messages.get(number)
        if said is None or (said.done and not self._turn.faithful(TEXT_BEHIND_ITS_END)):
            index = self._take_index()
            item_id = f"msg_{self._id}_{number if said is None else index}"
            said = self._messages[number] = _Message(item_id, index)
            self._events.message_added(said.id, said.index)
        said.pieces.append(content)
        self._events.text_delta(said.id, said.index, content)

    def _think(self, number: int, thought: str) -> None:
        if not self._reasoning_id:
            self._reasoning_id = f"rs_{self._id}_{number}"
            self._reasoning_index = self._take_index()
            item = {"id": self._reasoning_id, "type": "reasoning", "status": "in_progress", "summary": []}
            self._events.reasoning_added(self._reasoning_index, item)
        self._thoughts.append(thought)
        self._events.reasoning_delta(self._reasoning_id, self._reasoning_index, thought)

    def _stop_reasoning(self) -> None:
        if not self._reasoning_id:
            return
        said = "".join(self._thoughts)
        self._events.summary_done(self._reasoning_id, self._reasoning_index, said)
        told = "" if self._turn.faithful(REASONING_DONE_EMPTY) else said
        item = {
            "id": self._reasoning_id,
            "type": "reasoning",
            "encrypted_content": "",
            "summary": [summary_text(told)],
        }
        self._events.item_done(self._reasoning_index, item)
        self._items.append((self._reasoning_index, reasoning(self._reasoning_id, said)))
        self._reasoning_id = ""
        self._thoughts = []

    def _end_message(self, said: _Message) -> None:
        if not said.done:
            said.done = True
            content = "".join(said.pieces)
            self._events.message_done(said.id, said.index, content, output_text(content))

    def _call(self, number: int, given: Any) -> None:
        call = self._calls.setdefault((number, integer(get(given, "index"))), _Call())
        call.name = text(get(given, "function", "name")) or call.name
        if not call.id and (call_id := text(get(given, "id"))):
            call.id = call_id
            call.index = self._take_index()
            self._events.call_added(call.id, call.index, call.name)
        if arguments := text(get(given, "function", "arguments")):
            call.pieces.append(arguments)
            if call.id:
                self._events.arguments_delta(call.id, call.index, arguments)

    def _end(self) -> None:
        """A finish reason: end every item, and the answer."""
        for said in sorted(self._messages.values(), key=lambda open_message: open_message.index):
            self._end_message(said)
        self._stop_reasoning()
        for call in sorted(self._calls.values(), key=lambda open_call: open_call.index):
            if call.id and not call.done:
                call.done = True
                self._events.call_done(call.id, call.index, call.name, "".join(call.pieces) or "{}")
        if self._turn.faithful(USAGE_AFTER_THE_END):
            self._complete()
        else:
            self._owed = True

    def _complete(self) -> None:
        response = completed_response(self._id, self._created_at)
        response |= echo(self._turn.sent if self._turn.faithful(ECHO_AS_TRANSLATED) else self._turn.original)
        if output := self._output():
            response["output"] = output
        if self._usage.seen:
            response["usage"] = self._usage.tell()
        if self._cut and not self._turn.faithful(ALWAYS_COMPLETED):
            response |= {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
        self._events.completed(response)

    def _output(self) -> list[Json]:
        nothing = "" if self._turn.faithful(NO_ARGUMENTS_EMPTY) else "{}"
        said = [(m.index, message(m.id, output_text("".join(m.pieces)))) for m in self._messages.values()]
        called = [(c.index, function_call(c.id, c.name, "".join(c.pieces) or nothing)) for c in self._calls.values()]
        return [item for _, item in sorted([*self._items, *said, *called], key=lambda entry: entry[0])]
