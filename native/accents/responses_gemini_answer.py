"""Gemini's answer as a Responses client reads it, streamed and whole.

The request's way is in `responses_gemini`. Laws: reasoning ends before anything else begins, a message before a call;
a call comes in one piece and is said in one breath; the finish reason completes the answer.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Final

from native.accents.claude_names import Declared
from native.accents.responses_events import (
    Events,
    completed_response,
    dump,
    echo,
    function_call,
    message,
    output_text,
    summary_text,
)
from native.turn import Accent, Json, Turn
from native.wire import lenient
from native.wire.loose import MISSING, boolean, get, integer, text
from native.wire.spelling import Spelling

SKIP_SIGNATURE: Final = "skip_thought_signature_validator"
"""What a request says in a signature's place, so that Gemini does not check it."""

LATE_THOUGHTS_DROPPED = Accent(
    "responses-gemini-late-thoughts-dropped",
    "Thoughts that come after text or a call are in no event.",
    "edge/responses-quirk/gemini-late-thought",
    faulty=True,
)
TEXT_BEHIND_ITS_END = Accent(
    "responses-gemini-text-behind-its-end",
    "Text that follows a call goes on in the message that was ended before it.",
    "edge/responses-quirk/gemini-text-after-call",
    faulty=True,
)
CALLS_FIRST = Accent(
    "responses-gemini-calls-first",
    "A whole answer lists its calls first, then the reasoning, then the message, however they came.",
    "core/responses-gemini/whole-tools-calls",
    faulty=True,
)
NO_OUTPUT_MISSING = Accent(
    "responses-gemini-no-output-missing",
    "A whole answer that says nothing has no `output` at all.",
    "core/responses-gemini/whole-plain-silent",
    faulty=True,
)
ALWAYS_COMPLETED = Accent(
    "responses-gemini-always-completed",
    "An answer that was cut at its length is reported as `completed`, not `incomplete`.",
    "core/responses-gemini/stream-plain-length",
    faulty=True,
)
CALLS_RENAMED = Accent(
    "responses-gemini-calls-renamed",
    "Calls have ids of the gateway's own making, not Gemini's; their signatures are not kept.",
    "core/responses-gemini/stream-tools-call",
)
ANSWER_ACCENTS = (
    CALLS_RENAMED,
    LATE_THOUGHTS_DROPPED,
    TEXT_BEHIND_ITS_END,
    CALLS_FIRST,
    NO_OUTPUT_MISSING,
    ALWAYS_COMPLETED,
)

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:\d\d)")
_ANSWERS: Final = "responses-gemini-answers"
_CALLS: Final = "responses-gemini-calls"
_PARTS: Final = ("candidates", 0, "content", "parts")


def _unwrapped(answer: Any) -> tuple[Any, tuple[str, ...]]:
    """The answer itself, and the way to it: Vertex and the Gemini CLI wrap it in `response`."""
    inner = get(answer, "response")
    wrapped = any(get(inner, key) is not MISSING for key in ("candidates", "responseId", "usageMetadata"))
    return (inner, ("response",)) if wrapped else (answer, ())


def _asked(turn: Turn) -> Json:
    """The request that the answer repeats."""
    body = turn.repeated
    inner = body.get("request")
    wrapped = isinstance(inner, dict) and any(key in inner for key in ("model", "input", "instructions"))
    return inner if isinstance(inner, dict) and wrapped else body


def _answer_id(answer: Any, turn: Turn) -> str:
    found = text(get(answer, "responseId"))
    if not found:
        number = next(turn.memory.shelves.setdefault(_ANSWERS, count(1)))
        found = f"resp_{int(turn.clock.now() * 1e9):x}_{number}"
    return found if found.startswith("resp_") else f"resp_{found}"


