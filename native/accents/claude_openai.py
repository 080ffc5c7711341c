"""Claude clients over OpenAI chat completions: the request.

Everything that turns a Claude request into a chat completion's lives here; answers are in `claude_openai_answer` and
`claude_openai_stream`. Laws: a tool's result stands before what its message says besides; one Claude message makes at
most one message of its role; what only the assistant may say (thinking, calls) is taken from nobody else.
"""

from functools import partial
from typing import Any, Final

from native.accents.claude_names import answer_schema
from native.accents.claude_openai_answer import WHOLE_ACCENTS, whole
from native.accents.claude_openai_stream import STREAM_ACCENTS, OpenAIStream
from native.accents.claude_tokens import tokens
from native.thinking.setting import level_of
from native.turn import Accent, Json, Pair, Turn
from native.wire.loose import MISSING, boolean, get, integer, number, text, trim
from native.wire.spelled import Spelled, marshalled, rounded
from native.wire.spelling import Spelling
from native.wire.twice import once

CHOICE_NONE_IS_AUTO: Final = Accent(
    "claude-openai-choice-none-is-auto",
    "A tool_choice of none, or one nobody knows, becomes auto: the model may call tools it was told to leave alone.",
    "core/claude-compat/stream-choice_none-text",
    faulty=True,
)
DOCUMENTS_VANISH: Final = Accent(
    "claude-openai-documents-vanish",
    "A document in a message is left out without a word, so the model answers without having seen it.",
    "core/claude-compat/stream-pdf-text",
    faulty=True,
)
PARALLEL_ALLOWED: Final = Accent(
    "claude-openai-parallel-allowed",
    "disable_parallel_tool_use is ignored: several calls may come at once.",
    "core/claude-compat/whole-choice_required-calls",
    faulty=True,
)
FORMAT_DROPPED: Final = Accent(
    "claude-openai-format-dropped",
    "The schema in output_config.format is not passed on: what should be structured comes as free text.",
    "edge/claude-quirk/compat-format",
    faulty=True,
)
TOP_P_YIELDS: Final = Accent(
    "claude-openai-top-p-yields",
    "With a temperature given, top_p is left out.",
    "edge/claude-quirk/compat-top-p",
)
ADAPTIVE_IS_XHIGH: Final = Accent(
    "claude-openai-adaptive-is-xhigh",
    "Adaptive thinking without an effort asks for xhigh, or the most that the model knows.",
    "edge/claude-quirk/compat-adaptive",
)

LARGE_NUMBERS_ROUNDED: Final = Accent(
    "claude-openai-large-numbers-rounded",
    "Whole numbers past 2^53 in a tool's schema are rounded to what a double holds.",
    "edge/claude-quirk/compat-large-numbers",
    faulty=True,
)


