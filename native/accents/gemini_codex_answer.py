"""Gemini clients on Codex: the answers, whole and streamed.

Everything that turns Codex's events into Gemini's answers lives here. Laws: calls are held back until something else
is told; a chunk without a time of its own has the legacy's fixed one; names come back as the client declared them.
"""

from typing import Any, Final

import orjson

from native.accents.gemini_candidates import (
    STOP,
    TRAFFIC,
    call_part,
    finished_late,
    frame,
    label,
    stamp,
    text_part,
    thought_part,
)
from native.accents.gemini_codex_names import long_by_short
from native.turn import Accent, Turn
from native.wire.lenient import parse, reader
from native.wire.loose import MISSING, get, integer, text
from native.wire.loose import parse as parse_strictly
from native.wire.spelling import Spelling

CALLS_REPEATED: Final = Accent(
    name="gemini-codex-calls-repeated",
    about="Once a function was called, the calls so far are told again before every further chunk.",
    evidence="edge/gemini-quirk/codex-text-after-call",
    faulty=True,
)
FIXED_TIME: Final = Accent(
    name="gemini-codex-fixed-time",
    about="Chunks between the first and the last carry a time of August 2025.",
    evidence="core/gemini-codex/stream-plain-text",
    faulty=True,
)
FINISH_MISSING: Final = Accent(
    name="gemini-codex-finish-missing",
    about="A stream ends without a finish reason, but for one of calls; an incomplete one ends without counts too.",
    evidence="core/gemini-codex/stream-plain-length",
    faulty=True,
)
DETAILS_UNCOUNTED: Final = Accent(
    name="gemini-codex-details-uncounted",
    about="Cached and reasoning tokens are in no count of their own.",
    evidence="core/gemini-codex/stream-usage-text",
    faulty=True,
)
BROKEN_ARGUMENTS: Final = Accent(
    name="gemini-codex-broken-arguments",
    about="Arguments of a call that begin as an object are passed on as they are: what is cut makes a chunk no JSON.",
    evidence="edge/gemini-quirk/codex-cut-arguments",
    faulty=True,
)
ACCENTS: Final = (CALLS_REPEATED, FIXED_TIME, FINISH_MISSING, DETAILS_UNCOUNTED, BROKEN_ARGUMENTS)

_TIME: Final = "2025-08-15T02:52:03.884209Z"
_TEXTS: Final = {
    "response.output_text.delta": text_part,
    "response.reasoning_summary_text.delta": thought_part,
}
_ENDS: Final = {"response.completed": STOP, "response.incomplete": "MAX_TOKENS"}


class CodexStream:
    """A Codex stream as Gemini's chunks."""

    __slots__ = ("_answer", "_calls", "_created", "_labelled", "_names", "_parse", "_stored", "_turn")

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._parse = reader()
        self._answer = ""
        self._created = ""
        self._names: dict[str, str] | None = None
        self._calls: list[bytes] = []
        self._stored = b""
        self._labelled = label(turn.requested, _TIME, "")

    def feed(self, line: bytes) -> list[bytes]:
        """Take one line of the stream; return the chunks it makes."""
        if not line.startswith(b"data:"):
            return []
        event = self._parse(line[5:].strip())
        kind = text(get(event, "type"))
        if (part := _TEXTS.get(kind)) is not None:
            return self._held(frame(part(text(get(event, "delta"))), self._label(event)))
        if kind == "response.output_item.done":
            self._store(event)
            return []
        if kind == "response.created":
            return self._held(frame(b"", self._begin(event)))
        if kind == "response.completed" or (kind in _ENDS and not self._turn.faithful(FINISH_MISSING)):
            finish = "" if self._turn.faithful(FINISH_MISSING) else _ENDS[kind]
            usage = TRAFFIC + b"," + _counts(get(event, "response", "usage"), self._turn)
            return self._held(frame(b"", self._label(event), finish=finish, usage=usage))
        return []

    def finish(self) -> list[bytes]:
        """Nothing is owed."""
        return []

    def _label(self, event: Any) -> bytes:
        created = get(event, "response", "created_at")
        if created is MISSING:
            return self._labelled
        return label(self._turn.requested, stamp(integer(created)), self._answer)

    def _begin(self, event: Any) -> bytes:
        response = get(event, "response")
        created = get(response, "created_at")
        self._answer = text(get(response, "id"))
        began = _TIME if created is MISSING else stamp(integer(created))
        since = _TIME if self._turn.faithful(FIXED_TIME) else began
        self._labelled = label(self._turn.requested, since, self._answer)
        return label(text(get(response, "model")), began, self._answer)

    def _store(self, event: Any) -> None:
        item = get(event, "item")
        if text(get(item, "type")) != "function_call":
            return
        if self._names is None:
            self._names = _declared(self._turn)
        if not self._calls:
            self._stored = self._label(event)
        name = text(get(item, "name"))
        arguments = _arguments(text(get(item, "arguments")), self._turn)
        self._calls.append(call_part(self._names.get(name, name), arguments))

    def _held(self, chunk: bytes) -> list[bytes]:
        """The calls that are held back, and the chunk behind them."""
        if not self._calls:
            return [chunk]
        parts = b",".join(self._calls)
        if any(parse_strictly(call) is MISSING for call in self._calls):
            calls = finished_late(frame(parts, self._stored))
        else:
            calls = frame(parts, self._stored, finish=STOP)
        if not self._turn.faithful(CALLS_REPEATED):
            self._calls = []
        return [calls, chunk]


