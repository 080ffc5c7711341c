"""Gemini clients on OpenAI-compatible upstreams: the answers, whole and streamed.

Everything that turns a chat completion into Gemini's answers lives here. Laws: a stream's calls are told when a finish
reason comes, in the order of their index (the legacy: of a Go map); arguments stand there as the model spelled them.
"""

from typing import Any, Final

import orjson

from native.accents.gemini_openai_arguments import as_object
from native.turn import Accent, Json, Turn
from native.wire.lenient import parse
from native.wire.loose import MISSING, get, integer, raw, text
from native.wire.spelling import Spelling

NULL_FINISH: Final = Accent(
    name="gemini-openai-null-finish-is-stop",
    about="A chunk with nothing to say and a finish reason of `null` is told as an empty chunk that ends with `STOP`.",
    evidence="core/gemini-compat/stream-plain-text",
    faulty=True,
)
FINISH_WITH_TEXT: Final = Accent(
    name="gemini-openai-finish-beside-text-lost",
    about="A finish reason that comes in one chunk with text or calls is lost, and calls that wait for it with it.",
    evidence="quirks/gemini-compat/finish-with-text",
    faulty=True,
)
MODEL_FIELD: Final = Accent(
    name="gemini-openai-model-field",
    about="The model stands under `model`, which Gemini does not know, instead of `modelVersion`.",
    evidence="core/gemini-compat/whole-history-text",
    faulty=True,
)
ACCENTS: Final = (NULL_FINISH, FINISH_WITH_TEXT, MODEL_FIELD)

_FINISHES: Final = {"length": "MAX_TOKENS", "content_filter": "SAFETY"}


class OpenAIStream:
    """A chat completion's stream as Gemini's chunks."""

    __slots__ = ("_calls", "_turn")

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._calls: dict[int, tuple[str, str]] = {}

    def feed(self, line: bytes) -> list[bytes]:
        """Take one line of the stream; return the chunks it makes."""
        data = line[5:].strip() if line.startswith(b"data:") else line
        event = parse(data)
        choices = get(event, "choices")
        if not isinstance(choices, list):
            return []
        if not choices:
            usage = get(event, "usage")
            return [] if usage is MISSING else [b'{"candidates":[]' + self._behind(event, usage, first=True)]
        return [chunk for choice in choices for chunk in self._chunks(event, choice)]

    def finish(self) -> list[bytes]:
        """Nothing is owed; calls that no finish reason followed are lost, but for the clean dialect."""
        if not self._calls or self._turn.faithful(FINISH_WITH_TEXT):
            return []
        return [self._chunk(self._told(), b"}", ended="STOP")]

    def _chunks(self, event: Any, choice: Any) -> list[bytes]:
        delta = get(choice, "delta")
        behind = self._behind(event, MISSING)
        clean = not self._turn.faithful(FINISH_WITH_TEXT)
        chunks = [self._chunk(part, behind) for part in _parts(delta)]
        calls = get(delta, "tool_calls")
        if chunks and not clean:
            return chunks
        if isinstance(calls, list):
            for call in calls:
                self._grow(call)
            if not clean:
                return []
        reason = get(choice, "finish_reason")
        usage = get(event, "usage")
        if reason is not MISSING and (reason is not None or self._turn.faithful(NULL_FINISH)):
            if clean:
                behind = self._behind(event, usage)
            return [*chunks, self._chunk(self._told(), behind, ended=_FINISHES.get(text(reason), "STOP"))]
        if usage is not MISSING and not chunks:
            return [self._chunk(b"", self._behind(event, usage))]
        return chunks

    def _grow(self, call: Any) -> None:
        function = get(call, "function")
        if text(get(call, "type")) not in {"", "function"} or function is MISSING:
            return
        index = integer(get(call, "index"))
        name, arguments = self._calls.get(index, ("", ""))
        said = text(get(function, "name")) or name
        self._calls[index] = (said, arguments + text(get(function, "arguments")))

    def _told(self) -> bytes:
        """The calls that wait, as parts; none wait behind them."""
        if not self._calls:
            return b""
        calls, self._calls = self._calls, {}
        return b",".join(
            b'{"functionCall":{"name":' + orjson.dumps(name) + b',"args":' + as_object(arguments) + b"}}"
            for _, (name, arguments) in sorted(calls.items())
        )

    def _chunk(self, parts: bytes, behind: bytes, *, ended: str = "") -> bytes:
        finish = b',"finishReason":"%s"' % ended.encode() if ended else b""
        opening = b'{"candidates":[{"content":{"parts":['
        return b"".join((opening, parts, b'],"role":"model"},"index":0', finish, b"}]", behind))

    def _behind(self, event: Any, usage: Any, *, first: bool = False) -> bytes:
        """What stands behind the candidates: model and counts; the counts come `first` where there is no candidate."""
        model = get(event, "model")
        told = b"" if model is MISSING else b",%s:%s" % (_model_key(self._turn), raw(text(model)).encode())
        counts = b"" if usage is MISSING else b',"usageMetadata":' + orjson.dumps(_usage(usage))
        return (counts + told if first else told + counts) + b"}"


