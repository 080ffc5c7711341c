"""The short names that a Gemini client's functions have before Codex, and the way back."""

from typing import Any

from native.accents.claude_names import short_names
from native.wire.loose import MISSING, get, text


def short_by_long(tools: Any) -> dict[str, str]:
    """The name that Codex sees, by the name that the client declared."""
    declared = (get(tool, "functionDeclarations") for tool in (tools if isinstance(tools, list) else ()))
    names = (get(function, "name") for functions in declared if isinstance(functions, list) for function in functions)
    return short_names(text(name) for name in names if name is not MISSING)


def long_by_short(tools: Any) -> dict[str, str]:
    """The name that the client declared, by the name that Codex sees."""
    return {short: name for name, short in short_by_long(tools).items()}