def whole(answer: bytes, turn: Turn) -> bytes:
    """The event that ends a response, as one answer; nothing where it is another event."""
    event = parse(answer)
    if text(get(event, "type")) != "response.completed":
        return b""
    response = get(event, "response")
    created = get(response, "created_at")
    stamped = "" if created is MISSING else stamp(integer(created))
    usage = get(response, "usage")
    counts = TRAFFIC if usage is MISSING else TRAFFIC + b"," + _counts(usage, turn)
    output = get(response, "output")
    names = _declared(turn)
    spelling = Spelling(answer)
    parts: list[bytes] = []
    for index, item in enumerate(output if isinstance(output, list) else ()):
        content = get(item, "content")
        if text(get(item, "type")) == "reasoning" and content is not MISSING:
            listed = isinstance(content, (dict, list))
            said = spelling.of(content, "response", "output", index, "content") if listed else text(content)
            parts.append(b'{"text":' + orjson.dumps(said) + b',"thought":true}')
        else:
            parts += _parts(item, names, turn)
    labelled = label(turn.requested, stamped, text(get(response, "id")))
    return frame(b",".join(parts), labelled, finish=STOP, usage=counts)


def _parts(item: Any, names: dict[str, str], turn: Turn) -> list[bytes]:
    """A message's texts or a call; nothing for other items."""
    kind = text(get(item, "type"))
    content = get(item, "content")
    if kind == "message" and isinstance(content, list):
        said = (get(piece, "text") for piece in content if text(get(piece, "type")) == "output_text")
        return [text_part(text(words)) for words in said if words is not MISSING]
    if kind == "function_call":
        name = text(get(item, "name"))
        return [call_part(names.get(name, name), _arguments(text(get(item, "arguments")), turn))]
    return []


def _arguments(spelled: str, turn: Turn) -> bytes:
    """Arguments that begin as an object, as they are; an empty object else."""
    if not spelled.lstrip(_BLANKS).startswith("{"):
        return b"{}"
    if not turn.faithful(BROKEN_ARGUMENTS) and parse_strictly(spelled) is MISSING:
        return b"{}"
    return spelled.encode()


_BLANKS: Final = "".join(map(chr, range(33)))


def _declared(turn: Turn) -> dict[str, str]:
    return long_by_short(turn.original.get("tools"))


def _counts(usage: Any, turn: Turn) -> bytes:
    prompt, said = integer(get(usage, "input_tokens")), integer(get(usage, "output_tokens"))
    counts = b'"promptTokenCount":%d,"candidatesTokenCount":%d,"totalTokenCount":%d' % (prompt, said, prompt + said)
    if turn.faithful(DETAILS_UNCOUNTED):
        return counts
    cached = integer(get(usage, "input_tokens_details", "cached_tokens"))
    thought = integer(get(usage, "output_tokens_details", "reasoning_tokens"))
    return counts + b',"cachedContentTokenCount":%d,"thoughtsTokenCount":%d' % (cached, thought)
