"""Telling Gemini and its relatives: `thinkingConfig` with a level or a budget, and whether thoughts are shown.

Law: only the camel-cased spelling is left behind; whether the client wants to see thoughts is the client's to say.
"""

from typing import Final

from native.thinking.capability import Capability
from native.thinking.setting import Mode, Setting
from native.thinking.writers.shape import Writer
from native.turn import Json
from native.wire import edit, loose
from native.wire.loose import MISSING, get

_SNAKES: Final = ("thinking_level", "thinking_budget", "include_thoughts")


class _Place:
    """The paths of one relative: where its generation settings are in the body."""

    __slots__ = ("keys", "limit", "limit_keys", "root")

    def __init__(self, *root: str) -> None:
        self.keys: Final = (*root, "generationConfig", "thinkingConfig")
        self.root: Final = tuple(edit.Step(key) for key in self.keys)
        self.limit_keys: Final = (*root, "generationConfig", "maxOutputTokens")
        self.limit: Final = tuple(edit.Step(key) for key in self.limit_keys)

    def put(self, body: Json, key: str, value: str | int) -> Json:
        return edit.put(body, (*self.root, edit.Step(key)), value)

    def drop(self, body: Json, *keys: str) -> Json:
        for key in keys:
            body = edit.drop(body, (*self.root, edit.Step(key)))
        return body

    def shown(self, body: Json) -> bool | None:
        """Whether the client asked to see thoughts; None where it did not say."""
        config = get(body, *self.keys)
        for key in ("includeThoughts", "include_thoughts"):
            found = get(config, key)
            if found is not MISSING:
                return loose.boolean(found)
        return None


def _levelled(place: _Place, body: Json, told: Setting) -> Json:
    shown = place.shown(body)
    body = place.drop(body, "thinkingBudget", *_SNAKES)
    if told.mode is Mode.NONE:
        body = place.put(body, "includeThoughts", False)
        return place.put(body, "thinkingLevel", told.level) if told.level else body
    body = place.put(body, "thinkingLevel", told.level)
    return place.put(body, "includeThoughts", True if shown is None else shown)


def _budgeted(place: _Place, body: Json, told: Setting, capped: Capability | None = None) -> Json:
    shown = place.shown(body)
    body = place.drop(body, "thinkingLevel", *_SNAKES)
    budget: int | None = told.budget
    if capped:
        body, budget = _capped(place, body, told.budget, capped)
    if budget is None:
        return body
    body = place.put(body, "thinkingBudget", budget)
    if told.mode is Mode.NONE:
        shown = False
    elif shown is None:
        shown = told.mode is Mode.AUTO or budget > 0
    return place.put(body, "includeThoughts", shown)


def _capped(place: _Place, body: Json, budget: int, model: Capability) -> tuple[Json, int | None]:
    """A Claude model behind Antigravity: its budget stays under the answer's limit; too small a one is left out."""
    limit = loose.integer(get(body, *place.limit_keys))
    given = limit > 0
    if not given:
        limit = model.completion
    if 0 < limit <= budget:
        budget = limit - 1
    least = model.support.least if model.support else 0
    if 0 <= budget < least:
        return edit.drop(body, place.root), None
    if not given and limit > 0:
        body = edit.put(body, place.limit, limit)
    return body, budget


def _own_levelled(told: Setting) -> bool:
    return told.mode is Mode.LEVEL or (told.mode is Mode.NONE and bool(told.level))


def _writer(place: _Place, *, level_without_levels: bool, claude: bool) -> Writer:
    def write(body: Json, told: Setting, model: Capability) -> Json:
        if model.users_own or model.support is None:
            levelled = _own_levelled(told)
        elif told.mode is Mode.LEVEL:
            levelled = level_without_levels or bool(model.support.levels)
        else:
            levelled = told.mode is Mode.NONE and bool(model.support.levels)
        if levelled:
            return _levelled(place, body, told)
        return _budgeted(place, body, told, model if claude and "claude" in model.model.lower() else None)

    return write


GEMINI: Final = _writer(_Place(), level_without_levels=True, claude=False)
GEMINI_CLI: Final = _writer(_Place("request"), level_without_levels=False, claude=False)
ANTIGRAVITY: Final = _writer(_Place("request"), level_without_levels=False, claude=True)
