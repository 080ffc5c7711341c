"""Gemini clients on Claude: the answers, whole and streamed.

Everything that turns Claude's events into Gemini's answers lives here. Claude is always asked for a stream, so a whole
answer is made from its events too. Laws: a call is told when its block has ended, its arguments as they were streamed;
what is no `data:` line is not looked at.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from native.accents.gemini_candidates import (
    STOP,
    TRAFFIC,
    call_part,
    counted_late,
    finished_late,
    frame,
    label,
    stamp,
    text_part,
    thought_part,
)
from native.turn import Accent, Turn
from native.wire.lenient import reader
from native.wire.loose import MISSING, get, integer, raw, text
from native.wire.loose import parse as parse_strictly

FINISH_ALWAYS_STOP: Final = Accent(
    name="gemini-claude-finish-always-stop",
    about="An answer ends with `STOP` even where the limit of tokens cut it.",
    evidence="core/gemini-claude/whole-plain-length",
    faulty=True,
)
PROMPT_COUNT_LOST: Final = Accent(
    name="gemini-claude-prompt-count-lost",
    about="The prompt's tokens are counted as 0: the counts that Claude sends first are not read.",
    evidence="core/gemini-claude/whole-plain-text",
    faulty=True,
)
BROKEN_ARGUMENTS: Final = Accent(
    name="gemini-claude-broken-arguments",
    about="Arguments of a call that the limit of tokens cut are passed on as they are: the chunk is no JSON.",
    evidence="edge/gemini-quirk/claude-cut-arguments",
    faulty=True,
)
SIGNATURE_AS_EMPTY: Final = Accent(
    name="gemini-claude-empty-chunk-for-signature",
    about="A chunk without parts is sent where Claude streams a thinking signature.",
    evidence="core/gemini-claude/stream-plain-think",
    faulty=True,
)

_FINISHES: Final = {"max_tokens": "MAX_TOKENS", "refusal": "SAFETY"}
_KINDS: Final = {"text_delta": ("text", text_part), "thinking_delta": ("thinking", thought_part)}


@dataclass(slots=True)
class _Calls:
    """Calls whose blocks are open, by the index of the block."""

    names: dict[int, str] = field(default_factory=dict)
    arguments: dict[int, str] = field(default_factory=dict)

    def opened(self, event: Any) -> None:
        block = get(event, "content_block")
        if text(get(block, "type")) == "tool_use" and (name := get(block, "name")) is not MISSING:
            self.names[integer(get(event, "index"))] = text(name)

    def grown(self, event: Any, delta: Any) -> None:
        index = integer(get(event, "index"))
        self.arguments[index] = self.arguments.get(index, "") + text(get(delta, "partial_json"))

    def closed(self, event: Any, turn: Turn) -> bytes | None:
        """The call that this block was, or None where it was another kind of block."""
        index = integer(get(event, "index"))
        name, arguments = self.names.get(index, ""), self.arguments.get(index, "").strip()
        if not name and not arguments:
            return None
        self.names.pop(index, None)
        self.arguments.pop(index, None)
        if arguments and not turn.faithful(BROKEN_ARGUMENTS) and parse_strictly(arguments) is MISSING:
            arguments = ""
        return call_part(name, arguments.encode() or b"{}")


class ClaudeStream:
    """Claude's stream as Gemini's chunks."""

    __slots__ = ("_answer", "_calls", "_labelled", "_model", "_parse", "_stamped", "_started", "_turn")

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._model, self._answer = turn.requested, ""
        self._stamped = ""
        self._parse = reader()
        self._labelled = b""
        self._started: Any = MISSING
        self._calls = _Calls()

    def feed(self, line: bytes) -> list[bytes]:
        """Take one line of the stream; return the chunks it makes."""
        if not line.startswith(b"data:"):
            return []
        if not self._stamped:
            self._stamped = stamp(int(self._turn.clock.now()))
            self._relabel()
        event = self._parse(line[5:].strip())
        make = _EVENTS.get(text(get(event, "type")))
        chunk = make(self, event) if make else None
        return [] if chunk is None else [chunk]

    def finish(self) -> list[bytes]:
        """Nothing is owed."""
        return []

    def _relabel(self) -> None:
        self._labelled = label(self._model, self._stamped, self._answer)

    def _start(self, event: Any) -> None:
        message = get(event, "message")
        if message is MISSING:
            return
        self._answer, self._model = text(get(message, "id")), text(get(message, "model"))
        self._started = get(message, "usage")
        self._relabel()

    def _open(self, event: Any) -> None:
        self._calls.opened(event)

    def _delta(self, event: Any) -> bytes | None:
        delta = get(event, "delta")
        kind = text(get(delta, "type"))
        if kind == "input_json_delta":
            self._calls.grown(event, delta)
            return None
        part = _part(delta, kind)
        if not part and not self._turn.faithful(SIGNATURE_AS_EMPTY):
            return None
        return frame(part, self._labelled)

    def _close(self, event: Any) -> bytes | None:
        call = self._calls.closed(event, self._turn)
        if call is None:
            return None
        if parse_strictly(call) is MISSING:
            return finished_late(frame(call, self._labelled))
        return frame(call, self._labelled, finish=STOP if self._turn.faithful(FINISH_ALWAYS_STOP) else "")

    def _end(self, event: Any) -> bytes:
        counts = _counts(_usage(get(event, "usage"), self._started, self._turn))
        usage = TRAFFIC + b"," + counts if counts else TRAFFIC
        return frame(b"", self._labelled, finish=_finish(event, self._turn), usage=usage)

    def _fail(self, event: Any) -> bytes:
        message = text(get(event, "error", "message")) or "Unknown error occurred"
        return b'{"error":{"code":400,"message":' + raw(message).encode() + b',"status":"INVALID_ARGUMENT"}}'


_EVENTS: Final = {
    "message_start": ClaudeStream._start,  # noqa: SLF001 - the table is the class's own
    "content_block_start": ClaudeStream._open,  # noqa: SLF001
    "content_block_delta": ClaudeStream._delta,  # noqa: SLF001
    "content_block_stop": ClaudeStream._close,  # noqa: SLF001
    "message_delta": ClaudeStream._end,  # noqa: SLF001
    "error": ClaudeStream._fail,  # noqa: SLF001
}


def whole(answer: bytes, turn: Turn) -> bytes:
    """Claude's events, all of them, as one answer."""
    gathered, parse = _Gathered(), reader()
    for line in answer.split(b"\n"):
        if line.startswith(b"data:") and (data := line[5:].strip()):
            gathered.take(parse(data), turn)
    parts = b",".join(_joined(gathered.parts))
    labelled = label(turn.requested, gathered.stamped, gathered.answer)
    counts = _counts(gathered.usage)
    answered = frame(parts, labelled, finish=gathered.finish)
    if not counts:
        return answered
    usage = counts + b"," + TRAFFIC
    if gathered.broken:
        return counted_late(answered, usage)
    return frame(parts, labelled, finish=gathered.finish, usage=usage)


