"""Gemini clients on OpenAI-compatible upstreams: the answers, whole and streamed.

Everything that turns a chat completion into Gemini's answers lives here. Laws: a stream's calls are told when a finish
reason comes, in the order of their index (the legacy: of a Go map); arguments stand there as the model spelled them.
"""

from typing import Any

import orjson

from native.accents.gemini_openai_arguments import as_object
from native.accents.gemini_openai_parts import (
    CHOICES_MERGED,
    FINISH_WITH_TEXT,
    NULL_FINISH,
    finish_of,
    model_key,
    reasoned,
    usage_of,
)
from native.turn import Json, Turn
from native.wire.lenient import parse, reader
from native.wire.loose import MISSING, get, integer, raw, text
from native.wire.spelling import Spelling


class OpenAIStream:
    """A chat completion's stream as Gemini's chunks."""

    __slots__ = ("_calls", "_clean", "_merged", "_nulls", "_parse", "_turn")

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._parse = reader()
        self._clean = not turn.faithful(FINISH_WITH_TEXT)
        self._merged = turn.faithful(CHOICES_MERGED)
        self._nulls = turn.faithful(NULL_FINISH)
        self._calls: dict[tuple[int, int], tuple[str, str]] = {}

    def feed(self, line: bytes) -> list[bytes]:
        """Take one line of the stream; return the chunks it makes."""
        data = line[5:].strip() if line.startswith(b"data:") else line
        event = self._parse(data)
        choices = get(event, "choices")
        if not isinstance(choices, list):
            return []
        if not choices:
            usage = get(event, "usage")
            return [] if usage is MISSING else [b'{"candidates":[]' + self._behind(event, usage, first=True)]
        return [chunk for choice in choices for chunk in self._chunks(event, choice)]

    def finish(self) -> list[bytes]:
        """Nothing is owed; calls that no finish reason followed are lost, but for the clean dialect."""
        if not self._clean:
            return []
        return [self._chunk(self._told(at), b"}", at, ended="STOP") for at in sorted({at for at, _ in self._calls})]

    def _chunks(self, event: Any, choice: Any) -> list[bytes]:
        at = 0 if self._merged else integer(get(choice, "index"))
        delta = get(choice, "delta")
        behind = self._behind(event, MISSING)
        chunks = [self._chunk(part, behind, at) for part in _parts(delta)]
        if chunks and not self._clean:
            return chunks
        calls = get(delta, "tool_calls")
        if isinstance(calls, list):
            for call in calls:
                self._grow(call, at)
            if not self._clean:
                return []
        reason = get(choice, "finish_reason")
        usage = get(event, "usage")
        if reason is not MISSING and (reason is not None or self._nulls):
            if self._clean:
                behind = self._behind(event, usage)
            return [*chunks, self._chunk(self._told(at), behind, at, ended=finish_of(reason))]
        if usage is not MISSING and not chunks:
            return [self._chunk(b"", self._behind(event, usage), at)]
        return chunks

    def _grow(self, call: Any, at: int) -> None:
        function = get(call, "function")
        if text(get(call, "type")) not in {"", "function"} or function is MISSING:
            return
        key = at, integer(get(call, "index"))
        name, arguments = self._calls.get(key, ("", ""))
        said = text(get(function, "name")) or name
        self._calls[key] = (said, arguments + text(get(function, "arguments")))

    def _told(self, at: int) -> bytes:
        """A choice's calls that wait, as parts; none wait behind them."""
        return b",".join(
            b'{"functionCall":{"name":' + orjson.dumps(name) + b',"args":' + as_object(arguments) + b"}}"
            for name, arguments in (self._calls.pop(key) for key in sorted(self._calls) if key[0] == at)
        )

    def _chunk(self, parts: bytes, behind: bytes, at: int, *, ended: str = "") -> bytes:
        finish = b',"finishReason":"%s"' % ended.encode() if ended else b""
        opening = b'{"candidates":[{"content":{"parts":['
        return b"".join((opening, parts, b'],"role":"model"},"index":%d' % at, finish, b"}]", behind))

    def _behind(self, event: Any, usage: Any, *, first: bool = False) -> bytes:
        """What stands behind the candidates: model and counts; the counts come `first` where there is no candidate."""
        model = get(event, "model")
        told = b"" if model is MISSING else b',"%s":%s' % (model_key(self._turn).encode(), raw(text(model)).encode())
        counts = b"" if usage is MISSING else b',"usageMetadata":' + orjson.dumps(usage_of(usage, self._turn))
        return (counts + told if first else told + counts) + b"}"


def whole(answer: bytes, turn: Turn) -> bytes:
    """A whole chat completion as one answer; the legacy writes further choices over the first."""
    event = parse(answer)
    candidate: Json = {"content": {"parts": [], "role": "model"}, "index": 0}
    out: Json = {"candidates": [candidate]}
    if (model := get(event, "model")) is not MISSING:
        out[model_key(turn)] = text(model)
    choices = get(event, "choices")
    spelling = Spelling(answer)
    for index, choice in enumerate(choices if isinstance(choices, list) else ()):
        if index and not turn.faithful(CHOICES_MERGED):
            candidate = {"content": {"parts": [], "role": "model"}, "index": index}
            out["candidates"].append(candidate)
        message = get(choice, "message")
        content = get(message, "content")
        listed = isinstance(content, (dict, list))
        said = spelling.of(content, "choices", index, "message", "content") if listed else text(content)
        _write(candidate["content"]["parts"], message, said)
        if (reason := get(choice, "finish_reason")) is not MISSING:
            candidate["finishReason"] = finish_of(reason)
        candidate["index"] = integer(get(choice, "index"))
    if (usage := get(event, "usage")) is not MISSING:
        out["usageMetadata"] = usage_of(usage, turn)
    return orjson.dumps(out)


def _write(parts: list[Json], message: Any, content: str) -> None:
    """Write a message's reasoning, its content as text, and its calls into `parts`, from the first on."""
    told: list[Json] = [{"thought": True, "text": said} for said in reasoned(get(message, "reasoning_content"))]
    if content:
        told.append({"text": content})
    calls = get(message, "tool_calls")
    for call in calls if isinstance(calls, list) else ():
        if text(get(call, "type")) == "function":
            function = get(call, "function")
            arguments = orjson.Fragment(as_object(text(get(function, "arguments"))))
            told.append({"functionCall": {"name": text(get(function, "name")), "args": arguments}})
    for place, part in enumerate(told):
        if place < len(parts):
            parts[place] |= part
        else:
            parts.append(part)


def _parts(delta: Any) -> list[bytes]:
    """A delta's reasoning and text, each as a part."""
    reasoning = get(delta, "reasoning_content")
    parts = []
    if reasoning:
        parts = [b'{"thought":true,"text":' + orjson.dumps(said) + b"}" for said in reasoned(reasoning)]
    if content := text(get(delta, "content")):
        parts.append(b'{"text":' + orjson.dumps(content) + b"}")
    return parts
