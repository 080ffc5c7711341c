"""A chat client in front of Claude: the request, and the pair.

Everything that makes Claude's body of a chat body lives here; the answers' way back is `chat_claude_answer`, what is
odd is named in `chat_claude_quirks`. Laws: Claude is always asked for a stream, whole answers are gathered from it; a
message becomes a message, only system prompts and tool results move.
"""

import hashlib
from typing import Any, Final

from native.accents import chat_claude_quirks as quirks
from native.accents.chat_claude_answer import stream, whole
from native.models import known
from native.thinking.setting import budget_of
from native.turn import Json, Pair, Turn
from native.wire.loose import MISSING, get, integer, number, parse, text, trim
from native.wire.spelling import Spelling

_DEFAULT_MAX_TOKENS: Final = 32000
_USER: Final = "chat_claude.user"
_CHOICES: Final = {"auto": {"type": "auto"}, "required": {"type": "any"}}
_EFFORTS: Final = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "auto": "high"}


def request(body: Json, turn: Turn) -> Json:
    """Claude's body for a chat body."""
    out: Json = {
        "model": turn.model,
        "max_tokens": _DEFAULT_MAX_TOKENS,
        "messages": [],
        "metadata": {"user_id": _user(turn)},
        "stream": True,
    }
    _thinking(body, turn.model, out)
    _sampling(body, turn, out)
    _messages(body, turn, out)
    _tools(body, turn, out)
    return out


def _user(turn: Turn) -> str:
    """Who asks: made up once a process, as Claude Code's own look."""
    shelves = turn.memory.shelves
    if _USER not in shelves:
        account, session = turn.ids.uuid(), turn.ids.uuid()
        user = hashlib.sha256((account + session).encode()).hexdigest()
        shelves[_USER] = f"user_{user}_account_{account}_session_{session}"
    found: str = shelves[_USER]
    return found


def _thinking(body: Json, model: str, out: Json) -> None:
    effort = trim(text(body.get("reasoning_effort"))).lower()
    if not effort:
        return
    info = known(model)
    levels = info.thinking.levels if info and info.thinking else ()
    if not levels:
        budget = budget_of(effort)
        if budget is not None:
            out["thinking"] = {"type": "enabled" if budget else "disabled"}
            if budget > 0:
                out["thinking"]["budget_tokens"] = budget
    elif effort in {"none", "auto"}:
        out["thinking"] = {"type": "disabled" if effort == "none" else "adaptive"}
    else:
        if effort in {"xhigh", "max"}:
            effort = "max" if "max" in levels else "high"
        out["thinking"] = {"type": "adaptive"}
        out["output_config"] = {"effort": _EFFORTS.get(effort, effort)}


def _sampling(body: Json, turn: Turn, out: Json) -> None:
    if "max_tokens" in body:
        out["max_tokens"] = integer(body["max_tokens"])
    elif "max_completion_tokens" in body and not turn.faithful(quirks.COMPLETION_LIMIT_UNREAD):
        out["max_tokens"] = integer(body["max_completion_tokens"])
    if "temperature" in body:
        out["temperature"] = number(body["temperature"])
    elif "top_p" in body:
        out["top_p"] = number(body["top_p"])
    if "stop" not in body:
        return
    stop = body["stop"]
    if isinstance(stop, list):
        if stop:
            out["stop_sequences"] = [text(one) for one in stop]
    elif stop is not None or turn.faithful(quirks.NULL_STOP):
        out["stop_sequences"] = [text(stop)]


def _messages(body: Json, turn: Turn, out: Json) -> None:
    given = body.get("messages")
    if not isinstance(given, list):
        return
    spelling = Spelling(turn.source)
    messages, system = out["messages"], []
    system_roles = {"system"} if turn.faithful(quirks.DEVELOPER_DROPPED) else {"system", "developer"}
    for index, message in enumerate(given):
        role = text(get(message, "role"))
        if role in system_roles:
            system += _system(get(message, "content"))
        elif role in {"user", "assistant"}:
            messages.append({"role": role, "content": _content(message, role, turn)})
        elif role == "tool":
            result = {
                "type": "tool_result",
                "tool_use_id": text(get(message, "tool_call_id")),
                "content": _result(get(message, "content"), spelling, index),
            }
            _add_result(messages, result, turn)
    if system:
        out["system"] = system
        if not messages:
            messages.append({"role": "user", "content": [_text("")]})


