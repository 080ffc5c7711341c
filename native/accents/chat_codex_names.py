"""The short names that a chat client's tools have before Codex, and the way back."""

from native.accents.claude_names import short_names
from native.turn import Json
from native.wire.loose import MISSING, get, text


def short_by_long(body: Json) -> dict[str, str]:
    """The name that Codex sees, by the name that the client declared."""
    tools = get(body, "tools")
    names = (
        get(tool, "function", "name")
        for tool in (tools if isinstance(tools, list) else ())
        if text(get(tool, "type")) == "function"
    )
    return short_names(text(name) for name in names if name is not MISSING)


def long_by_short(body: Json) -> dict[str, str]:
    """The name that the client declared, by the name that Codex sees."""
    return {short: name for name, short in short_by_long(body).items()}
