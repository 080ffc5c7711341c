"""Gemini clients on OpenAI-compatible upstreams: the request.

Everything that turns a Gemini request into a chat completion's lives here; the answers are `gemini_openai_answer`.
Laws: every content becomes a message, results go before the message they stood in; calls carry no ids in Gemini, so
each is given one.
"""

from functools import partial
from typing import Any, Final

from native.accents.gemini_candidates import token_count
from native.accents.gemini_openai_answer import OpenAIStream, whole
from native.accents.gemini_openai_parts import ACCENTS as ANSWERING
from native.accents.gemini_reading import THOUGHTS_AS_TEXT, Waiting, effort_of, either, parts_of
from native.turn import Accent, Json, Pair, Turn
from native.wire.loose import MISSING, get, integer, number, text
from native.wire.spelled import Spelled
from native.wire.spelling import Spelling

LAST_CALL: Final = Accent(
    name="gemini-openai-results-to-last-call",
    about="Every function response goes upstream as the result of the last call, whichever it answers.",
    evidence="core/gemini-compat/stream-results-calls",
    faulty=True,
)
EMPTY_MESSAGE: Final = Accent(
    name="gemini-openai-empty-message",
    about="A content that holds nothing but function responses leaves an empty message behind its results.",
    evidence="core/gemini-compat/whole-result-text",
    faulty=True,
)

_CHOICES: Final = {"NONE": "none", "AUTO": "auto", "ANY": "required"}
_SAMPLING: Final = (
    ("temperature", "temperature", number),
    ("maxOutputTokens", "max_tokens", integer),
    ("topP", "top_p", number),
    ("topK", "top_k", integer),
    ("candidateCount", "n", integer),
)


def request(body: Json, turn: Turn) -> Json:
    """The body for the chat completions endpoint."""
    out: Json = {"model": turn.model, "messages": []}
    config = body.get("generationConfig", MISSING)
    for theirs, ours, read in _SAMPLING:
        if (value := get(config, theirs)) is not MISSING:
            out[ours] = read(value)
    stops = get(config, "stopSequences")
    if isinstance(stops, list) and stops:
        out["stop"] = [text(stop) for stop in stops]
    if effort := effort_of(get(config, "thinkingConfig")):
        out["reasoning_effort"] = effort
    out["stream"] = turn.stream
    out["messages"] = _Conversation(turn).of(body)
    if tools := _tools(body.get("tools"), Spelling(turn.source)):
        out["tools"] = tools
    if choice := _CHOICES.get(text(get(body, "toolConfig", "functionCallingConfig", "mode"))):
        out["tool_choice"] = choice
    return out


class _Conversation:
    """The contents of one request as messages."""

    __slots__ = ("_spelling", "_turn", "_waiting")

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._spelling = Spelling(turn.source)
        self._waiting = Waiting()

    def of(self, body: Json) -> list[Json]:
        messages: list[Json] = []
        instruction = either(body, "systemInstruction", "system_instruction")
        if told := _instruction(get(instruction, "parts")):
            messages.append({"role": "system", "content": told})
        contents = body.get("contents")
        for index, content in enumerate(contents if isinstance(contents, list) else ()):
            messages += self._messages(content, index)
        return messages

    def _messages(self, content: Any, index: int) -> list[Json]:
        role = text(get(content, "role"))
        said: list[Json] = []
        calls: list[Json] = []
        results: list[Json] = []
        for place, part in parts_of(content, self._turn):
            said += _said(part)
            path = ("contents", index, "parts", place)
            if (call := get(part, "functionCall")) is not MISSING:
                calls.append(self._call(call, (*path, "functionCall", "args")))
            if (response := get(part, "functionResponse")) is not MISSING:
                results.append(self._result(response, (*path, "functionResponse", "response")))
        message: Json = {"role": "assistant" if role == "model" else role, "content": _content(said)}
        if calls:
            message["tool_calls"] = calls
        if results and not said and not calls and not self._turn.faithful(EMPTY_MESSAGE):
            return results
        return [*results, message]

    def _call(self, call: Any, path: tuple[str | int, ...]) -> Json:
        name = text(get(call, "name"))
        made = "call_" + self._turn.ids.letters(24)
        self._waiting.add(made, call)
        arguments = get(call, "args")
        spelled = "{}" if arguments is MISSING else self._spelling.of(arguments, *path)
        return {"id": made, "type": "function", "function": {"name": name, "arguments": spelled}}

    def _result(self, response: Any, path: tuple[str | int, ...]) -> Json:
        answer = get(response, "response")
        content = get(answer, "content")
        if content is not MISSING:
            told = self._spelling.of(content, *path, "content")
        else:
            told = "" if answer is MISSING else self._spelling.of(answer, *path)
        return {"role": "tool", "tool_call_id": self._answered(response), "content": told}

    def _answered(self, response: Any) -> str:
        """The id of the call that a response belongs to; a new one where there is none."""
        waiting = self._waiting
        found = waiting.last() if self._turn.faithful(LAST_CALL) else waiting.answered(response)
        return found or "call_" + self._turn.ids.letters(24)


def _instruction(parts: Any) -> list[Json]:
    return [piece for part in parts for piece in _said(part)] if isinstance(parts, list) else []


def _said(part: Any) -> list[Json]:
    """The text and the inline data of a part, in this order."""
    said: list[Json] = []
    if (words := get(part, "text")) is not MISSING:
        said.append({"type": "text", "text": text(words)})
    if (blob := get(part, "inlineData")) is not MISSING:
        kind = text(get(blob, "mimeType")) or "application/octet-stream"
        said.append({"type": "image_url", "image_url": {"url": f"data:{kind};base64,{text(get(blob, 'data'))}"}})
    return said


def _content(said: list[Json]) -> str | list[Json]:
    """Nothing but text is one text; anything else stays in pieces."""
    if all(piece["type"] == "text" for piece in said):
        return "".join(piece["text"] for piece in said)
    return said


def _tools(tools: Any, spelling: Spelling) -> list[Json]:
    found: list[Json] = []
    for at, tool in enumerate(tools if isinstance(tools, list) else ()):
        declared = get(tool, "functionDeclarations")
        for place, function in enumerate(declared if isinstance(declared, list) else ()):
            told: Json = {"name": text(get(function, "name")), "description": text(get(function, "description"))}
            schema = either(function, "parameters", "parametersJsonSchema")
            if isinstance(schema, dict):
                key = "parameters" if "parameters" in function else "parametersJsonSchema"
                spell = partial(spelling.of, schema, "tools", at, "functionDeclarations", place, key)
                told["parameters"] = Spelled(schema, spell)
            elif schema is not MISSING:
                told["parameters"] = schema
            found.append({"type": "function", "function": told})
    return found


def tokens(count: int, _: Turn) -> bytes:
    """The answer to countTokens."""
    return token_count(count)


PAIR: Final = Pair(
    client="gemini",
    upstream="openai",
    request=request,
    whole=whole,
    stream=OpenAIStream,
    tokens=tokens,
    accents=(LAST_CALL, EMPTY_MESSAGE, THOUGHTS_AS_TEXT, *ANSWERING),
)