def _add_result(messages: list[Json], result: Json, turn: Turn) -> None:
    """A tool's result: a message of its own, or with its siblings in one."""
    last = messages[-1] if messages else {}
    if not turn.faithful(quirks.RESULTS_APART) and get(last, "content", 0, "type") == "tool_result":
        last["content"].append(result)
    else:
        messages.append({"role": "user", "content": [result]})


def _text(said: str) -> Json:
    return {"type": "text", "text": said}


def _system(content: Any) -> list[Json]:
    if isinstance(content, str):
        return [_text(content)] if content else []
    if not isinstance(content, list):
        return []
    return [_text(text(get(part, "text"))) for part in content if get(part, "type") == "text"]


def _content(message: Any, role: str, turn: Turn) -> list[Json]:
    content = get(message, "content")
    if isinstance(content, str):
        parts = [_text(content)] if content else []
    elif isinstance(content, list):
        parts = [part for part in map(_part, content) if part]
    else:
        parts = []
    calls = get(message, "tool_calls")
    if role == "assistant" and isinstance(calls, list):
        parts += [_tool_use(call, turn) for call in calls if get(call, "type") == "function"]
    return parts


def _tool_use(call: Any, turn: Turn) -> Json:
    function = get(call, "function")
    arguments = parse(text(get(function, "arguments")))
    return {
        "type": "tool_use",
        "id": text(get(call, "id")) or f"toolu_{turn.ids.letters(24)}",
        "name": text(get(function, "name")),
        "input": arguments if isinstance(arguments, dict) else {},
    }


def _part(part: Any) -> Json | None:
    """One part of a message; None where Claude has nothing like it."""
    kind = get(part, "type")
    if kind == "text":
        return _text(text(get(part, "text")))
    if kind == "image_url":
        return _image(text(get(part, "image_url", "url")))
    if kind == "file":
        return _document(text(get(part, "file", "file_data")))
    return None


def _image(url: str) -> Json | None:
    if not url:
        return None
    if not url.startswith("data:"):
        return {"type": "image", "source": {"type": "url", "url": url}}
    head, comma, data = url.partition(",")
    if not comma:
        return None
    media = head[5:].partition(";")[0] or "application/octet-stream"
    return {"type": "image", "source": {"type": "base64", "media_type": media, "data": data}}


def _document(data: str) -> Json | None:
    semicolon, comma = data.find(";"), data.find(",")
    if not data.startswith("data:") or semicolon < 0 or comma < semicolon:
        return None
    source = {"type": "base64", "media_type": data[5:semicolon], "data": data[comma + 1 :]}
    return {"type": "document", "source": source}


def _result(content: Any, spelling: Spelling, index: int) -> Any:
    """What a tool answered: its text, its parts, or the JSON of anything else."""
    if content is MISSING:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, (list, dict)):
        given = content if isinstance(content, list) else [content]
        parts = [_text(part) if isinstance(part, str) and isinstance(content, list) else _part(part) for part in given]
        kept = [part for part in parts if part]
        if kept or content == []:
            return kept
    return spelling.of(content, "messages", index, "content")


def _tools(body: Json, turn: Turn, out: Json) -> None:
    given = body.get("tools")
    if isinstance(given, list):
        tools = [_tool(get(tool, "function")) for tool in given if get(tool, "type") == "function"]
        if tools:
            out["tools"] = tools
    choice = body.get("tool_choice", MISSING)
    if isinstance(choice, str):
        if choice in _CHOICES:
            out["tool_choice"] = dict(_CHOICES[choice])
        elif choice == "none" and not turn.faithful(quirks.TOOLS_NOT_FORBIDDEN):
            out["tool_choice"] = {"type": "none"}
    elif get(choice, "type") == "function":
        out["tool_choice"] = {"type": "tool", "name": text(get(choice, "function", "name"))}


def _tool(function: Any) -> Json:
    tool: Json = {"name": text(get(function, "name")), "description": text(get(function, "description"))}
    for key in ("parameters", "parametersJsonSchema"):
        schema = get(function, key)
        if schema is not MISSING:
            tool["input_schema"] = schema
            break
    return tool


PAIR = Pair(
    client="openai",
    upstream="claude",
    request=request,
    whole=whole,
    stream=stream,
    accents=quirks.ALL,
)
