"""Gemini clients on Claude: the request.

Everything that turns a Gemini request into Claude's lives here; the answers are `gemini_claude_answer`. Laws: calls
carry no ids in Gemini, so each is given one, and results take them in the order of the calls; the three identities of
`metadata.user_id` are made once for the life of the process.
"""

from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from native.accents.gemini_candidates import token_count
from native.accents.gemini_claude_answer import (
    BROKEN_ARGUMENTS,
    FINISH_ALWAYS_STOP,
    PROMPT_COUNT_LOST,
    SIGNATURE_AS_EMPTY,
    ClaudeStream,
    whole,
)
from native.accents.gemini_claude_thinking import thinking
from native.accents.gemini_reading import RESULTS_BY_ORDER, THOUGHTS_AS_TEXT, Waiting, either, parts_of
from native.accents.gemini_types import TYPES_AS_TEXT, lowered
from native.turn import Accent, Json, Pair, Turn
from native.wire.loose import MISSING, get, integer, number, text
from native.wire.spelling import Spelling
from native.wire.twice import once

SNAKE_ONLY: Final = Accent(
    name="gemini-claude-snake-case-only",
    about="`systemInstruction`, `inlineData`, `fileData` and `toolConfig` are dropped: only snake_case is read.",
    evidence="core/gemini-claude/stream-systems-text",
    faulty=True,
)
SYSTEM_AS_USER: Final = Accent(
    name="gemini-claude-system-as-user",
    about="The system instruction goes upstream as a first user message instead of as `system`.",
    evidence="edge/gemini-quirk/claude-system-snake-case",
    faulty=True,
)

_ROLES: Final = {"model": "assistant", "function": "user", "tool": "user"}
_CHOICES: Final = {"AUTO": "auto", "NONE": "none", "ANY": "any"}
_DRAFT: Final = "http://json-schema.org/draft-07/schema#"
_SHELF: Final = "gemini-claude/user"
_EXACT: Final = 2**53


class _Fields:
    """Names of fields, in snake_case alone or in both spellings."""

    __slots__ = ("_both",)

    def __init__(self, turn: Turn) -> None:
        self._both = not turn.faithful(SNAKE_ONLY)

    def get(self, value: Any, snake: str, camel: str) -> Any:
        return either(value, snake, camel) if self._both else get(value, snake)


def request(body: Json, turn: Turn) -> Json:
    """The body for Claude's messages endpoint."""
    body = once(body)
    fields = _Fields(turn)
    out: Json = {"model": turn.model, "max_tokens": 32000, "messages": [], "metadata": {"user_id": _user(turn)}}
    config = body.get("generationConfig", MISSING)
    _sample(config, out)
    out |= thinking(get(config, "thinkingConfig"), turn.model)
    _instruct(fields.get(body, "system_instruction", "systemInstruction"), out, turn)
    out["messages"] += _messages(body.get("contents"), fields, turn)
    if tools := _tools(body.get("tools")):
        out["tools"] = lowered(tools, _as_double, faithful=turn.faithful(TYPES_AS_TEXT))
    calling = fields.get(
        fields.get(body, "tool_config", "toolConfig"), "function_calling_config", "functionCallingConfig"
    )
    if choice := _CHOICES.get(text(get(calling, "mode"))):
        out["tool_choice"] = {"type": choice}
    out["stream"] = turn.stream
    return out


def _user(turn: Turn) -> str:
    shelves = turn.memory.shelves
    if _SHELF not in shelves:
        account, session = turn.ids.uuid(), turn.ids.uuid()
        user = sha256((account + session).encode()).hexdigest()
        shelves[_SHELF] = f"user_{user}_account_{account}_session_{session}"
    return str(shelves[_SHELF])


def _sample(config: Any, out: Json) -> None:
    """Limits and sampling; `topP` counts only where there is no temperature."""
    if (most := get(config, "maxOutputTokens")) is not MISSING:
        out["max_tokens"] = integer(most)
    if (warmth := get(config, "temperature")) is not MISSING:
        out["temperature"] = number(warmth)
    elif (mass := get(config, "topP")) is not MISSING:
        out["top_p"] = number(mass)
    stops = get(config, "stopSequences")
    if isinstance(stops, list) and stops:
        out["stop_sequences"] = [text(stop) for stop in stops]


def _instruct(instruction: Any, out: Json, turn: Turn) -> None:
    parts = get(instruction, "parts")
    if not isinstance(parts, list):
        return
    told = ""
    for part in parts:
        if (said := get(part, "text")) is not MISSING:
            told += ("\n" if told else "") + text(said)
    if not told:
        return
    block = [{"type": "text", "text": told}]
    if turn.faithful(SYSTEM_AS_USER):
        out["messages"].append({"role": "user", "content": block})
    else:
        out["system"] = block


