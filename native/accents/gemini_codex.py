"""Gemini clients on Codex: the request.

Everything that turns a Gemini request into a Codex response's lives here; the answers are `gemini_codex_answer`. Laws:
each part becomes an item of its own; calls carry no ids in Gemini, so each is given one, and results take them in the
order of the calls; Codex takes no name of more than 64 bytes.
"""

import re
from functools import partial
from typing import Any, Final

from native.accents.claude_names import shortened
from native.accents.gemini_candidates import token_count
from native.accents.gemini_codex_answer import ACCENTS as ANSWERING
from native.accents.gemini_codex_answer import CodexStream, whole
from native.accents.gemini_codex_names import short_by_long
from native.accents.gemini_reading import RESULTS_BY_ORDER, THOUGHTS_AS_TEXT, Waiting, effort_of, parts_of
from native.accents.gemini_types import TYPES_AS_TEXT, lowered
from native.turn import Accent, Json, Pair, Turn
from native.wire.loose import MISSING, get, raw, text, trim
from native.wire.spelled import Spelled, extended, without
from native.wire.spelling import Spelling

SYSTEM_SNAKE_ONLY: Final = Accent(
    name="gemini-codex-system-snake-case-only",
    about="`systemInstruction` is dropped: only `system_instruction` is read.",
    evidence="core/gemini-codex/stream-system-text",
    faulty=True,
)
FILES_DROPPED: Final = Accent(
    name="gemini-codex-images-dropped",
    about="Images are dropped, however they are sent.",
    evidence="edge/gemini-quirk/codex-image",
    faulty=True,
)
CHOICE_AUTO: Final = Accent(
    name="gemini-codex-choice-always-auto",
    about="The choice of tools is always left to the model, whatever `toolConfig` says.",
    evidence="core/gemini-codex/stream-choice_required-calls",
    faulty=True,
)
SAMPLING_DROPPED: Final = Accent(
    name="gemini-codex-sampling-dropped",
    about="Sampling, limits, stop sequences and response schemas are not passed on; Codex refuses most of them.",
    evidence="core/gemini-codex/whole-stop_one-text",
)

_TYPE: Final = re.compile(r'"type"\s*:\s*"[^"\\]*"')
_TYPES: Final = re.compile(r'("type"\s*:\s*)(\[[^\[\]{}]*\])')
_OPEN: Final = re.compile(r'("additionalProperties"\s*:\s*)true')
_CHOICES: Final = {"NONE": "none", "AUTO": "auto", "ANY": "required"}


def request(body: Json, turn: Turn) -> Json:
    """The body for the responses endpoint of Codex."""
    out: Json = {"model": turn.model, "instructions": "", "input": _input(body, turn)}
    if isinstance(tools := body.get("tools"), list):
        declared = _tools(tools, short_by_long(tools))
        told = lowered(declared, int, faithful=turn.faithful(TYPES_AS_TEXT))
        out["tools"] = _with_texts(told, tools, Spelling(turn.source))
        out["tool_choice"] = _choice(body, turn)
    out["parallel_tool_calls"] = True
    effort = effort_of(get(body, "generationConfig", "thinkingConfig"))
    out["reasoning"] = {"effort": effort or "medium", "summary": "auto"}
    out["stream"] = True
    out["store"] = False
    out["include"] = ["reasoning.encrypted_content"]
    return out


def _choice(body: Json, turn: Turn) -> str:
    if turn.faithful(CHOICE_AUTO):
        return "auto"
    return _CHOICES.get(text(get(body, "toolConfig", "functionCallingConfig", "mode")), "auto")


def _input(body: Json, turn: Turn) -> list[Json]:
    instruction = body.get("system_instruction", MISSING)
    if instruction is MISSING and not turn.faithful(SYSTEM_SNAKE_ONLY):
        instruction = body.get("systemInstruction", MISSING)
    items = _instruction(get(instruction, "parts"))
    reader = _Reader(body, turn)
    contents = body.get("contents")
    for index, content in enumerate(contents if isinstance(contents, list) else ()):
        role = text(get(content, "role"))
        for place, part in parts_of(content, turn):
            path = ("contents", index, "parts", place)
            if item := reader.item(part, "assistant" if role == "model" else role, path):
                items.append(item)
    return items


def _instruction(parts: Any) -> list[Json]:
    told = [
        {"type": "input_text", "text": text(said)}
        for part in (parts if isinstance(parts, list) else ())
        if (said := get(part, "text")) is not MISSING
    ]
    return [{"type": "message", "role": "developer", "content": told}] if told else []


