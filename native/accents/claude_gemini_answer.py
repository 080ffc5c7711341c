"""Claude clients over Gemini: the answer, whole and streamed.

Everything that turns Gemini's candidates into Claude's messages and events lives here. Laws: parts of one kind that
follow each other are one block; a call's id is its tool's name and a number, so that the name can be read from it when
the result comes.
"""

from collections.abc import Iterator
from typing import Any, Final

import orjson

from native.accents import claude_events as events
from native.accents.claude_names import Declared, call_id
from native.turn import Accent, Json, Turn
from native.wire import lenient
from native.wire.loose import MISSING, boolean, get, integer, text
from native.wire.spelling import Spelling

FILTERED_IS_END_TURN: Final = Accent(
    "claude-gemini-filtered-is-end-turn",
    "An answer that Gemini stopped for safety, recitation or a malformed call ends as if it were complete.",
    "edge/claude-quirk/gemini-filtered",
    faulty=True,
)
LEFT_OPEN: Final = Accent(
    "claude-gemini-left-open",
    "A stream whose last chunk counts no answer tokens leaves its block open and sends no message_delta.",
    "edge/claude-quirk/gemini-nothing-counted",
    faulty=True,
)
EMPTY_TEXT_HIDES_CALL: Final = Accent(
    "claude-gemini-empty-text-hides-call",
    "In a stream, a part that has an empty text beside its function call is taken for text, and the call is lost.",
    "edge/claude-quirk/gemini-empty-text",
    faulty=True,
)
CACHE_COUNTED_IN: Final = Accent(
    "claude-gemini-cache-counted-in",
    "Tokens from the cache are counted among input_tokens and not told apart.",
    "edge/claude-quirk/gemini-cached",
    faulty=True,
)
MADE_UP_GREETING: Final = Accent(
    "claude-gemini-made-up-greeting",
    "Where Gemini's first chunk has no responseId or modelVersion, message_start has a fixed id, an old model's name.",
    "edge/claude-quirk/gemini-nameless",
)
ANSWER_ACCENTS: Final = (FILTERED_IS_END_TURN, LEFT_OPEN, EMPTY_TEXT_HIDES_CALL, CACHE_COUNTED_IN, MADE_UP_GREETING)

_CALLS_MADE: Final = "claude_gemini.calls_made"
_FIXED_ID: Final = "msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY"
_FIXED_MODEL: Final = "claude-3-5-sonnet-20241022"
_COMPLETE: Final = frozenset({"", "STOP", "FINISH_REASON_UNSPECIFIED", "UNKNOWN"})


def _reason(root: Any, turn: Turn, *, called: bool) -> str:
    if called:
        return "tool_use"
    finish = text(get(root, "candidates", 0, "finishReason"))
    if finish == "MAX_TOKENS":
        return "max_tokens"
    return "end_turn" if finish in _COMPLETE or turn.faithful(FILTERED_IS_END_TURN) else "refusal"


def _account(told: Any, turn: Turn) -> dict[str, int]:
    tokens_in = integer(get(told, "promptTokenCount"))
    tokens_out = integer(get(told, "candidatesTokenCount")) + integer(get(told, "thoughtsTokenCount"))
    cached = 0 if turn.faithful(CACHE_COUNTED_IN) else integer(get(told, "cachedContentTokenCount"))
    return events.usage(events.apart(tokens_in, cached), tokens_out, cached)


def whole(answer: bytes, turn: Turn) -> bytes:
    """The Claude message that a whole answer makes."""
    root = lenient.parse(answer)
    blocks = list(_blocks(get(root, "candidates", 0, "content", "parts"), turn))
    out: Json = {
        "id": text(get(root, "responseId")),
        "type": "message",
        "role": "assistant",
        "model": text(get(root, "modelVersion")),
        "content": blocks,
        "stop_reason": _reason(root, turn, called=any(block["type"] == "tool_use" for block in blocks)),
        "stop_sequence": None,
    }
    if (told := get(root, "usageMetadata")) is not MISSING:
        out["usage"] = _account(told, turn)
    return orjson.dumps(out)


