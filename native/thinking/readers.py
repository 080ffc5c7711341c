"""Where each protocol's body says how much to think.

Everything that reads thinking from a request lives here. Law: a reader takes any JSON and never fails.
"""

from collections.abc import Callable
from typing import Any, Final

from native.thinking.setting import NONE, UNSET, Mode, Setting, of_budget, of_level
from native.turn import Json
from native.wire import loose
from native.wire.loose import MISSING, get


def read(body: Json, protocol: str) -> Setting:
    """What a body in this protocol asks for."""
    reader = _READERS.get(protocol)
    return reader(body) if reader else UNSET


def _claude(body: Json) -> Setting:
    kind = loose.text(get(body, "thinking", "type"))
    if kind == "disabled":
        return NONE
    if kind in {"adaptive", "auto"}:
        effort = get(body, "output_config", "effort")
        word = effort.strip().lower() if isinstance(effort, str) else ""
        return of_level(word) if word else UNSET
    budget = get(body, "thinking", "budget_tokens")
    if budget is not MISSING:
        return of_budget(loose.integer(budget))
    return of_budget(-1) if kind == "enabled" else UNSET


def _gemini(*root: str) -> Callable[[Json], Setting]:
    def reader(body: Json) -> Setting:
        found = get(body, *root, "generationConfig", "thinkingConfig")
        level = _either(found, "thinkingLevel", "thinking_level")
        if level is not MISSING:
            return of_level(loose.text(level))
        budget = _either(found, "thinkingBudget", "thinking_budget")
        return UNSET if budget is MISSING else of_budget(loose.integer(budget))

    return reader


def _effort(*path: str) -> Callable[[Json], Setting]:
    def reader(body: Json) -> Setting:
        effort = get(body, *path)
        if effort is MISSING:
            return UNSET
        level = loose.text(effort)
        return NONE if level == "none" else Setting(Mode.LEVEL, level=level)

    return reader


def _iflow(body: Json) -> Setting:
    for path in (("chat_template_kwargs", "enable_thinking"), ("reasoning_split",)):
        switch = get(body, *path)
        if switch is not MISSING:
            return Setting(budget=1) if loose.boolean(switch) else NONE
    return _openai(body)


def _either(value: Any, name: str, other: str) -> Any:
    found = get(value, name)
    return get(value, other) if found is MISSING else found


_openai: Final = _effort("reasoning_effort")

_READERS: Final[dict[str, Callable[[Json], Setting]]] = {
    "claude": _claude,
    "gemini": _gemini(),
    "gemini-cli": _gemini("request"),
    "antigravity": _gemini("request"),
    "openai": _openai,
    "codex": _effort("reasoning", "effort"),
    "iflow": _iflow,
    "kimi": _openai,
}