def _messages(contents: Any, fields: _Fields, turn: Turn) -> list[Json]:
    messages: list[Json] = []
    reader = _Reader(fields, turn)
    for index, content in enumerate(contents if isinstance(contents, list) else ()):
        said = text(get(content, "role"))
        role = _ROLES.get(said, said)
        blocks: list[Json] = []
        for place, part in parts_of(content, turn):
            if block := reader.block(part, role, ("contents", index, "parts", place)):
                blocks.append(block)
        if blocks:
            messages.append({"role": role, "content": blocks})
    return messages


class _Reader:
    """Reads the parts of one conversation, and remembers which calls wait for their results."""

    __slots__ = ("_fields", "_spelling", "_turn", "_waiting")

    def __init__(self, fields: _Fields, turn: Turn) -> None:
        self._fields, self._turn = fields, turn
        self._spelling = Spelling(turn.source)
        self._waiting = Waiting()

    def block(self, part: Any, role: str, path: tuple[str | int, ...]) -> Json | None:
        """A part as a block: the first of text, call, result, image, file that it has."""
        if (said := get(part, "text")) is not MISSING:
            return {"type": "text", "text": text(said)}
        if (call := get(part, "functionCall")) is not MISSING and role == "assistant":
            made = self._made()
            self._waiting.add(made, call)
            arguments = get(call, "args")
            given = arguments if isinstance(arguments, dict) else {}
            return {"type": "tool_use", "id": made, "name": text(get(call, "name")), "input": given}
        if (response := get(part, "functionResponse")) is not MISSING:
            blindly = self._turn.faithful(RESULTS_BY_ORDER)
            call_id = (self._waiting.first() if blindly else self._waiting.answered(response)) or self._made()
            told = _result(response, self._spelling, (*path, "functionResponse", "response"))
            return {"type": "tool_result", "tool_use_id": call_id, "content": told}
        return self._file(part)

    def _made(self) -> str:
        return "toolu_" + self._turn.ids.letters(24)

    def _file(self, part: Any) -> Json | None:
        fields = self._fields
        if (blob := fields.get(part, "inline_data", "inlineData")) is not MISSING:
            kind = text(fields.get(blob, "mime_type", "mimeType"))
            source = {"type": "base64", "media_type": kind, "data": text(get(blob, "data"))}
            return {"type": "image", "source": source}
        if (file := fields.get(part, "file_data", "fileData")) is not MISSING:
            told = "File: " + text(fields.get(file, "file_uri", "fileUri"))
            if (mime := fields.get(file, "mime_type", "mimeType")) is not MISSING:
                told += f" (Type: {text(mime)})"
            return {"type": "text", "text": told}
        return None


def _result(response: Any, spelling: Spelling, at: tuple[str | int, ...]) -> str:
    """A function's response as text: its `result`, or all of it, in the client's spelling."""
    answer = get(response, "response")
    if (result := get(answer, "result")) is not MISSING:
        return spelling.of(result, *at, "result") if isinstance(result, (dict, list)) else text(result)
    return "" if answer is MISSING else spelling.of(answer, *at)


def _tools(tools: Any) -> list[Json]:
    found: list[Json] = []
    for tool in tools if isinstance(tools, list) else ():
        declared = get(tool, "functionDeclarations")
        for function in declared if isinstance(declared, list) else ():
            schema = get(function, "parameters")
            if schema is MISSING:
                schema = get(function, "parametersJsonSchema")
            found.append(
                {
                    "name": text(get(function, "name")),
                    "description": text(get(function, "description")),
                    "input_schema": {} if schema is MISSING else _closed(schema),
                }
            )
    return found


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return schema
    told = schema if isinstance(schema, dict) else {}
    return {**told, "additionalProperties": False, "$schema": _DRAFT}


def _as_double(value: int) -> int | float:
    """A whole number as it reads after it has been a double."""
    if -_EXACT <= value <= _EXACT:
        return value
    found = int(Decimal(repr(float(value))))
    return found if -(2**63) <= found < 2**64 else float(value)


def tokens(count: int, _: Turn) -> bytes:
    """The answer to countTokens."""
    return token_count(count)


PAIR: Final = Pair(
    client="gemini",
    upstream="claude",
    request=request,
    whole=whole,
    stream=ClaudeStream,
    tokens=tokens,
    accents=(
        SNAKE_ONLY,
        SYSTEM_AS_USER,
        RESULTS_BY_ORDER,
        THOUGHTS_AS_TEXT,
        TYPES_AS_TEXT,
        FINISH_ALWAYS_STOP,
        PROMPT_COUNT_LOST,
        BROKEN_ARGUMENTS,
        SIGNATURE_AS_EMPTY,
    ),
)