@dataclass(slots=True)
class _Gathered:
    """What the events of a whole answer have told so far."""

    parts: list[tuple[str, bytes | str]] = field(default_factory=list)
    calls: _Calls = field(default_factory=_Calls)
    started: Any = MISSING
    usage: Any = MISSING
    stamped: str = ""
    answer: str = ""
    finish: str = STOP
    broken: bool = False

    def take(self, event: Any, turn: Turn) -> None:
        kind = text(get(event, "type"))
        if kind == "message_start" and (message := get(event, "message")) is not MISSING:
            self.answer = text(get(message, "id"))
            self.started = get(message, "usage")
            self.stamped = stamp(int(turn.clock.now()))
        elif kind == "content_block_start":
            self.calls.opened(event)
        elif kind == "content_block_delta":
            self._grow(event)
        elif kind == "content_block_stop" and (call := self.calls.closed(event, turn)) is not None:
            self.parts.append(("", call))
            self.broken = self.broken or parse_strictly(call) is MISSING
        elif kind == "message_delta":
            self.finish = _finish(event, turn)
            if (usage := get(event, "usage")) is not MISSING:
                self.usage = _usage(usage, self.started, turn)

    def _grow(self, event: Any) -> None:
        delta = get(event, "delta")
        kind = text(get(delta, "type"))
        if kind == "input_json_delta":
            self.calls.grown(event, delta)
        elif kind in _KINDS and (said := text(get(delta, _KINDS[kind][0]))):
            self.parts.append((kind, said))


def _part(delta: Any, kind: str) -> bytes:
    if kind not in _KINDS:
        return b""
    name, part = _KINDS[kind]
    said = text(get(delta, name))
    return part(said) if said else b""


def _joined(parts: list[tuple[str, bytes | str]]) -> list[bytes]:
    """Neighbouring pieces of one kind of text as one part; calls as they are."""
    found: list[bytes] = []
    run: list[str] = []
    last = ""
    for kind, piece in [*parts, ("", b"")]:
        if run and kind != last:
            found.append(_KINDS[last][1]("".join(run)))
            run = []
        if isinstance(piece, str):
            run.append(piece)
        elif piece:
            found.append(piece)
        last = kind
    return found


def _finish(event: Any, turn: Turn) -> str:
    if turn.faithful(FINISH_ALWAYS_STOP):
        return STOP
    return _FINISHES.get(text(get(event, "delta", "stop_reason")), STOP)


def _usage(usage: Any, started: Any, turn: Turn) -> Any:
    """The counts at the end; those from the start stay under them where the legacy's fault is left out."""
    if turn.faithful(PROMPT_COUNT_LOST) or not isinstance(started, dict):
        return usage
    return {**started, **usage} if isinstance(usage, dict) else started


def _counts(usage: Any) -> bytes:
    """Claude's counts in Gemini's names."""
    if usage is MISSING:
        return b""
    prompt, said = integer(get(usage, "input_tokens")), integer(get(usage, "output_tokens"))
    counts = b'"promptTokenCount":%d,"candidatesTokenCount":%d,"totalTokenCount":%d' % (prompt, said, prompt + said)
    made, read = get(usage, "cache_creation_input_tokens"), get(usage, "cache_read_input_tokens")
    if made is not MISSING or read is not MISSING:
        counts += b',"cachedContentTokenCount":%d' % (integer(made) + integer(read))
    if (thought := get(usage, "thinking_tokens")) is not MISSING:
        counts += b',"thoughtsTokenCount":%d' % integer(thought)
    return counts
