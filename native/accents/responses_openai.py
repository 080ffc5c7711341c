"""A Responses client on an OpenAI-compatible upstream: its request as chat messages, a whole answer's way back.

The streamed answer is in `responses_openai_stream`. Laws: every input item becomes a message of its own, in order; a
field that chat completions have no place for is left out.
"""

from itertools import count
from typing import Any

from native.accents.responses_events import (
    completed_response,
    dump,
    echo,
    function_call,
    message,
    output_text,
    summary_text,
)
from native.accents.responses_openai_stream import (
    ALWAYS_COMPLETED,
    ECHO_AS_TRANSLATED,
    STREAM_ACCENTS,
    OpenAIStream,
)
from native.turn import Accent, Json, Pair, Turn
from native.wire import lenient, loose
from native.wire.loose import MISSING, get, integer, text
from native.wire.twice import once

FORCED_TOOL_AS_TEXT = Accent(
    "responses-openai-forced-tool-as-text",
    "A `tool_choice` that names a function is sent upstream as a text with JSON in it.",
    "edge/responses-quirk/openai-forced-tool",
    faulty=True,
)
SAMPLING_DROPPED = Accent(
    "responses-openai-sampling-dropped",
    "`temperature` and `top_p` are not sent upstream.",
    "core/responses-compat/whole-sampling-text",
    faulty=True,
)
FORMAT_DROPPED = Accent(
    "responses-openai-format-dropped",
    "The schema in `text.format` is not sent upstream: structured output comes as free text.",
    "core/responses-compat/whole-schema-text",
    faulty=True,
)
BUILT_IN_TOOLS_DROPPED = Accent(
    "responses-openai-built-in-tools-dropped",
    "Tools other than functions (`web_search`, ...) are not sent upstream; nor are files and reasoning items.",
    "core/responses-compat/stream-thought_call-text",
)
DEVELOPER_AS_USER = Accent(
    "responses-openai-developer-as-user",
    "What the developer says is sent upstream as said by the user.",
    "edge/responses-quirk/openai-developer-message",
)
NO_OUTPUT_MISSING = Accent(
    "responses-openai-no-output-missing",
    "A whole answer that says nothing has no `output` at all.",
    "core/responses-compat/whole-plain-silent",
    faulty=True,
)

_COUNTER = "responses-openai-answers"


def request(body: Json, turn: Turn) -> Json:
    """Translate a Responses request into a chat completion's."""
    body = once(body)
    out: Json = {"model": turn.model, "messages": _messages(body), "stream": turn.stream}
    if "max_output_tokens" in body:
        out["max_tokens"] = integer(body["max_output_tokens"])
    if "parallel_tool_calls" in body:
        out["parallel_tool_calls"] = loose.boolean(body["parallel_tool_calls"])
    if tools := _tools(body.get("tools")):
        out["tools"] = tools
    if effort := text(get(body, "reasoning", "effort")).strip().lower():
        out["reasoning_effort"] = effort
    if "tool_choice" in body:
        out["tool_choice"] = _tool_choice(body["tool_choice"], turn)
    if not turn.faithful(SAMPLING_DROPPED):
        out |= {key: body[key] for key in ("temperature", "top_p") if key in body}
    if not turn.faithful(FORMAT_DROPPED) and (form := _response_format(get(body, "text", "format"))):
        out["response_format"] = form
    return out


def _messages(body: Json) -> list[Json]:
    messages: list[Json] = []
    if "instructions" in body:
        messages.append({"role": "system", "content": text(body["instructions"])})
    given = body.get("input")
    if isinstance(given, str):
        messages.append({"role": "user", "content": given})
    elif isinstance(given, list):
        messages += [said for item in given if (said := _item(item)) is not None]
    return messages


def _item(item: Any) -> Json | None:
    """One input item as a message; None where chat completions have no place for it."""
    kind = text(get(item, "type"))
    if kind in {"message", ""}:
        role = text(get(item, "role"))
        content = get(item, "content")
        return {"role": "user" if role == "developer" else role, "content": _content(content)}
    if kind == "function_call":
        called = {"name": text(get(item, "name")), "arguments": text(get(item, "arguments"))}
        call = {"id": text(get(item, "call_id")), "type": "function", "function": called}
        return {"role": "assistant", "tool_calls": [call]}
    if kind == "function_call_output":
        return {"role": "tool", "tool_call_id": text(get(item, "call_id")), "content": text(get(item, "output"))}
    return None


def _content(content: Any) -> str | list[Json]:
    if isinstance(content, str):
        return content
    return [said for part in content if (said := _part(part)) is not None] if isinstance(content, list) else []


