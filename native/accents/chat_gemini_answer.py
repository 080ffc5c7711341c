"""Gemini's answers as a chat client reads them, whole and streamed.

Everything that a chat client gets of Gemini lives here. Law: one chunk of Gemini makes one chunk for each of its
candidates; what has no chat counterpart (signatures, grounding) is left out.
"""

import re
from datetime import datetime
from typing import Any, Final, final

import orjson

from native.accents import chat_gemini_quirks as quirks
from native.accents.claude_names import function_name
from native.turn import Json, Turn
from native.wire.lenient import parse, reader
from native.wire.loose import MISSING, boolean, get, integer, text, trim
from native.wire.spelling import Spelling

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)")
_BRACKET: Final = re.compile(rb"[{\[]")
_COUNTER: Final = "chat_gemini.calls"
_REASONS: Final = {"max_tokens": "length", "malformed_function_call": "stop", "other": "stop", "stop": "stop"}


def _unix(said: str) -> int | None:
    """The seconds of an RFC 3339 time; None where it is none."""
    if not _TIME.fullmatch(said):
        return None
    try:
        return int(datetime.fromisoformat(said.replace(",", ".")).timestamp() // 1)
    except (ValueError, OverflowError):
        return None


def _usage(said: Any) -> Json:
    counts: Json = said if isinstance(said, dict) else {}
    usage: Json = {}
    if "candidatesTokenCount" in counts:
        usage["completion_tokens"] = integer(counts["candidatesTokenCount"])
    if "totalTokenCount" in counts:
        usage["total_tokens"] = integer(counts["totalTokenCount"])
    usage["prompt_tokens"] = integer(counts.get("promptTokenCount"))
    if (thought := integer(counts.get("thoughtsTokenCount"))) > 0:
        usage["completion_tokens_details"] = {"reasoning_tokens": thought}
    if (cached := integer(counts.get("cachedContentTokenCount"))) > 0:
        usage["prompt_tokens_details"] = {"cached_tokens": cached}
    return usage


def _named(reason: str, turn: Turn) -> str:
    """Gemini's reason for an end as it is told."""
    if not reason or turn.faithful(quirks.REASONS_AS_GEMINI_SAYS):
        return reason
    return _REASONS.get(reason, "content_filter")


@final
class Said:
    """One candidate's parts as a chat message or delta.

    Attributes:
        message: The message, with `null` where nothing was said.
        calls: The tool calls among it.
    """

    __slots__ = ("_names", "_turn", "calls", "message")

    def __init__(self, turn: Turn, names: "Names", role: str | None) -> None:
        self._turn = turn
        self._names = names
        self.message: Json = {"role": role, "content": None, "reasoning_content": None, "tool_calls": None}
        self.calls: list[Json] = []

    def text(self, part: Json, *, joined: bool) -> None:
        """Take a text or a thought, in place of the one before or behind it."""
        key = "reasoning_content" if boolean(part.get("thought")) else "content"
        said = text(part["text"])
        self.message[key] = (self.message[key] or "") + said if joined else said
        self.message["role"] = "assistant"

    def call(self, function: Any, spelled: str, number: int | None) -> None:
        """Take a function call; `number` is its place in a stream."""
        name = self._names.restored(text(get(function, "name")))
        place = {} if number is None else {"index": number}
        identifier = f"{name}-{int(self._turn.clock.now() * 1e9)}-{self._names.count()}"
        said = {"name": name, "arguments": spelled}
        self.calls.append({"id": identifier, **place, "type": "function", "function": said})
        self.message.update(role="assistant", tool_calls=self.calls)

    def image(self, inline: Any) -> None:
        """Take an image, or any other file."""
        data = text(get(inline, "data"))
        if data:
            kind = text(get(inline, "mimeType")) or text(get(inline, "mime_type")) or "image/png"
            images = self.message.setdefault("images", [])
            images.append(
                {"type": "image_url", "image_url": {"url": f"data:{kind};base64,{data}"}, "index": len(images)}
            )
            self.message["role"] = "assistant"


@final
class Names:
    """The tools' names as the client declared them, and a number for each call made."""

    __slots__ = ("_restored", "_turn")

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._restored: dict[str, str] | None = None

    def restored(self, name: str) -> str:
        """The client's name for a tool; its body is read when the first call comes."""
        if self._restored is None:
            self._restored = self._changed()
        return self._restored.get(name, name)

    def _changed(self) -> dict[str, str]:
        """The names that Gemini was not told as they are, by what it was told."""
        declared = get(self._turn.original, "tools")
        path = ("name",) if self._turn.faithful(quirks.NAMES_NOT_RESTORED) else ("function", "name")
        changed: dict[str, str] = {}
        for tool in declared if isinstance(declared, list) else ():
            own = trim(text(get(tool, *path)))
            if own and (told := function_name(own)) != own:
                changed.setdefault(told, own)
        return changed

    def count(self) -> int:
        """The number of this call in the life of the process."""
        shelves = self._turn.memory.shelves
        made: int = shelves.get(_COUNTER, 0) + 1
        shelves[_COUNTER] = made
        return made


def _inline(part: Any) -> Any:
    found = get(part, "inlineData")
    return get(part, "inline_data") if found is MISSING else found


def _spelled(spelling: Spelling, function: Any, *path: str | int) -> str:
    arguments = get(function, "args")
    return "" if arguments is MISSING else spelling.of(arguments, *path, "functionCall", "args")


@final
class GeminiToChat:
    """Gemini's stream as chat chunks."""

    __slots__ = ("_called", "_created", "_names", "_parse", "_turn")

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._names = Names(turn)
        self._parse = reader()
        self._created = 0
        self._called: dict[int, int] = {}

    def feed(self, line: bytes) -> list[bytes]:
        """Take one line, with or without its `data:`."""
        if line.startswith(b"data:"):
            line = line[5:].strip()
        if line == b"[DONE]":
            return []
        event = self._parse(line)
        if not isinstance(event, dict):
            return []
        candidates = event.get("candidates")
        usage = event.get("usageMetadata", MISSING)
        if not isinstance(candidates, list) and usage is MISSING:
            return []
        frame = self._frame(event, usage)
        if not isinstance(candidates, list):
            empty = Said(self._turn, self._names, None).message
            return [self._chunk(frame, 0, empty, None)]
        spelling = Spelling(line)
        return [self._candidate(frame, event, candidate, place, spelling) for place, candidate in enumerate(candidates)]

    def finish(self) -> list[bytes]:
        """Nothing is owed."""
        return []

    def _frame(self, event: Json, usage: Any) -> Json:
        """What every chunk made of this event has."""
        stamp = event.get("createTime", MISSING)
        if stamp is not MISSING and (seconds := _unix(text(stamp))) is not None:
            self._created = seconds
        if not self._created and not self._turn.faithful(quirks.MADE_UP_TIME):
            self._created = int(self._turn.clock.now())
        frame: Json = {
            "id": text(event.get("responseId")),
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": text(event.get("modelVersion", "model")),
        }
        if usage is not MISSING:
            frame["usage"] = _usage(usage)
        return frame

    def _chunk(self, frame: Json, number: int, delta: Json, reason: str | None) -> bytes:
        choice = {"index": number, "delta": delta, "finish_reason": reason, "native_finish_reason": reason}
        return orjson.dumps({**frame, "choices": [choice]})

    def _candidate(self, frame: Json, event: Json, candidate: Any, place: int, spelling: Spelling) -> bytes:
        number = integer(get(candidate, "index"))
        said = Said(self._turn, self._names, None)
        parts = get(candidate, "content", "parts")
        for index, part in enumerate(parts if isinstance(parts, list) else ()):
            if not isinstance(part, dict):
                continue
            if "text" in part:
                said.text(part, joined=not self._turn.faithful(quirks.LAST_TEXT_OF_A_CHUNK))
            elif "functionCall" in part:
                function = part["functionCall"]
                path = ("candidates", place, "content", "parts", index)
                said.call(function, _spelled(spelling, function, *path), self._number(number, said))
            else:
                said.image(_inline(part))
        return self._chunk(frame, number, said.message, self._reason(event, candidate, said, number))

    def _number(self, candidate: int, said: Said) -> int:
        """The number of the next call of a candidate."""
        number = self._called.get(candidate, 0)
        self._called[candidate] = number + 1
        restarted = said.calls and self._turn.faithful(quirks.CALLS_RENUMBERED)
        return len(said.calls) if restarted else number

    def _reason(self, event: Json, candidate: Any, said: Said, number: int) -> str | None:
        if said.calls:
            return "tool_calls"
        of_first = self._turn.faithful(quirks.FIRST_CANDIDATES_REASON)
        told = get(event, "candidates", 0, "finishReason") if of_first else get(candidate, "finishReason")
        reason = (text(event.get("stop_reason")) or text(told)).lower()
        if reason and self._called.get(number) and not self._turn.faithful(quirks.STOP_AFTER_CALLS):
            return "tool_calls"
        if reason not in {"max_tokens", "stop"} and self._turn.faithful(quirks.REASONS_UNTOLD):
            return None
        return _named(reason, self._turn) or None


def stream(turn: Turn) -> GeminiToChat:
    """A new stream."""
    return GeminiToChat(turn)


def whole(data: bytes, turn: Turn) -> bytes:
    """Gemini's whole answer as a chat client reads it; what stands before its first bracket is passed over."""
    if opened := _BRACKET.search(data):
        data = data[opened.start() :]
    answer = parse(data)
    names, spelling = Names(turn), Spelling(data)
    model, usage = get(answer, "modelVersion"), get(answer, "usageMetadata")
    created = _unix(text(get(answer, "createTime"))) or 0
    if not created and not turn.faithful(quirks.MADE_UP_TIME):
        created = int(turn.clock.now())
    out: Json = {
        "id": text(get(answer, "responseId")),
        "object": "chat.completion",
        "created": created,
        "model": "model" if model is MISSING else text(model),
        "choices": [],
    }
    if usage is not MISSING:
        out["usage"] = _usage(usage)
    candidates = get(answer, "candidates")
    for place, candidate in enumerate(candidates if isinstance(candidates, list) else ()):
        out["choices"].append(_choice(candidate, place, turn, names, spelling))
    return orjson.dumps(out)


def _choice(candidate: Any, place: int, turn: Turn, names: Names, spelling: Spelling) -> Json:
    said = Said(turn, names, "assistant")
    parts = get(candidate, "content", "parts")
    for index, part in enumerate(parts if isinstance(parts, list) else ()):
        if not isinstance(part, dict):
            continue
        if "text" in part:
            said.text(part, joined=True)
        elif "functionCall" in part:
            function = part["functionCall"]
            path = ("candidates", place, "content", "parts", index)
            said.call(function, _spelled(spelling, function, *path), None)
        else:
            said.image(_inline(part))
    told = get(candidate, "finishReason")
    reason = None if told is MISSING else _named(text(told).lower(), turn)
    if said.calls:
        reason = "tool_calls"
    return {
        "index": integer(get(candidate, "index")),
        "message": said.message,
        "finish_reason": reason,
        "native_finish_reason": reason,
    }
