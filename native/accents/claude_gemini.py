"""Claude clients over Gemini: the request.

Everything that turns a Claude request into Gemini's lives here; answers are in `claude_gemini_answer`. Laws: a message
makes one content, whatever of it Gemini can be told; every call carries the signature that makes Gemini skip its
check, since the client's own are Claude's; a tool's schema is passed on as JSON schema, not rewritten.
"""

from typing import Any, Final

from native.accents.claude_gemini_answer import ANSWER_ACCENTS, GeminiStream, whole
from native.accents.claude_names import answer_schema, declared, function_name
from native.accents.claude_tokens import tokens
from native.models import known
from native.turn import Accent, Json, Pair, Turn
from native.wire.loose import MISSING, boolean, get, integer, parse, text, trim
from native.wire.spelling import Spelling

NAMES_FROM_IDS: Final = Accent(
    "claude-gemini-names-from-ids",
    "Calls and results are named by their id up to its last dash; a result whose id has none, by the id itself.",
    "edge/claude-quirk/gemini-ids",
    faulty=True,
)
RESULTS_QUOTED: Final = Accent(
    "claude-gemini-results-quoted",
    "A tool's result reaches the model as JSON text, a plain text with its quotes and escapes.",
    "core/claude-gemini/stream-result-text",
    faulty=True,
)
LIMITS_IGNORED: Final = Accent(
    "claude-gemini-limits-ignored",
    "max_tokens and stop_sequences are not passed on.",
    "core/claude-gemini/stream-stop_one-text",
    faulty=True,
)
ERRORS_UNTOLD: Final = Accent(
    "claude-gemini-errors-untold",
    "That a tool failed (is_error) is not told.",
    "core/claude-gemini/stream-results-calls",
    faulty=True,
)
FORMAT_DROPPED: Final = Accent(
    "claude-gemini-format-dropped",
    "The schema in output_config.format is not passed on: what should be structured comes as free text.",
    "edge/claude-quirk/gemini-format",
    faulty=True,
)
LINKED_IMAGES_VANISH: Final = Accent(
    "claude-gemini-linked-images-vanish",
    "An image given by its address is left out without a word.",
    "core/claude-gemini/stream-image_url-text",
    faulty=True,
)
DOCUMENTS_VANISH: Final = Accent(
    "claude-gemini-documents-vanish",
    "A document in a message is left out without a word, so the model answers without having seen it.",
    "core/claude-gemini/whole-pdf-text",
    faulty=True,
)
SIGNATURES_SKIPPED: Final = Accent(
    "claude-gemini-signatures-skipped",
    "Thinking in the history is left out, and every call tells Gemini to skip the check of its signature.",
    "core/claude-gemini/stream-thought_call-text",
)
URI_FORMAT_DROPPED: Final = Accent(
    "claude-gemini-uri-format-dropped",
    "A tool's parameter called url loses its format uri, but only where the client writes its JSON without blanks.",
    "edge/claude-quirk/gemini-url-compact",
)

_SKIP: Final = "skip_thought_signature_validator"
_UNSAFE: Final = (
    ("HARM_CATEGORY_HARASSMENT", "OFF"),
    ("HARM_CATEGORY_HATE_SPEECH", "OFF"),
    ("HARM_CATEGORY_SEXUALLY_EXPLICIT", "OFF"),
    ("HARM_CATEGORY_DANGEROUS_CONTENT", "OFF"),
    ("HARM_CATEGORY_CIVIC_INTEGRITY", "BLOCK_NONE"),
)
_NOT_PASSED: Final = frozenset({"input_schema", "strict", "input_examples", "type", "cache_control", "defer_loading"})
_URI: Final = b'"url":{"type":"string","format":"uri",'
_MODES: Final = {"auto": "AUTO", "none": "NONE", "any": "ANY", "tool": "ANY"}


def request(body: Json, turn: Turn) -> Json:
    """The Gemini request that the client's body asks for."""
    out: Json = {"contents": _contents(body, turn), "model": turn.model}
    if system := _system(get(body, "system")):
        out["system_instruction"] = system
    if functions := _functions(body, turn):
        out["tools"] = [{"functionDeclarations": functions}]
    if calling := _calling(get(body, "tool_choice")):
        out["toolConfig"] = {"functionCallingConfig": calling}
    if generation := _generation(body, turn):
        out["generationConfig"] = generation
    out["safetySettings"] = [{"category": category, "threshold": threshold} for category, threshold in _UNSAFE]
    return out