def _blocks(parts: Any, turn: Turn) -> Iterator[Json]:
    names = Declared(turn)
    kind, said, calls = "", "", 0
    for part in parts if isinstance(parts, list) else ():
        words, call = text(get(part, "text")), get(part, "functionCall")
        own = "thinking" if boolean(get(part, "thought")) else "text"
        if words and own == kind:
            said += words
            continue
        if not words and call is MISSING:
            continue
        if said:
            yield {"type": kind, kind: said}
        kind, said = (own, words) if words else ("", "")
        if not words:
            calls += 1
            name = names.restored(text(get(call, "name")))
            arguments = get(call, "args")
            yield {
                "type": "tool_use",
                "id": call_id(f"{name}-{calls}", turn),
                "name": names.spelled(name),
                "input": arguments if isinstance(arguments, dict) else {},
            }
    if said:
        yield {"type": kind, kind: said}


class GeminiStream:
    """Gemini's stream as a Claude client gets it."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._parse = lenient.reader()
        self._names = Declared(turn)
        self._begun = False
        self._kind = ""
        self._index = 0
        self._said = False
        self._called = False
        self._ended = False
        self._finish: Any = MISSING

    def feed(self, line: bytes) -> list[bytes]:
        """Take one payload, bare or behind `data:`; the last one is `[DONE]`."""
        if line == b"[DONE]":
            return self._stop()
        start = line.find(b"{")
        payload = line[start:] if start >= 0 else b""
        root = self._parse(payload)
        out: list[bytes] = []
        if not self._begun:
            self._begin(root, out)
        parts = get(root, "candidates", 0, "content", "parts")
        if isinstance(parts, list):
            for place, part in enumerate(parts):
                self._part(part, payload, place, out)
        if b'"finishReason"' in line:
            self._finish = root
            told = get(root, "usageMetadata")
            if self._said and get(told, "candidatesTokenCount") is not MISSING:
                self._end(root, told, out)
        return [b"\n".join(out) + b"\n" if out else b""]

    def finish(self) -> list[bytes]:
        """Nothing is owed: `[DONE]` was fed."""
        return []

    def _stop(self) -> list[bytes]:
        if not self._said:
            return []
        out: list[bytes] = []
        if not self._ended and self._finish is not MISSING and not self._turn.faithful(LEFT_OPEN):
            self._end(self._finish, get(self._finish, "usageMetadata"), out)
        out.append(events.MESSAGE_STOP)
        return [b"\n".join(out) + b"\n"]

    def _begin(self, root: Any, out: list[bytes]) -> None:
        self._begun = True
        message, model = get(root, "responseId"), get(root, "modelVersion")
        out.append(
            events.message_start(
                _FIXED_ID if message is MISSING else text(message), _FIXED_MODEL if model is MISSING else text(model)
            )
        )

    def _part(self, part: Any, payload: bytes, place: int, out: list[bytes]) -> None:
        words, call = get(part, "text"), get(part, "functionCall")
        if call is not MISSING and not words and not self._turn.faithful(EMPTY_TEXT_HIDES_CALL):
            words = MISSING
        if words is not MISSING:
            self._say("thinking" if boolean(get(part, "thought")) else "text", text(words), out)
        elif call is not MISSING:
            arguments = get(call, "args")
            path = ("candidates", 0, "content", "parts", place, "functionCall", "args")
            self._call(call, "" if arguments is MISSING else Spelling(payload).of(arguments, *path), out)

    def _say(self, kind: str, words: str, out: list[bytes]) -> None:
        if self._kind != kind:
            self._close(out)
            self._kind = kind
            out.append((events.thinking_start if kind == "thinking" else events.text_start)(self._index))
        out.append((events.thinking_delta if kind == "thinking" else events.text_delta)(self._index, words))
        self._said = True

    def _call(self, call: Any, arguments: str, out: list[bytes]) -> None:
        """A call, or the rest of the one before where it has no name."""
        self._called = True
        name = self._names.restored(text(get(call, "name")))
        if name or self._kind != "tool":
            self._close(out)
            self._kind = "tool"
            self._said = True
            shelves = self._turn.memory.shelves
            made = shelves[_CALLS_MADE] = shelves.get(_CALLS_MADE, 0) + 1
            made_id = call_id(f"{name}-{made}", self._turn)
            out.append(events.tool_start(self._index, made_id, self._names.spelled(name)))
        if arguments:
            out.append(events.input_delta(self._index, arguments))

    def _close(self, out: list[bytes]) -> None:
        if self._kind:
            out.append(events.block_stop(self._index))
            self._index += 1

    def _end(self, root: Any, told: Any, out: list[bytes]) -> None:
        self._ended = True
        out.append(events.block_stop(self._index))
        out.append(events.message_delta(_reason(root, self._turn, called=self._called), _account(told, self._turn)))