def whole(answer: bytes, turn: Turn) -> bytes:
    """A whole chat completion as one answer; further choices are written over the first."""
    event = parse(answer)
    candidate: Json = {"content": {"parts": [], "role": "model"}, "index": 0}
    out: Json = {"candidates": [candidate]}
    if (model := get(event, "model")) is not MISSING:
        out[_model_key(turn).decode()[1:-1]] = text(model)
    choices = get(event, "choices")
    spelling = Spelling(answer)
    for index, choice in enumerate(choices if isinstance(choices, list) else ()):
        message = get(choice, "message")
        content = get(message, "content")
        listed = isinstance(content, (dict, list))
        said = spelling.of(content, "choices", index, "message", "content") if listed else text(content)
        _write(candidate["content"]["parts"], message, said)
        if (reason := get(choice, "finish_reason")) is not MISSING:
            candidate["finishReason"] = _FINISHES.get(text(reason), "STOP")
        candidate["index"] = integer(get(choice, "index"))
    if (usage := get(event, "usage")) is not MISSING:
        out["usageMetadata"] = _usage(usage)
    return orjson.dumps(out)


def _write(parts: list[Json], message: Any, content: str) -> None:
    """Write a message's reasoning, its content as text, and its calls into `parts`, from the first on."""
    told: list[Json] = [
        {"thought": True, "text": said} for said in _reasoned(get(message, "reasoning_content")) if said
    ]
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
    parts = [b'{"thought":true,"text":' + orjson.dumps(said) + b"}" for said in _reasoned(reasoning) if said]
    if content := text(get(delta, "content")):
        parts.append(b'{"text":' + orjson.dumps(content) + b"}")
    return parts


def _reasoned(node: Any) -> list[str]:
    """The texts of reasoning: a text, an object with one, or a list of such."""
    if isinstance(node, str):
        return [node]
    found: list[str] = []
    stack = [node]
    while stack:
        entry = stack.pop()
        if isinstance(entry, list):
            stack += reversed(entry)
        elif isinstance(entry, str):
            found.append(entry)
        elif isinstance(entry, dict) and "text" in entry:
            found.append(text(entry["text"]))
    return found


def _usage(usage: Any) -> Json:
    counts: Json = {
        "promptTokenCount": integer(get(usage, "prompt_tokens")),
        "candidatesTokenCount": integer(get(usage, "completion_tokens")),
        "totalTokenCount": integer(get(usage, "total_tokens")),
    }
    reasoned = get(usage, "completion_tokens_details", "reasoning_tokens")
    if reasoned is MISSING:
        reasoned = get(usage, "output_tokens_details", "reasoning_tokens")
    if (thought := integer(reasoned)) > 0:
        counts["thoughtsTokenCount"] = thought
    return counts


def _model_key(turn: Turn) -> bytes:
    return b'"model"' if turn.faithful(MODEL_FIELD) else b'"modelVersion"'
