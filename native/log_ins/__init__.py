"""Logging in through the server: one module a provider, saying where its owner is sent and what comes of it.

A module declares itself by `LOG_IN`. Laws: nothing is loaded before somebody logs in; a log-in that fails says why by
its state and leaves no file; what a provider gave goes into a file and nowhere else.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from native.log_ins.journey import LogIn

MODULES: Mapping[str, str] = {
    "anthropic": "anthropic",
    "antigravity": "antigravity",
    "codex": "codex",
    "cursor": "cursor",
    "gemini-cli": "gemini_cli",
    "github": "github",
    "gitlab": "gitlab",
    "iflow": "iflow",
    "kilo": "kilo",
    "kimi": "kimi",
    "kiro": "kiro",
    "qwen": "qwen",
}
"""By what a log-in is called in its address (`/v0/management/{name}-auth-url`), the module that knows how."""


def log_in_of(name: str) -> "LogIn":
    """How to log in. Raises `KeyError` where nobody knows."""
    found: LogIn = import_module(f"{__name__}.{MODULES[name]}").LOG_IN
    return found
