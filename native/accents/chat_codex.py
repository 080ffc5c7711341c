"""A chat client in front of Codex's responses: the request, and the pair.

Everything that makes a responses body of a chat body lives here; answers are `chat_codex_answer`'s, what is odd is
named in `chat_codex_quirks`. Laws: messages, calls and results become items of one list, in order; a tool's name has
64 bytes at most, and is found again by shortening the client's own names once more.
"""

from typing import Any, Final

from native.accents import chat_codex_quirks as quirks
from native.accents.chat_codex_answer import stream, whole
from native.accents.chat_codex_names import short_by_long
from native.accents.claude_names import shortened
from native.turn import Json, Pair, Turn
from native.wire.loose import MISSING, get, text
from native.wire.spelling import Spelling

_SCHEMA_KEYS: Final = ("name", "strict", "schema")


def request(body: Json, turn: Turn) -> Json:
    """The responses body for a chat body."""
    names = short_by_long(body)
    out: Json = {
        "instructions": "",
        "stream": turn.stream,
        "reasoning": {"effort": body.get("reasoning_effort", "medium"), "summary": "auto"},
        "parallel_tool_calls": True,
        "include": ["reasoning.encrypted_content"],
        "model": turn.model,
        "input": _input(body.get("messages"), names, Spelling(turn.source)),
        "store": False,
    }
    if body.get("parallel_tool_calls") is False and not turn.faithful(quirks.ALWAYS_PARALLEL):
        out["parallel_tool_calls"] = False
    told = _text_settings(body, turn)
    if told is not None:
        out["text"] = told
    tools = body.get("tools")
    if isinstance(tools, list) and tools:
        out["tools"] = [told for told in (_tool(tool, names) for tool in tools) if told]
    choice = _choice(body.get("tool_choice"), names)
    if choice is not None:
        out["tool_choice"] = choice
    return out


def _short(name: str, names: dict[str, str]) -> str:
    return names.get(name) or shortened(name)


def _input(messages: Any, names: dict[str, str], spelling: Spelling) -> list[Json]:
    items: list[Json] = []
    for index, message in enumerate(messages if isinstance(messages, list) else ()):
        role, content = text(get(message, "role")), get(message, "content")
        if role == "tool":
            output = _spelled(content, spelling, "messages", index, "content")
            call = text(get(message, "tool_call_id"))
            items.append({"type": "function_call_output", "call_id": call, "output": output})
            continue
        parts = _parts(content, role)
        if parts or role != "assistant":
            said = "developer" if role == "system" else role
            items.append({"type": "message", "role": said, "content": parts})
        calls = get(message, "tool_calls") if role == "assistant" else None
        for place, call in enumerate(calls if isinstance(calls, list) else ()):
            if text(get(call, "type")) == "function":
                path = ("messages", index, "tool_calls", place, "function", "arguments")
                items.append(_call(call, names, _spelled(get(call, "function", "arguments"), spelling, *path)))
    return items


def _spelled(value: Any, spelling: Spelling, *path: str | int) -> str:
    """A value as text; a list or an object as its sender spelled it."""
    return spelling.of(value, *path) if isinstance(value, (dict, list)) else text(value)


def _call(call: Any, names: dict[str, str], arguments: str) -> Json:
    return {
        "type": "function_call",
        "call_id": text(get(call, "id")),
        "name": _short(text(get(call, "function", "name")), names),
        "arguments": arguments,
    }


def _parts(content: Any, role: str) -> list[Json]:
    kind = "output_text" if role == "assistant" else "input_text"
    if isinstance(content, str):
        return [{"type": kind, "text": content}] if content else []
    parts: list[Json] = []
    for item in content if isinstance(content, list) else ():
        given = text(get(item, "type"))
        if given == "text":
            parts.append({"type": kind, "text": text(get(item, "text"))})
        elif role == "user" and given == "image_url":
            url = get(item, "image_url", "url")
            parts.append({"type": "input_image"} | ({} if url is MISSING else {"image_url": text(url)}))
        elif role == "user" and given == "file" and (data := text(get(item, "file", "file_data"))):
            name = text(get(item, "file", "filename"))
            parts.append({"type": "input_file", "file_data": data} | ({"filename": name} if name else {}))
    return parts


def _text_settings(body: Json, turn: Turn) -> Json | None:
    """What the answer's text must be like; None where the client did not say."""
    verbosity = get(body.get("text"), "verbosity")
    told: Json = {} if verbosity is MISSING else {"verbosity": verbosity}
    if "response_format" not in body:
        return told or None
    wanted = body["response_format"]
    kind = text(get(wanted, "type"))
    schema = get(wanted, "json_schema")
    if kind == "text" or (kind == "json_object" and not turn.faithful(quirks.JSON_MODE_UNREAD)):
        told["format"] = {"type": kind}
    elif kind == "json_schema" and schema is not MISSING:
        given = {key: value for key in _SCHEMA_KEYS if (value := get(schema, key)) is not MISSING}
        told["format"] = {"type": "json_schema", **given}
    return told


def _tool(tool: Any, names: dict[str, str]) -> Json | None:
    """A tool without its inner `function`; the built-in ones as they are."""
    kind = text(get(tool, "type"))
    if not kind or not isinstance(tool, dict):
        return None
    if kind != "function":
        return tool
    function = get(tool, "function")
    told: Json = {"type": "function"}
    for key in ("name", "description", "parameters", "strict"):
        value = get(function, key)
        if value is not MISSING:
            told[key] = _short(text(value), names) if key == "name" else value
    return told


def _choice(choice: Any, names: dict[str, str]) -> Any:
    """Which tool must be used; None where that is not said."""
    if isinstance(choice, str):
        return choice
    kind = text(get(choice, "type")) if isinstance(choice, dict) else ""
    if kind != "function":
        return choice if kind else None
    name = text(get(choice, "function", "name"))
    return {"type": "function", "name": _short(name, names)} if name else {"type": "function"}


PAIR = Pair(
    client="openai", upstream="codex", request=request, whole=whole, stream=stream, accents=quirks.ALL, seeking=True
)
