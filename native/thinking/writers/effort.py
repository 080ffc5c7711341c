"""Telling an OpenAI upstream: an effort by name, at one place in the body.

Law: it knows no tokens and no "as you like"; for a model of the catalogue those are left unsaid, for a user's own
model they are put into words.
"""

from native.thinking.capability import Capability, Support
from native.thinking.setting import Mode, Setting, level_of
from native.thinking.writers.shape import Writer
from native.turn import Json
from native.wire import edit


def writer(place: str) -> Writer:
    """A writer that puts the effort at this place."""
    path = edit.steps(place)

    def write(body: Json, told: Setting, model: Capability) -> Json:
        word = _own(told) if model.users_own or model.support is None else _checked(told, model.support)
        if word is None:
            return body
        return edit.put(body, path, word)

    return write


def _checked(told: Setting, support: Support) -> str | None:
    """The word for a model of the catalogue."""
    if told.mode is Mode.LEVEL:
        return told.level
    if told.mode is not Mode.NONE:
        return None
    if told.budget == 0 and (support.zero or support.knows("none")):
        return "none"
    return told.level or next(iter(support.levels), "") or None


def _own(told: Setting) -> str | None:
    """The word for a user's own model."""
    if told.mode is Mode.LEVEL:
        return told.level or None
    if told.mode is Mode.NONE:
        return told.level or "none"
    return "auto" if told.mode is Mode.AUTO else level_of(told.budget)