def _system(system: Any) -> Json | None:
    if isinstance(system, str):
        return {"parts": [{"text": system}]}
    if not isinstance(system, list):
        return None
    said = [get(block, "text") for block in system if text(get(block, "type")) == "text"]
    parts = [{"text": one} for one in said if isinstance(one, str)]
    return {"role": "user", "parts": parts} if parts else None


def _contents(body: Json, turn: Turn) -> list[Json]:
    messages = get(body, "messages")
    if not isinstance(messages, list):
        return []
    out: list[Json] = []
    reader = _Reader(messages, turn)
    for at, message in enumerate(messages):
        role = message.get("role") if isinstance(message, dict) else None
        if not isinstance(role, str):
            continue
        content = message.get("content")
        role = "model" if role == "assistant" else role
        if isinstance(content, str):
            out.append({"role": role, "parts": [{"text": content}]})
        elif isinstance(content, list):
            parts = [part for place, block in enumerate(content) if (part := reader.part(block, at, place))]
            out.append({"role": role, "parts": parts})
    return out


class _Reader:
    """Reads blocks, with what their calls and results need to know of the request."""

    __slots__ = ("_called", "_spelling", "_turn")

    def __init__(self, messages: list[Any], turn: Turn) -> None:
        self._turn = turn
        self._spelling = Spelling(turn.source)
        self._called = {} if turn.faithful(NAMES_FROM_IDS) else _called(messages)

    def part(self, block: Any, at: int, place: int) -> Json | None:
        """What one block makes, if Gemini can be told it."""
        if not isinstance(block, dict):
            return None
        kind = block.get("type")
        if kind == "text":
            return {"text": text(block.get("text"))}
        if kind == "tool_use":
            return self._call(block)
        if kind == "tool_result":
            return self._result(block, "messages", at, "content", place, "content")
        if kind == "image" or (kind == "document" and not self._turn.faithful(DOCUMENTS_VANISH)):
            return _data(block.get("source"), self._turn)
        return None

    def _call(self, block: Json) -> Json | None:
        arguments = _arguments(block.get("input", MISSING))
        if arguments is None:
            return None
        name = text(block.get("name"))
        if self._turn.faithful(NAMES_FROM_IDS):
            name = _name_in(text(block.get("id"))) or name
        return {"thoughtSignature": _SKIP, "functionCall": {"name": function_name(name), "args": arguments}}

    def _result(self, block: Json, *path: str | int) -> Json | None:
        call = text(block.get("tool_use_id"))
        if not call:
            return None
        content = block.get("content", MISSING)
        if self._turn.faithful(RESULTS_QUOTED):
            result = self._spelling.of(content, *path)
        else:
            result = _plain(content, self._spelling, *path)
        name = self._called.get(call) or _name_in(call) or call
        failed = boolean(block.get("is_error")) and not self._turn.faithful(ERRORS_UNTOLD)
        response = {"error" if failed else "result": result}
        return {"functionResponse": {"name": function_name(name), "response": response}}


def _called(messages: list[Any]) -> dict[str, str]:
    """The names of the calls in a conversation, by their ids."""
    blocks = [block for message in messages for block in _listed(get(message, "content"))]
    return {text(get(b, "id")): text(get(b, "name")) for b in blocks if text(get(b, "type")) == "tool_use"}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _name_in(call: str) -> str:
    """The tool's name in a call's id that the answer to a Gemini call made: what stands before its number."""
    return call.rpartition("-")[0]


def _arguments(given: Any) -> Json | None:
    found = given if isinstance(given, dict) else parse(text(given))
    return found if isinstance(found, dict) else None


def _plain(content: Any, spelling: Spelling, *path: str | int) -> str:
    """A tool's result as a text: its texts where it has nothing else, JSON otherwise."""
    if content is MISSING or isinstance(content, str):
        return text(content)
    if isinstance(content, list) and all(text(get(block, "type")) == "text" for block in content):
        return "\n\n".join(text(get(block, "text")) for block in content)
    return spelling.of(content, *path)


