"""What several pairs read from a Gemini request in the same way.

Everything that is read alike for several upstreams lives here: spellings of names, effort, the parts that count as
said. Law: places of parts are those of the client's body, whatever is left out.
"""

from collections.abc import Iterator
from typing import Any, Final

from native.thinking.setting import level_of
from native.turn import Accent, Turn
from native.wire.loose import MISSING, get, integer, text, trim

THOUGHTS_AS_TEXT: Final = Accent(
    name="gemini-thoughts-as-text",
    about="Thoughts in a conversation's history go upstream as if the model had said them.",
    evidence="core/gemini-codex/stream-thought-text",
    faulty=True,
)
RESULTS_BY_ORDER: Final = Accent(
    name="gemini-results-in-call-order",
    about="Function responses are tied to calls by their order alone, whatever their names and ids say.",
    evidence="edge/gemini-quirk/claude-results-out-of-order",
    faulty=True,
)


class Waiting:
    """Calls that wait for their results: the ids they were given, their own, their names."""

    __slots__ = ("_calls",)

    def __init__(self) -> None:
        self._calls: list[tuple[str, str, str]] = []

    def add(self, made: str, call: Any) -> None:
        """A call that was given an id."""
        self._calls.append((made, text(get(call, "id")), text(get(call, "name"))))

    def last(self) -> str | None:
        """The id of the last call, which goes on waiting."""
        return self._calls[-1][0] if self._calls else None

    def first(self) -> str | None:
        """The id of the call that waits longest."""
        return self._calls.pop(0)[0] if self._calls else None

    def answered(self, response: Any) -> str | None:
        """The id of the call that a response names, by id or name; of the one that waits longest else."""
        own, name = text(get(response, "id")), text(get(response, "name"))
        for wanted, at in ((own, 1), (name, 2)):
            for place, call in enumerate(self._calls):
                if wanted and call[at] == wanted:
                    return self._calls.pop(place)[0]
        return self.first()


def either(value: Any, name: str, other: str) -> Any:
    """What stands under `name`, or under `other` where there is none."""
    found = get(value, name)
    return get(value, other) if found is MISSING else found


def effort_of(config: Any) -> str:
    """The effort that a `thinkingConfig` asks for; empty where it asks for none."""
    if not isinstance(config, dict):
        return ""
    level = either(config, "thinkingLevel", "thinking_level")
    if level is not MISSING:
        return trim(text(level)).lower()
    budget = either(config, "thinkingBudget", "thinking_budget")
    return "" if budget is MISSING else level_of(integer(budget)) or ""


def parts_of(content: Any, turn: Turn) -> Iterator[tuple[int, Any]]:
    """A content's parts and their places, without thoughts where the legacy's fault is left out."""
    parts = get(content, "parts")
    if not isinstance(parts, list):
        return
    keep = turn.faithful(THOUGHTS_AS_TEXT)
    for place, part in enumerate(parts):
        if keep or get(part, "thought") is not True:
            yield place, part
