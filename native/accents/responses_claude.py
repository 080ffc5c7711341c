"""A Responses client on Claude: its request as Claude's messages.

The way back is in `responses_claude_answer` (streamed) and `responses_claude_whole`. Laws: every input item becomes a
message of its own, in order; what Claude has no place for (sampling, reasoning items, built-in tools' settings) is
left out, never guessed.
"""

from hashlib import sha256
from typing import Any

from native.accents.responses_claude_answer import ANSWER_ACCENTS, ClaudeStream
from native.accents.responses_claude_whole import whole
from native.models import known
from native.thinking.setting import budget_of
from native.turn import Accent, Json, Pair, Turn
from native.wire import loose
from native.wire.loose import MISSING, get, text

TEXT_INPUT_LOST = Accent(
    "responses-claude-text-input-lost",
    "An `input` that is a plain text reaches Claude as no message at all.",
    "core/responses-claude/whole-plain-text",
    faulty=True,
)
FORCED_TOOL_NAMELESS = Accent(
    "responses-claude-forced-tool-nameless",
    "A `tool_choice` that names a function reaches Claude with an empty name.",
    "core/responses-claude/stream-choice_named-calls",
    faulty=True,
)
TOOLS_DESPITE_NONE = Accent(
    "responses-claude-tools-despite-none",
    "`tool_choice: none` is left out, so Claude may still call tools.",
    "core/responses-claude/whole-choice_none-text",
    faulty=True,
)
BUILT_IN_TOOLS_NAMELESS = Accent(
    "responses-claude-built-in-tools-nameless",
    "A built-in tool (`web_search`) reaches Claude as a function without name and schema.",
    "edge/responses-quirk/claude-built-in-tool",
    faulty=True,
)
SYSTEM_SAID_BY_USER = Accent(
    "responses-claude-system-said-by-user",
    "`instructions`, or else the first system message, become the conversation's first user message.",
    "core/responses-claude/whole-system-text",
)
SAMPLING_DROPPED = Accent(
    "responses-claude-sampling-dropped",
    "`temperature`, `top_p`, `text.format` and reasoning items are not sent to Claude.",
    "edge/responses-quirk/claude-sampling",
)

_DEFAULT_MOST_TOKENS = 32000
_OCTETS = "application/octet-stream"
_EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "max", "max": "max"}
_SHELF = "responses-claude-user"


def request(body: Json, turn: Turn) -> Json:
    """Translate a Responses request into Claude's."""
    out: Json = {
        "model": turn.model,
        "max_tokens": _DEFAULT_MOST_TOKENS,
        "messages": _messages(body, turn),
        "metadata": {"user_id": _user(turn)},
        "stream": True,  # a whole answer is put together from Claude's stream
    }
    if "max_output_tokens" in body:
        out["max_tokens"] = loose.integer(body["max_output_tokens"])
    out |= _thinking(text(get(body, "reasoning", "effort")).strip().lower(), turn.model)
    if tools := [_tool(tool) for tool in _declared(body, turn)]:
        out["tools"] = tools
    if (choice := _tool_choice(body.get("tool_choice"), turn)) is not None:
        out["tool_choice"] = choice
    return out


def _user(turn: Turn) -> str:
    """Who asks: made up once in the life of the process."""
    user: str | None = turn.memory.shelves.get(_SHELF)
    if user is None:
        account, session = turn.ids.uuid(), turn.ids.uuid()
        digest = sha256((account + session).encode()).hexdigest()
        user = turn.memory.shelves[_SHELF] = f"user_{digest}_account_{account}_session_{session}"
    return user


def _thinking(effort: str, model: str) -> Json:
    """How much Claude is told to think, in the spelling that the model understands."""
    if not effort:
        return {}
    info = known(model)
    levels = info.thinking.levels if info and info.thinking else ()
    if levels:
        if effort == "none":
            return {"thinking": {"type": "disabled"}}
        if effort == "auto":
            return {"thinking": {"type": "adaptive"}}
        mapped = _EFFORTS.get(effort, effort)
        if mapped == "max" and "max" not in {level.strip().lower() for level in levels}:
            mapped = "high"
        return {"thinking": {"type": "adaptive"}, "output_config": {"effort": mapped}}
    budget = budget_of(effort)
    if budget is None:
        return {}
    if budget == 0:
        return {"thinking": {"type": "disabled"}}
    if budget < 0:
        return {"thinking": {"type": "enabled"}}
    return {"thinking": {"type": "enabled", "budget_tokens": budget}}


def _messages(body: Json, turn: Turn) -> list[Json]:
    given = body.get("input")
    instructions = body.get("instructions")
    items = given if isinstance(given, list) else []
    system = instructions if isinstance(instructions, str) else ""
    from_item = ""
    if not system:
        system = from_item = next(filter(None, (_system_text(item) for item in items)), "")
    messages: list[Json] = [{"role": "user", "content": system}] if system else []
    for item in items:
        if from_item and _is_system(item):
            continue
        if (said := _item(item, turn)) is not None:
            messages.append(said)
    if isinstance(given, str) and given and not turn.faithful(TEXT_INPUT_LOST):
        messages.append({"role": "user", "content": given})
    return messages


