"""Gemini's thinking configuration as Claude's: a budget, or an effort where the model takes one.

Everything that reads `thinkingConfig` for Claude lives here. Law: what the catalogue says of the model decides the
kind; whether the model allows the wish is checked later, by `thinking`.
"""

from typing import Any, Final

from native.accents.gemini_reading import either
from native.models import known
from native.thinking.setting import budget_of, level_of
from native.turn import Json
from native.wire.loose import MISSING, integer, text

_EFFORTS: Final = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "auto": "high"}


def thinking(config: Any, model: str) -> Json:
    """The fields of Claude's body that say how to think; none where nothing is asked."""
    if not isinstance(config, dict):
        return {}
    info = known(model.strip())
    levels = info.thinking.levels if info and info.thinking else ()
    wish = either(config, "thinkingLevel", "thinking_level")
    if wish is not MISSING:
        level = text(wish).strip().lower()
        return _by_effort(level, levels) if levels else _by_level(level)
    wish = either(config, "thinkingBudget", "thinking_budget")
    if wish is not MISSING:
        budget = integer(wish)
        if budget == 0:
            return _switched("disabled")
        return _by_effort(level_of(budget) or "", levels) if levels else _by_budget(budget)
    if config.get("includeThoughts") is True or config.get("include_thoughts") is True:
        return _switched("enabled")
    return {}


def _by_effort(level: str, levels: tuple[str, ...]) -> Json:
    """For a model that has named efforts; a level that none of them means goes up as it is."""
    if not level:
        return {}
    if level == "none":
        return _switched("disabled")
    most = any(own.strip().lower() == "max" for own in levels)
    highest = "max" if most else "high"
    effort = highest if level in {"xhigh", "max"} else _EFFORTS.get(level, level)
    return {"thinking": {"type": "adaptive"}, "output_config": {"effort": effort}}


def _by_level(level: str) -> Json:
    """For a model that takes a budget."""
    if level == "none":
        return _switched("disabled")
    if level == "auto":
        return _switched("enabled")
    budget = budget_of(level) if level else None
    return {} if budget is None else _by_budget(budget)


def _by_budget(budget: int) -> Json:
    if budget == -1:
        return _switched("enabled")
    return {"thinking": {"type": "enabled", "budget_tokens": budget}}


def _switched(kind: str) -> Json:
    return {"thinking": {"type": kind}}