def request(body: Json, turn: Turn) -> Json:
    """The chat completion that the client's body asks for."""
    body = once(body)
    out: Json = {"model": turn.model, "messages": _messages(body, turn)}
    if (limit := get(body, "max_tokens")) is not MISSING:
        out["max_tokens"] = integer(limit)
    if (heat := get(body, "temperature")) is not MISSING:
        out["temperature"] = number(heat)
    elif (share := get(body, "top_p")) is not MISSING:
        out["top_p"] = number(share)
    stops = get(body, "stop_sequences")
    if isinstance(stops, list) and stops:
        words = [text(stop) for stop in stops]
        out["stop"] = words if len(words) > 1 else words[0]
    out["stream"] = turn.stream
    if effort := _effort(body):
        out["reasoning_effort"] = effort
    tools = get(body, "tools")
    if isinstance(tools, list) and tools:
        out["tools"] = [_tool(tool, turn) for tool in tools]
    if (choice := get(body, "tool_choice")) is not MISSING:
        out["tool_choice"] = _choice(choice, turn)
    if boolean(get(body, "tool_choice", "disable_parallel_tool_use")) and not turn.faithful(PARALLEL_ALLOWED):
        out["parallel_tool_calls"] = False
    if (schema := answer_schema(body)) is not None and not turn.faithful(FORMAT_DROPPED):
        out["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    if (user := get(body, "user")) is not MISSING:
        out["user"] = text(user)
    return out


def _effort(body: Json) -> str | None:
    thinking = get(body, "thinking")
    if not isinstance(thinking, dict):
        return None
    kind = text(thinking.get("type"))
    if kind == "enabled":
        budget = thinking.get("budget_tokens", MISSING)
        return level_of(-1 if budget is MISSING else integer(budget))
    if kind in {"adaptive", "auto"}:
        effort = get(body, "output_config", "effort")
        return (trim(effort).lower() if isinstance(effort, str) else "") or "xhigh"
    return level_of(0) if kind == "disabled" else None


def _messages(body: Json, turn: Turn) -> list[Json]:
    out: list[Json] = []
    if system := _system(get(body, "system"), turn):
        out.append({"role": "system", "content": system})
    messages = get(body, "messages")
    if not isinstance(messages, list):
        return out
    spelling = Spelling(turn.source)
    for at, message in enumerate(messages):
        if not isinstance(message, dict):
            continue
        role = text(message.get("role"))
        content = message.get("content")
        if isinstance(content, str):
            out.append({"role": role, "content": content})
        elif isinstance(content, list):
            out += _spoken(role, content, at, spelling, turn)
    return out


def _system(system: Any, turn: Turn) -> list[Json]:
    if isinstance(system, str):
        return [{"type": "text", "text": system}] if system else []
    if not isinstance(system, list):
        return []
    return [part for block in system if (part := _part(block, turn))]


def _spoken(role: str, blocks: list[Any], at: int, spelling: Spelling, turn: Turn) -> list[Json]:
    """The messages that one message's blocks make: its tools' results, then what it says itself."""
    results: list[Json] = []
    parts: list[Json] = []
    thoughts: list[str] = []
    calls: list[Json] = []
    from_assistant = role == "assistant"
    for place, block in enumerate(blocks):
        if not isinstance(block, dict):
            continue
        kind = block.get("type")
        if kind == "tool_result":
            content = _result(
                block.get("content", MISSING), spelling, turn, "messages", at, "content", place, "content"
            )
            results.append({"role": "tool", "tool_call_id": text(block.get("tool_use_id")), "content": content})
        elif kind == "tool_use" and from_assistant:
            given = block.get("input", MISSING)
            spelled = "{}" if given is MISSING else spelling.of(given, "messages", at, "content", place, "input")
            called = {"name": text(block.get("name")), "arguments": spelled}
            calls.append({"id": text(block.get("id")), "type": "function", "function": called})
        elif kind == "thinking" and from_assistant:
            thought = _thought(block)
            if trim(thought):
                thoughts.append(thought)
        elif part := _part(block, turn):
            parts.append(part)
    if not parts and not (from_assistant and (thoughts or calls)):
        return results
    message: Json = {"role": role, "content": parts or ""}
    if thoughts:
        message["reasoning_content"] = "\n\n".join(thoughts)
    if calls:
        message["tool_calls"] = calls
    return [*results, message]


def _thought(block: Any) -> str:
    """The text of a thinking block: Gemini's field first, then Claude's, wrapped in an object or not."""
    said = get(block, "text")
    if isinstance(said, str):
        return said
    thinking = get(block, "thinking")
    for found in (thinking, get(thinking, "text"), get(thinking, "thinking")):
        if isinstance(found, str):
            return found
    return ""


def _part(block: Any, turn: Turn) -> Json | None:
    """The part of a message that a text or image block makes; none where it is empty or of another kind."""
    if not isinstance(block, dict):
        return None
    kind = block.get("type")
    if kind == "text":
        said = text(block.get("text"))
        return {"type": "text", "text": said} if trim(said) else None
    if kind == "image":
        address = _image(block)
        return {"type": "image_url", "image_url": {"url": address}} if address else None
    if kind == "document" and not turn.faithful(DOCUMENTS_VANISH):
        return _document(block)
    return None


def _image(block: Any) -> str:
    source = get(block, "source")
    kind = text(get(source, "type"))
    address = text(get(source, "url")) if kind == "url" else ""
    data = text(get(source, "data")) if kind == "base64" else ""
    if data:
        address = f"data:{text(get(source, 'media_type')) or 'application/octet-stream'};base64,{data}"
    return address or text(get(block, "url"))


def _document(block: Any) -> Json | None:
    """A document as chat completions take it: plain text as text, a file in base64 as a file."""
    source = get(block, "source")
    kind = text(get(source, "type"))
    data = text(get(source, "data"))
    if kind == "text" and trim(data):
        return {"type": "text", "text": data}
    if kind != "base64" or not data:
        return None
    media = text(get(source, "media_type")) or "application/pdf"
    name = text(get(block, "title")) or "document.pdf"
    return {"type": "file", "file": {"filename": name, "file_data": f"data:{media};base64,{data}"}}


def _result(content: Any, spelling: Spelling, turn: Turn, *path: str | int) -> Any:
    """What a tool gave back: text, or parts where an image is among it."""
    if content is MISSING or isinstance(content, str):
        return text(content)
    if isinstance(content, list):
        return _results(content, spelling, turn, *path)
    if isinstance(content, dict):
        if text(content.get("type")) == "image" and (part := _part(content, turn)):
            return [part]
        said = content.get("text")
        if isinstance(said, str):
            return said
    return spelling.of(content, *path)


def _results(blocks: list[Any], spelling: Spelling, turn: Turn, *path: str | int) -> Any:
    parts: list[Json] = []
    said: list[str] = []
    has_image = False
    for place, block in enumerate(blocks):
        kind = text(get(block, "type"))
        words = block if isinstance(block, str) else get(block, "text")
        if isinstance(block, str) or kind == "text":
            said.append(text(words))
            parts.append({"type": "text", "text": text(words)})
        elif kind == "image" and (part := _part(block, turn)):
            parts.append(part)
            has_image = True
        elif kind != "image" and isinstance(words, str):
            said.append(words)
        else:
            said.append(spelling.of(block, *path, place))
    if has_image:
        return parts
    joined = "\n\n".join(said)
    return joined if trim(joined) else spelling.of(blocks, *path)


def _tool(tool: Any, turn: Turn) -> Json:
    function: Json = {"name": text(get(tool, "name")), "description": text(get(tool, "description"))}
    if (schema := get(tool, "input_schema")) is not MISSING:
        if turn.faithful(LARGE_NUMBERS_ROUNDED):
            schema = rounded(schema)
        spell = partial(marshalled, schema)
        function["parameters"] = Spelled(schema, spell) if isinstance(schema, dict) else schema
    return {"type": "function", "function": function}


def _choice(choice: Any, turn: Turn) -> Any:
    kind = text(get(choice, "type"))
    if kind == "tool":
        return {"type": "function", "function": {"name": text(get(choice, "name"))}}
    if kind == "none" and not turn.faithful(CHOICE_NONE_IS_AUTO):
        return "none"
    return "required" if kind == "any" else "auto"


PAIR: Final = Pair(
    client="claude",
    upstream="openai",
    request=request,
    whole=whole,
    stream=OpenAIStream,
    tokens=tokens,
    accents=(
        CHOICE_NONE_IS_AUTO,
        PARALLEL_ALLOWED,
        DOCUMENTS_VANISH,
        FORMAT_DROPPED,
        TOP_P_YIELDS,
        ADAPTIVE_IS_XHIGH,
        LARGE_NUMBERS_ROUNDED,
        *WHOLE_ACCENTS,
        *STREAM_ACCENTS,
    ),
)