def _is_system(item: Any) -> bool:
    return text(get(item, "role")).lower() == "system"


def _system_text(item: Any) -> str:
    if not _is_system(item):
        return ""
    content = get(item, "content")
    if not isinstance(content, list):
        return content if isinstance(content, str) else ""
    said = ""
    for part in content:
        piece = text(get(part, "text"))
        said += f"\n{piece}" if said and piece else piece
    return said


def _item(item: Any, turn: Turn) -> Json | None:
    """One input item as a message; None where Claude gets nothing of it."""
    kind = text(get(item, "type"))
    if kind == "function_call":
        return {"role": "assistant", "content": [_tool_use(item, turn)]}
    if kind == "function_call_output":
        result = {
            "type": "tool_result",
            "tool_use_id": text(get(item, "call_id")),
            "content": text(get(item, "output")),
        }
        return {"role": "user", "content": [result]}
    if kind == "message" or (not kind and text(get(item, "role"))):
        return _message(item)
    return None


def _tool_use(item: Any, turn: Turn) -> Json:
    arguments = loose.parse(text(get(item, "arguments")))
    return {
        "type": "tool_use",
        "id": text(get(item, "call_id")) or f"toolu_{turn.ids.letters(24)}",
        "name": text(get(item, "name")),
        "input": arguments if isinstance(arguments, dict) else {},
    }


def _message(item: Any) -> Json | None:
    """A message; the kind of its last text says who spoke, its own role only where there is none."""
    content = get(item, "content")
    role, attached = "", False
    parts: list[Json] = []
    for part in content if isinstance(content, list) else ():
        kind = text(get(part, "type"))
        if kind in {"input_text", "output_text"}:
            said = get(part, "text")
            if said is not MISSING:
                parts.append({"type": "text", "text": text(said)})
            role = "user" if kind == "input_text" else "assistant"
        elif (attachment := _attachment(kind, part)) is not None:
            parts.append(attachment)
            role, attached = role or "user", True
    if not role:
        own = text(get(item, "role"))
        role = own if own in {"user", "assistant", "system"} else "user"
    if len(parts) == 1 and not attached:
        return {"role": role, "content": parts[0]["text"]}
    if parts:
        return {"role": role, "content": parts}
    plain = content if isinstance(content, str) else ""
    return {"role": role, "content": plain} if plain or role == "system" else None


def _attachment(kind: str, part: Any) -> Json | None:
    if kind == "input_image":
        return _image(text(get(part, "image_url")) or text(get(part, "url")))
    if kind == "input_file" and (data := text(get(part, "file_data"))):
        return {"type": "document", "source": _base64(*(_data_url(data) or (_OCTETS, data)))}
    return None


def _image(url: str) -> Json | None:
    if not url.startswith("data:"):
        return {"type": "image", "source": {"type": "url", "url": url}} if url else None
    media, data = _data_url(url) or ("", "")
    return {"type": "image", "source": _base64(media, data)} if data else None


def _data_url(url: str) -> tuple[str, str] | None:
    """Media type and base64 data of a `data:` address; None where it is none, or not in base64."""
    media, found, data = url.removeprefix("data:").partition(";base64,")
    return (media or _OCTETS, data) if found and url.startswith("data:") else None


def _base64(media: str, data: str) -> Json:
    return {"type": "base64", "media_type": media, "data": data}


def _declared(body: Json, turn: Turn) -> list[Any]:
    """The tools that Claude is told of."""
    tools = body.get("tools")
    if not isinstance(tools, list):
        return []
    if body.get("tool_choice") == "none" and not turn.faithful(TOOLS_DESPITE_NONE):
        return []
    if turn.faithful(BUILT_IN_TOOLS_NAMELESS):
        return tools
    return [tool for tool in tools if text(get(tool, "type")) in {"", "function"} and text(get(tool, "name"))]


def _tool(tool: Any) -> Json:
    schema = get(tool, "parameters")
    if schema is MISSING:
        schema = get(tool, "parametersJsonSchema")
    return {
        "name": text(get(tool, "name")),
        "description": text(get(tool, "description")),
        "input_schema": {} if schema is MISSING else schema,
    }


def _tool_choice(choice: Any, turn: Turn) -> Json | None:
    if choice == "auto":
        return {"type": "auto"}
    if choice == "required":
        return {"type": "any"}
    if text(get(choice, "type")) != "function":
        return None
    name = text(get(choice, "function", "name"))
    if not name and not turn.faithful(FORCED_TOOL_NAMELESS):
        name = text(get(choice, "name"))
    return {"name": name, "type": "tool"}


PAIR = Pair(
    client="openai-response",
    upstream="claude",
    request=request,
    whole=whole,
    stream=ClaudeStream,
    accents=(
        SYSTEM_SAID_BY_USER,
        TEXT_INPUT_LOST,
        SAMPLING_DROPPED,
        BUILT_IN_TOOLS_NAMELESS,
        TOOLS_DESPITE_NONE,
        FORCED_TOOL_NAMELESS,
        *ANSWER_ACCENTS,
    ),
)
