"""Telling Kimi: an effort by name as OpenAI's, or `thinking` switched off. Never both."""

from typing import Final

from native.thinking.capability import Capability
from native.thinking.setting import Mode, Setting, level_of
from native.turn import Json
from native.wire import edit

_THINKING: Final = edit.steps("thinking")
_TYPE: Final = edit.steps("thinking.type")
_EFFORT: Final = edit.steps("reasoning_effort")


def write(body: Json, told: Setting, _model: Capability) -> Json:
    """Give the body that tells Kimi this."""
    if told.mode is Mode.NONE and told.level in {"", "none"}:
        return edit.put(edit.drop(edit.drop(body, _THINKING), _EFFORT), _TYPE, "disabled")
    word = _word(told)
    return edit.put(edit.drop(body, _THINKING), _EFFORT, word) if word else body


def _word(told: Setting) -> str | None:
    if told.mode is Mode.AUTO:
        return "auto"
    return level_of(told.budget) if told.mode is Mode.BUDGET else told.level
