"""Telling iFlow: a switch, in the place that each family of models has it. A user's own model is told nothing."""

from typing import Final

from native.thinking.capability import Capability
from native.thinking.setting import Mode, Setting
from native.turn import Json
from native.wire import edit

_ENABLE: Final = edit.steps("chat_template_kwargs.enable_thinking")
_CLEAR: Final = edit.steps("chat_template_kwargs.clear_thinking")
_SPLIT: Final = edit.steps("reasoning_split")
_SWITCHED: Final = {"qwen3-max-preview", "deepseek-v3.2", "deepseek-v3.1"}


def write(body: Json, told: Setting, model: Capability) -> Json:
    """Give the body that tells iFlow this."""
    if model.users_own or model.support is None:
        return body
    name = model.model.lower()
    thinks = _thinks(told)
    if name.startswith("glm") or name in _SWITCHED:
        body = edit.drop(edit.put(body, _ENABLE, thinks), _CLEAR)
        return edit.put(body, _CLEAR, False) if thinks and name.startswith("glm") else body
    if name.startswith("minimax"):
        body = edit.put(body, _SPLIT, thinks)
    return body


def _thinks(told: Setting) -> bool:
    if told.mode is Mode.BUDGET:
        return told.budget > 0
    return told.mode is Mode.AUTO or (told.mode is Mode.LEVEL and told.level != "none")