def _seconds(given: Any) -> int | None:
    """A `createTime` in seconds since 1970."""
    said = text(given)
    if not _TIME.fullmatch(said):
        return None
    try:
        return int(datetime.fromisoformat(said).timestamp() // 1)
    except ValueError:
        return None


def _call_number(turn: Turn) -> int:
    number: int = next(turn.memory.shelves.setdefault(_CALLS, count(1)))
    return number


@dataclass(slots=True)
class _Block:
    """An output item while it grows."""

    id: str
    index: int
    pieces: list[str] = field(default_factory=list)
    encrypted: str = ""
    done: bool = False

    @property
    def said(self) -> str:
        return "".join(self.pieces)


class GeminiStream:
    """Gemini's chunks as Responses events."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._events = Events()
        self._parse = lenient.reader()
        self._names = Declared(turn)
        self._id = ""
        self._created_at = 0
        self._next_index = 0
        self._reasoning: _Block | None = None
        self._message: _Block | None = None
        self._output: dict[int, Json] = {}

    def feed(self, line: bytes) -> list[bytes]:
        """Take one chunk, with or without its `data:`."""
        data = (line[5:] if line.startswith(b"data:") else line).strip()
        if not data or data == b"[DONE]":
            return []
        chunk = self._parse(data)
        if chunk is MISSING:
            return []
        answer, way = _unwrapped(chunk)
        if not self._id:
            self._start(answer)
        parts = get(answer, *_PARTS)
        for at, part in enumerate(parts if isinstance(parts, list) else ()):
            self._part(part, data, (*way, *_PARTS, at))
        if reason := text(get(answer, "candidates", 0, "finishReason")):
            self._complete(answer, cut=reason == "MAX_TOKENS")
        return self._events.take()

    def finish(self) -> list[bytes]:
        """Nothing is owed: the finish reason has said it all, or the answer stays incomplete."""
        return []

    def response(self, data: bytes) -> Json:
        """The completed answer of a whole one: the last event that its parts make."""
        chunks = self.feed(data)
        answer, _ = _unwrapped(lenient.parse(data))
        if not text(get(answer, "candidates", 0, "finishReason")):
            self._complete(answer, cut=False)
            chunks = self._events.take()
        found = get(lenient.parse(chunks[-1].partition(b"\ndata: ")[2]), "response") if chunks else {}
        return found if isinstance(found, dict) else {}

    def _start(self, answer: Any) -> None:
        self._id = _answer_id(answer, self._turn)
        self._created_at = _seconds(get(answer, "createTime")) or int(self._turn.clock.now())
        self._events.opened(self._id, self._created_at)

    def _take_index(self) -> int:
        self._next_index += 1
        return self._next_index - 1

    def _part(self, part: Any, data: bytes, way: tuple[str | int, ...]) -> None:
        if boolean(get(part, "thought")):
            self._think(part)
        elif said := text(get(part, "text")):
            self._say(said)
        elif (call := get(part, "functionCall")) is not MISSING:
            arguments = get(call, "args")
            spelled = "{}" if arguments is MISSING else Spelling(data).of(arguments, *way, "functionCall", "args")
            self._call(text(get(call, "name")), spelled)

    def _think(self, part: Any) -> None:
        block = self._reasoning
        if block is not None and block.done:
            if self._turn.faithful(LATE_THOUGHTS_DROPPED):
                return
            block = None
        signature = _signature(part)
        if block is None:
            self._end_message_unless_faithful()
            index = self._take_index()
            block = self._reasoning = _Block(f"rs_{self._id}_{index}", index, encrypted=signature)
            item = {"id": block.id, "type": "reasoning", "status": "in_progress"}
            self._events.reasoning_added(index, item | {"encrypted_content": signature, "summary": []})
        block.encrypted = signature or block.encrypted
        if said := text(get(part, "text")):
            block.pieces.append(said)
            self._events.reasoning_delta(block.id, block.index, said)
        self._output[block.index] = _reasoning(block)

    def _end_message_unless_faithful(self) -> None:
        if not self._turn.faithful(LATE_THOUGHTS_DROPPED):
            self._end_message()

    def _end_reasoning(self) -> None:
        block = self._reasoning
        if block is None or block.done:
            return
        block.done = True
        self._events.summary_done(block.id, block.index, block.said)
        item = self._output[block.index] = _reasoning(block)
        self._events.item_done(block.index, item)

    def _say(self, said: str) -> None:
        self._end_reasoning()
        block = self._message
        if block is None or (block.done and not self._turn.faithful(TEXT_BEHIND_ITS_END)):
            index = self._take_index()
            item_id = f"msg_{self._id}_{0 if block is None else index}"
            block = self._message = _Block(item_id, index)
            self._events.message_added(block.id, block.index)
        block.pieces.append(said)
        self._events.text_delta(block.id, block.index, said)

    def _end_message(self) -> None:
        block = self._message
        if block is not None and not block.done:
            block.done = True
            part = {"type": "output_text", "text": block.said}
            self._events.message_done(block.id, block.index, block.said, part)
            self._note_message()

    def _note_message(self) -> None:
        if (block := self._message) is not None:
            self._output[block.index] = message(block.id, output_text(block.said))

    def _call(self, given: str, arguments: str) -> None:
        self._end_reasoning()
        self._end_message()
        self._note_message()
        name = self._names.restored(given)
        index = self._take_index()
        call_id = f"call_{int(self._turn.clock.now() * 1e9)}_{_call_number(self._turn)}"
        self._events.call_added(call_id, index, name)
        self._events.arguments_delta(call_id, index, arguments)
        self._events.call_done(call_id, index, name, arguments)
        self._output[index] = function_call(call_id, name, arguments)

    def _complete(self, answer: Any, *, cut: bool) -> None:
        self._end_reasoning()
        self._end_message()
        self._note_message()
        response = completed_response(self._id, self._created_at) | echo(_asked(self._turn))
        if self._output:
            response["output"] = [item for _, item in sorted(self._output.items())]
        if (usage := get(answer, "usageMetadata")) is not MISSING:
            response["usage"] = {
                "input_tokens": integer(get(usage, "promptTokenCount")),
                "input_tokens_details": {"cached_tokens": integer(get(usage, "cachedContentTokenCount"))},
                "output_tokens": integer(get(usage, "candidatesTokenCount")),
                "output_tokens_details": {"reasoning_tokens": integer(get(usage, "thoughtsTokenCount"))},
                "total_tokens": integer(get(usage, "totalTokenCount")),
            }
        if cut and not self._turn.faithful(ALWAYS_COMPLETED):
            response |= {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
        self._events.completed(response)


def _signature(part: Any) -> str:
    """A thought's signature, in either spelling of its key."""
    for key in ("thoughtSignature", "thought_signature"):
        found = text(get(part, key))
        if found and found != SKIP_SIGNATURE:
            return found
    return ""


def _reasoning(block: _Block) -> Json:
    return {
        "id": block.id,
        "type": "reasoning",
        "encrypted_content": block.encrypted,
        "summary": [summary_text(block.said)],
    }


def whole(data: bytes, turn: Turn) -> bytes:
    """Translate a whole answer of Gemini's."""
    if not turn.faithful(CALLS_FIRST):
        response = GeminiStream(turn).response(data)
        return dump({"incomplete_details": None, "output": [], **response})
    answer, way = _unwrapped(lenient.parse(data))
    answer_id = _answer_id(answer, turn)
    found = _seconds(get(answer, "createTime"))
    created_at = int(turn.clock.now()) if found is None else found
    asked = _asked(turn)
    response = completed_response(answer_id, created_at) | {"incomplete_details": None}
    if "model" not in asked and (version := get(answer, "modelVersion")) is not MISSING:
        response["model"] = text(version)
    response |= echo(asked)
    if output := _whole_output(answer, answer_id.removeprefix("resp_"), Spelling(data), way, turn):
        response["output"] = output
    if (usage := get(answer, "usageMetadata")) is not MISSING:
        response["usage"] = _whole_usage(usage)
    return dump(response)


def _whole_output(answer: Any, bare_id: str, source: Spelling, way: tuple[str, ...], turn: Turn) -> list[Json]:
    names = Declared(turn)
    output: list[Json] = []
    thoughts, signature, texts = list[str](), "", list[str]()
    parts = get(answer, *_PARTS)
    for at, part in enumerate(parts if isinstance(parts, list) else ()):
        if boolean(get(part, "thought")):
            thoughts.append(text(get(part, "text")))
            signature = text(get(part, "thoughtSignature")) or signature
        elif said := text(get(part, "text")):
            texts.append(said)
        elif (call := get(part, "functionCall")) is not MISSING:
            arguments = get(call, "args")
            where: tuple[str | int, ...] = (*way, *_PARTS, at, "functionCall", "args")
            spelled = "" if arguments is MISSING else source.of(arguments, *where)
            call_id = f"call_{int(turn.clock.now() * 1e9):x}_{_call_number(turn)}"
            output.append(function_call(call_id, names.restored(text(get(call, "name"))), spelled))
    if (thought := "".join(thoughts)) or signature:
        item: Json = {"id": f"rs_{bare_id}", "type": "reasoning", "encrypted_content": signature}
        output.append(item | {"summary": [summary_text(thought)]} if thought else item)
    if texts:
        output.append(message(f"msg_{bare_id}_0", output_text("".join(texts))))
    return output


def _whole_usage(usage: Any) -> Json:
    counts: Json = {
        "input_tokens": integer(get(usage, "promptTokenCount")),
        "input_tokens_details": {"cached_tokens": integer(get(usage, "cachedContentTokenCount"))},
    }
    if (said := get(usage, "candidatesTokenCount")) is not MISSING:
        counts["output_tokens"] = integer(said)
    if (thought := get(usage, "thoughtsTokenCount")) is not MISSING:
        counts["output_tokens_details"] = {"reasoning_tokens": integer(thought)}
    if (total := get(usage, "totalTokenCount")) is not MISSING:
        counts["total_tokens"] = integer(total)
    return counts
