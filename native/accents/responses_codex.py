"""A Responses client on Codex: the same protocol on both sides, so lines pass on and few fields are edited.

Law: what is not named here reaches the other side as it came.
"""

from collections.abc import Callable
from typing import Any, Final

from native.turn import Accent, Json, Pair, Turn
from native.wire import lenient
from native.wire.loose import MISSING, get, text
from native.wire.spelling import Spelling

LINES_APART = Accent(
    "responses-codex-lines-apart",
    "A blank line stands between an event's name and its data: events without data, on which OpenAI's own SDK breaks.",
    "core/responses-codex/stream-plain-silent",
    faulty=True,
)
LIMITS_DROPPED = Accent(
    "responses-codex-limits-dropped",
    "`max_output_tokens`, `temperature`, `top_p`, `truncation`, `user`, `context_management` and any service tier but "
    "`priority` are not sent: Codex refuses them.",
    "core/responses-codex/stream-sampling-text",
)
PARALLEL_ALWAYS = Accent(
    "responses-codex-parallel-always",
    "`parallel_tool_calls` is always true, `store` always false, whatever the client asks.",
    "core/responses-codex/stream-tools-call",
)
SYSTEM_AS_DEVELOPER = Accent(
    "responses-codex-system-as-developer",
    "System messages are sent as the developer's.",
    "edge/responses-quirk/codex-system-message",
)

_DROPPED: Final = (
    "max_output_tokens",
    "max_completion_tokens",
    "temperature",
    "top_p",
    "truncation",
    "context_management",
    "user",
)
_BUILT_IN: Final = {"web_search_preview": "web_search", "web_search_preview_2025_03_11": "web_search"}


def request(body: Json, _turn: Turn) -> Json:
    """Edit a Responses request so that Codex takes it."""
    out: Json = {
        **body,
        "stream": True,
        "store": False,
        "parallel_tool_calls": True,
        "include": ["reasoning.encrypted_content"],
    }
    for key in _DROPPED:
        out.pop(key, None)
    if "service_tier" in out and out["service_tier"] != "priority":
        del out["service_tier"]
    given = out.get("input")
    if isinstance(given, str):
        said = {"type": "input_text", "text": given}
        out["input"] = [{"type": "message", "role": "user", "content": [said]}]
    else:
        _edit_each(out, "input", _developer)
    _edit_each(out, "tools", _renamed)
    choice = out.get("tool_choice")
    if isinstance(choice, dict):
        choice = out["tool_choice"] = _renamed(choice)
        if isinstance(choice.get("tools"), list):
            out["tool_choice"] = choice = {**choice}
            _edit_each(choice, "tools", _renamed)
    return out


def _edit_each(holder: Json, key: str, edit: Callable[[Any], Any]) -> None:
    """Put an edited list in the place of a list; what the edit leaves alone is shared."""
    found = holder.get(key)
    if isinstance(found, list):
        holder[key] = [edit(entry) for entry in found]


def _developer(item: Any) -> Any:
    return {**item, "role": "developer"} if get(item, "role") == "system" else item


def _renamed(tool: Any) -> Any:
    stable = _BUILT_IN.get(text(get(tool, "type")))
    return {**tool, "type": stable} if stable else tool


def whole(data: bytes, _turn: Turn) -> bytes:
    """Take the answer out of the event that completes the stream; nothing of any other event."""
    event = lenient.parse(data)
    response = get(event, "response")
    if text(get(event, "type")) != "response.completed" or response is MISSING:
        return b""
    return Spelling(data).of(response, "response").encode()


class CodexStream:
    """Codex's lines, passed on."""

    __slots__ = ("_apart", "_name")

    def __init__(self, turn: Turn) -> None:
        self._apart = turn.faithful(LINES_APART)
        self._name = b""

    def feed(self, line: bytes) -> list[bytes]:
        """Pass a line on; where names and data belong together, a name waits for its data."""
        if line.startswith(b"data:"):
            name, self._name = self._name, b""
            return [name + b"data: " + line[5:].strip()]
        if not self._apart and line.startswith(b"event:"):
            self._name = line + b"\n"
            return []
        return [line]

    def finish(self) -> list[bytes]:
        """Nothing is owed."""
        return []


PAIR = Pair(
    client="openai-response",
    upstream="codex",
    request=request,
    whole=whole,
    stream=CodexStream,
    accents=(SYSTEM_AS_DEVELOPER, PARALLEL_ALWAYS, LIMITS_DROPPED, LINES_APART),
    seeking=True,
)
