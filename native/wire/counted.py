"""Which texts of a body are counted as tokens, for each protocol that is counted here.

Everything that collects them lives here; the counting itself is in `tokens`. Laws: a text counts trimmed and only
where something is left of it; JSON counts as it is spelled, an image by its size; any shape of body is taken.
"""

from collections.abc import Iterator
from typing import Any, Final

from native.turn import Json
from native.wire.loose import get, number, text, trim
from native.wire.spelled import spelling_of

_SAID: Final = frozenset({"text", "input_text", "output_text"})
_HEARD: Final = frozenset({"input_audio", "output_audio", "audio"})
_IMAGE: Final = 1000
_SMALLEST_IMAGE: Final = 85
_LARGEST_IMAGE: Final = 1590
_PIXELS_A_TOKEN: Final = 750


def joined(texts: Iterator[str]) -> str:
    """The texts in lines, the empty ones left out."""
    return "\n".join(said for one in texts if (said := trim(one)))


def chat(body: Json) -> Iterator[str]:
    """The texts of a chat completion's request."""
    for message in _listed(get(body, "messages")):
        yield text(get(message, "role"))
        yield text(get(message, "name"))
        yield from _chat_content(get(message, "content"))
        for call in _listed(get(message, "tool_calls")):
            yield text(get(call, "id"))
            yield text(get(call, "type"))
            yield from _function(get(call, "function"), with_arguments=True)
        yield text(get(message, "function_call", "name"))
        yield text(get(message, "function_call", "arguments"))
    tools = get(body, "tools")
    for tool in tools if isinstance(tools, list) else (tools,):
        yield from (text(get(tool, key)) for key in ("type", "name", "description"))
        yield from _function(get(tool, "function"))
    for function in _listed(get(body, "functions")):
        yield from _function(function)
    yield _spelled(get(body, "tool_choice"))
    answer = get(body, "response_format")
    yield text(get(answer, "type"))
    yield text(get(answer, "name"))
    yield spelling_of(get(answer, "json_schema"))
    yield spelling_of(get(answer, "schema"))
    yield text(get(body, "input"))
    yield text(get(body, "prompt"))


def _chat_content(content: Any) -> Iterator[str]:
    if not isinstance(content, list):
        if isinstance(content, (str, dict)):
            yield text(content)
        return
    for part in content:
        kind = text(get(part, "type"))
        if kind in _SAID:
            yield text(get(part, "text"))
        elif kind == "image_url":
            yield text(get(part, "image_url", "url"))
        elif kind in _HEARD:
            yield text(get(part, "id"))
        elif kind == "tool_result":
            yield text(get(part, "name"))
            yield from _chat_content(get(part, "content"))
        elif isinstance(part, list):
            yield from _chat_content(part)
        else:
            yield text(part)


def _function(function: Any, *, with_arguments: bool = False) -> Iterator[str]:
    yield text(get(function, "name"))
    yield text(get(function, "description"))
    if with_arguments:
        yield text(get(function, "arguments"))
    yield spelling_of(get(function, "parameters"))


def claude(body: Json) -> Iterator[str]:
    """The texts of a Claude request."""
    yield from _claude_content(get(body, "system"))
    for message in _listed(get(body, "messages")):
        yield text(get(message, "role"))
        yield from _claude_content(get(message, "content"))
    for tool in _listed(get(body, "tools")):
        yield text(get(tool, "name"))
        yield text(get(tool, "description"))
        yield spelling_of(get(tool, "input_schema"))


def _claude_content(content: Any) -> Iterator[str]:
    if not isinstance(content, list):
        if isinstance(content, (str, dict)):
            yield text(content)
        return
    for part in content:
        kind = text(get(part, "type"))
        if kind in {"text", "thinking"}:
            yield text(get(part, kind))
        elif kind == "tool_use":
            yield text(get(part, "id"))
            yield text(get(part, "name"))
            yield spelling_of(get(part, "input"))
        elif kind == "tool_result":
            yield text(get(part, "tool_use_id"))
            yield from _claude_content(get(part, "content"))
        elif kind != "image" and isinstance(part, (str, dict, list)):
            yield text(part)


def claude_images(body: Json) -> int:
    """The tokens of the images in a Claude request, by their size where it is told."""
    return sum(
        _images(get(part, "content")) for part in (*_listed(get(body, "messages")), {"content": get(body, "system")})
    )


def _images(content: Any) -> int:
    found = 0
    for part in _listed(content):
        kind = text(get(part, "type"))
        if kind == "image":
            found += _image(number(get(part, "source", "width")), number(get(part, "source", "height")))
        elif kind == "tool_result":
            found += _images(get(part, "content"))
    return found


def _image(width: float, height: float) -> int:
    if width <= 0 or height <= 0:
        return _IMAGE
    return int(min(max(width * height / _PIXELS_A_TOKEN, _SMALLEST_IMAGE), _LARGEST_IMAGE))


def codex(body: Json) -> Iterator[str]:
    """The texts of a Codex request."""
    yield text(get(body, "instructions"))
    for item in _listed(get(body, "input")):
        kind = text(get(item, "type"))
        if kind == "message":
            yield from (text(get(part, "text")) for part in _listed(get(item, "content")))
        elif kind == "function_call":
            yield text(get(item, "name"))
            yield text(get(item, "arguments"))
        else:
            yield text(get(item, "output" if kind == "function_call_output" else "text"))
    for tool in _listed(get(body, "tools")):
        yield text(get(tool, "name"))
        yield text(get(tool, "description"))
        yield _spelled(get(tool, "parameters"))
    form = get(body, "text", "format")
    yield text(get(form, "name"))
    yield _spelled(get(form, "schema"))


def _spelled(value: Any) -> str:
    return value if isinstance(value, str) else spelling_of(value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