class _Reader:
    """Reads the parts of one conversation, and remembers which calls wait for their results."""

    __slots__ = ("_files", "_short", "_spelling", "_turn", "_waiting")

    def __init__(self, body: Json, turn: Turn) -> None:
        self._turn = turn
        self._short = short_by_long(body.get("tools"))
        self._files = not turn.faithful(FILES_DROPPED)
        self._spelling = Spelling(turn.source)
        self._waiting = Waiting()

    def item(self, part: Any, role: str, path: tuple[str | int, ...]) -> Json | None:
        """A part as an item: the first of text, call, result that it has."""
        if (said := get(part, "text")) is not MISSING:
            kind = "output_text" if role == "assistant" else "input_text"
            return {"type": "message", "role": role, "content": [{"type": kind, "text": text(said)}]}
        if (call := get(part, "functionCall")) is not MISSING:
            return self._call(call, (*path, "functionCall", "args"))
        if (response := get(part, "functionResponse")) is not MISSING:
            return self._result(response, (*path, "functionResponse", "response"))
        if self._files and isinstance(blob := get(part, "inlineData"), dict):
            url = f"data:{text(get(blob, 'mimeType'))};base64,{text(get(blob, 'data'))}"
            return {"type": "message", "role": role, "content": [{"type": "input_image", "image_url": url}]}
        return None

    def _call(self, call: Any, path: tuple[str | int, ...]) -> Json:
        item: Json = {"type": "function_call"}
        if (name := get(call, "name")) is not MISSING:
            item["name"] = _called(text(name), self._short)
        if (arguments := get(call, "args")) is not MISSING:
            item["arguments"] = self._spelling.of(arguments, *path)
        item["call_id"] = self._made()
        self._waiting.add(item["call_id"], call)
        return item

    def _result(self, response: Any, path: tuple[str | int, ...]) -> Json:
        item: Json = {"type": "function_call_output"}
        answer = get(response, "response")
        if (result := get(answer, "result")) is not MISSING:
            spelled = isinstance(result, (dict, list))
            item["output"] = self._spelling.of(result, *path, "result") if spelled else text(result)
        elif answer is not MISSING:
            item["output"] = self._spelling.of(answer, *path)
        blindly = self._turn.faithful(RESULTS_BY_ORDER)
        item["call_id"] = (self._waiting.first() if blindly else self._waiting.answered(response)) or self._made()
        return item

    def _made(self) -> str:
        return "call_" + self._turn.ids.letters(24)


def _tools(tools: list[Any], short: dict[str, str]) -> list[Json]:
    found: list[Json] = []
    for tool in tools:
        declared = get(tool, "functionDeclarations")
        for function in declared if isinstance(declared, list) else ():
            told: Json = {"type": "function"}
            if (name := get(function, "name")) is not MISSING:
                told["name"] = _called(text(name), short)
            if (about := get(function, "description")) is not MISSING:
                told["description"] = text(about)
            schema = get(function, "parameters")
            if schema is MISSING:
                schema = get(function, "parametersJsonSchema")
            if schema is not MISSING:
                told["parameters"] = _closed(schema)
            told["strict"] = False
            found.append(told)
    return found


def _with_texts(told: list[Json], tools: list[Any], spelling: Spelling) -> list[Json]:
    """The tools, their schemas with the text that is counted: the client's own, edited as the schemas were."""
    places = [
        (function, ("tools", at, "functionDeclarations", place))
        for at, tool in enumerate(tools)
        if isinstance(declared := get(tool, "functionDeclarations"), list)
        for place, function in enumerate(declared)
    ]
    for one, (function, path) in zip(told, places, strict=True):
        key = "parameters" if get(function, "parameters") is not MISSING else "parametersJsonSchema"
        schema, parameters = get(function, key), get(one, "parameters")
        if isinstance(schema, dict) and isinstance(parameters, dict):
            one["parameters"] = Spelled(parameters, partial(_spelled, schema, parameters, spelling, *path, key))
    return told


def _spelled(schema: Json, parameters: Json, spelling: Spelling, *path: str | int) -> str:
    more = schema.get("additionalProperties", MISSING)
    if more is not MISSING and not isinstance(more, bool):
        return raw(parameters)
    own = trim(spelling.of(schema, *path))
    own = extended(own, {"additionalProperties": False}) if more is MISSING else _OPEN.sub(r"\1false", own, count=1)
    own = without(own, "$schema") if "$schema" in schema else own
    own = _TYPE.sub(lambda found: found[0].lower(), own)
    return _TYPES.sub(lambda found: found[1] + raw(found[2].lower()), own)


def _called(name: str, short: dict[str, str]) -> str:
    return short[name] if name in short else shortened(name)


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return schema
    told = schema if isinstance(schema, dict) else {}
    return {key: value for key, value in told.items() if key != "$schema"} | {"additionalProperties": False}


def tokens(count: int, _: Turn) -> bytes:
    """The answer to countTokens."""
    return token_count(count)


PAIR: Final = Pair(
    client="gemini",
    upstream="codex",
    request=request,
    whole=whole,
    stream=CodexStream,
    tokens=tokens,
    accents=(
        SYSTEM_SNAKE_ONLY,
        FILES_DROPPED,
        CHOICE_AUTO,
        SAMPLING_DROPPED,
        RESULTS_BY_ORDER,
        THOUGHTS_AS_TEXT,
        TYPES_AS_TEXT,
        *ANSWERING,
    ),
)