def _data(source: Any, turn: Turn) -> Json | None:
    kind = text(get(source, "type"))
    media = text(get(source, "media_type"))
    data = text(get(source, "data"))
    if kind == "base64" and media and data:
        return {"inline_data": {"mime_type": media, "data": data}}
    if turn.faithful(LINKED_IMAGES_VANISH):
        return None
    if kind == "text" and data:
        return {"text": data}
    address = text(get(source, "url"))
    return {"file_data": {"file_uri": address}} if kind == "url" and address else None


def _functions(body: Json, turn: Turn) -> list[Json]:
    unblanked = _URI in turn.source
    functions: list[Json] = []
    for tool in declared(body):
        schema = get(tool, "input_schema")
        if not isinstance(schema, dict):
            continue
        function = {key: value for key, value in tool.items() if key not in _NOT_PASSED}
        function["parametersJsonSchema"] = _without_uri(schema) if unblanked else schema
        function["name"] = function_name(text(get(tool, "name")))
        functions.append(function)
    return functions


def _without_uri(value: Any) -> Any:
    """A schema whose members called `url` lose their format where type and format come first and more follows."""
    if isinstance(value, list):
        return [_without_uri(one) for one in value]
    if not isinstance(value, dict):
        return value
    out = {key: _without_uri(one) for key, one in value.items()}
    url = out.get("url")
    first = [("type", "string"), ("format", "uri")]
    if isinstance(url, dict) and len(url) > len(first) and list(url.items())[:2] == first:
        out["url"] = {key: one for key, one in url.items() if key != "format"}
    return out


def _calling(choice: Any) -> Json | None:
    kind = choice if isinstance(choice, str) else text(get(choice, "type"))
    if kind not in _MODES:
        return None
    out: Json = {"mode": _MODES[kind]}
    if kind == "tool" and (name := text(get(choice, "name"))):
        out["allowedFunctionNames"] = [function_name(name)]
    return out


def _generation(body: Json, turn: Turn) -> Json:
    out: Json = {}
    if thinking := _thinking(body, turn):
        out["thinkingConfig"] = thinking
    for ours, theirs in (("temperature", "temperature"), ("top_p", "topP"), ("top_k", "topK")):
        if _is_number(value := get(body, ours)):
            out[theirs] = value
    if (schema := answer_schema(body)) is not None and not turn.faithful(FORMAT_DROPPED):
        out["responseMimeType"] = "application/json"
        out["responseJsonSchema"] = schema
    if not turn.faithful(LIMITS_IGNORED):
        if (limit := integer(get(body, "max_tokens"))) > 0:
            out["maxOutputTokens"] = limit
        if stops := [text(stop) for stop in _listed(get(body, "stop_sequences"))]:
            out["stopSequences"] = stops
    return out


def _thinking(body: Json, turn: Turn) -> Json | None:
    thinking = get(body, "thinking")
    kind = text(get(thinking, "type"))
    if kind == "enabled" and _is_number(budget := get(thinking, "budget_tokens")):
        return {"thinkingBudget": integer(budget), "includeThoughts": True}
    if kind not in {"adaptive", "auto"}:
        return None
    effort = get(body, "output_config", "effort")
    level = trim(effort).lower() if isinstance(effort, str) else ""
    if level:
        return {"thinkingLevel": level, "includeThoughts": True}
    model = known(turn.model)
    if model and model.thinking and model.thinking.most > 0:
        return {"thinkingBudget": model.thinking.most, "includeThoughts": True}
    return {"thinkingLevel": "high", "includeThoughts": True}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


PAIR: Final = Pair(
    client="claude",
    upstream="gemini",
    request=request,
    whole=whole,
    stream=GeminiStream,
    tokens=tokens,
    accents=(
        NAMES_FROM_IDS,
        RESULTS_QUOTED,
        ERRORS_UNTOLD,
        FORMAT_DROPPED,
        LIMITS_IGNORED,
        LINKED_IMAGES_VANISH,
        DOCUMENTS_VANISH,
        SIGNATURES_SKIPPED,
        URI_FORMAT_DROPPED,
        *ANSWER_ACCENTS,
    ),
    seeking=True,
)