def _part(part: Any) -> Json | None:
    kind = text(get(part, "type"))
    if kind in {"input_text", "output_text", ""}:
        return {"type": "text", "text": text(get(part, "text"))}
    if kind == "input_image":
        return {"type": "image_url", "image_url": {"url": text(get(part, "image_url"))}}
    return None


def _tools(tools: Any) -> list[Json]:
    if not isinstance(tools, list):
        return []
    return [{"type": "function", "function": _function(t)} for t in tools if text(get(t, "type")) in {"", "function"}]


def _function(tool: Any) -> Json:
    schema = get(tool, "parameters")
    return {
        "name": text(get(tool, "name")),
        "description": text(get(tool, "description")),
        "parameters": {} if schema is MISSING else schema,
    }


def _tool_choice(choice: Any, turn: Turn) -> str | Json:
    if not turn.faithful(FORCED_TOOL_AS_TEXT) and get(choice, "type") == "function":
        return {"type": "function", "function": {"name": text(get(choice, "name"))}}
    return text(choice)


def _response_format(form: Any) -> Json | None:
    """What `text.format` asks for, as chat completions say it."""
    kind = get(form, "type")
    if kind == "json_schema":
        named = {key: form[key] for key in ("name", "description", "schema", "strict") if key in form}
        return {"type": kind, "json_schema": named}
    return {"type": kind} if kind == "json_object" else None


def whole(data: bytes, turn: Turn) -> bytes:
    """Translate a whole chat completion."""
    answer = lenient.parse(data)
    answer_id = text(get(answer, "id")) or _made_up_id(turn)
    created_at = integer(get(answer, "created")) or int(turn.clock.now())
    response = completed_response(answer_id, created_at) | {"incomplete_details": None}
    asked = turn.sent if turn.faithful(ECHO_AS_TRANSLATED) else turn.original
    if "max_output_tokens" not in asked and "max_tokens" in asked:
        response["max_output_tokens"] = integer(asked["max_tokens"])
    if "model" not in asked and (model := get(answer, "model")) is not MISSING:
        response["model"] = text(model)
    response |= echo(asked)
    output = _output(answer, answer_id, asked)
    if output or not turn.faithful(NO_OUTPUT_MISSING):
        response["output"] = output
    if (usage := get(answer, "usage")) is not MISSING:
        response["usage"] = _usage(usage)
    if get(answer, "choices", 0, "finish_reason") == "length" and not turn.faithful(ALWAYS_COMPLETED):
        response |= {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    return dump(response)


def _made_up_id(turn: Turn) -> str:
    number = next(turn.memory.shelves.setdefault(_COUNTER, count(1)))
    return f"resp_{int(turn.clock.now() * 1e9):x}_{number}"


def _output(answer: Any, answer_id: str, asked: Json) -> list[Json]:
    output: list[Json] = []
    thought = text(get(answer, "choices", 0, "message", "reasoning_content"))
    if thought or "reasoning" in asked:
        summary = [summary_text(thought)] if thought else []
        item_id = f"rs_{answer_id.removeprefix('resp_')}"
        output.append({"id": item_id, "type": "reasoning", "encrypted_content": "", "summary": summary})
    choices = get(answer, "choices")
    for choice in choices if isinstance(choices, list) else ():
        said = get(choice, "message")
        if content := text(get(said, "content")):
            output.append(message(f"msg_{answer_id}_{integer(get(choice, 'index'))}", output_text(content)))
        calls = get(said, "tool_calls")
        for call in calls if isinstance(calls, list) else ():
            name, arguments = text(get(call, "function", "name")), text(get(call, "function", "arguments"))
            output.append(function_call(text(get(call, "id")), name, arguments))
    return output


def _usage(usage: Any) -> Any:
    if all(get(usage, key) is MISSING for key in ("prompt_tokens", "completion_tokens", "total_tokens")):
        return usage
    counts: Json = {
        "input_tokens": integer(get(usage, "prompt_tokens")),
        "output_tokens": integer(get(usage, "completion_tokens")),
        "total_tokens": integer(get(usage, "total_tokens")),
    }
    if (cached := get(usage, "prompt_tokens_details", "cached_tokens")) is not MISSING:
        counts["input_tokens_details"] = {"cached_tokens": integer(cached)}
    if (thought := get(usage, "output_tokens_details", "reasoning_tokens")) is not MISSING:
        counts["output_tokens_details"] = {"reasoning_tokens": integer(thought)}
    return counts


PAIR = Pair(
    client="openai-response",
    upstream="openai",
    request=request,
    whole=whole,
    stream=OpenAIStream,
    accents=(
        DEVELOPER_AS_USER,
        BUILT_IN_TOOLS_DROPPED,
        FORCED_TOOL_AS_TEXT,
        SAMPLING_DROPPED,
        FORMAT_DROPPED,
        *STREAM_ACCENTS,
        NO_OUTPUT_MISSING,
    ),
)
