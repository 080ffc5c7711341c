"""Telling Claude: `thinking` switched off, on with a budget, or adaptive with an effort in `output_config`.

Law: a budget stays under `max_tokens`, as Claude demands; where that pushes it under the model's least, it is left
for Claude to refuse.
"""

from dataclasses import replace

from native.thinking.capability import Capability
from native.thinking.setting import Mode, Setting, budget_of
from native.turn import Json
from native.wire import edit, loose
from native.wire.loose import get

_TYPE = edit.steps("thinking.type")
_BUDGET = edit.steps("thinking.budget_tokens")
_EFFORT = edit.steps("output_config.effort")
_CONFIG = edit.steps("output_config")
_MOST = edit.steps("max_tokens")


def write(body: Json, told: Setting, model: Capability) -> Json:
    """Give the body that tells Claude this."""
    if model.users_own or model.support is None:
        return _own(body, told)
    adaptive = bool(model.support.levels)
    if told.mode is Mode.LEVEL and not (adaptive and told.level):
        budget = budget_of(told.level)
        if budget is None:
            return body
        told = replace(told, mode=Mode.BUDGET, budget=budget, level="")
    if told.mode is Mode.NONE or (told.mode is Mode.BUDGET and told.budget == 0):
        return without_effort(_switched(body, "disabled"))
    if told.mode is Mode.BUDGET:
        return _bounded(_budgeted(body, told.budget), told.budget, model)
    if told.mode is Mode.LEVEL:
        return _with_effort(body, told.level)
    return without_effort(_switched(body, "adaptive" if adaptive else "enabled"))


def without_effort(body: Json) -> Json:
    """Take the effort out of a body, and `output_config` too where nothing else is in it."""
    body = edit.drop(body, _EFFORT)
    return edit.drop(body, _CONFIG) if body.get("output_config") == {} else body


def _own(body: Json, told: Setting) -> Json:
    """As `write` for a user's own model: whatever was asked, unchecked."""
    if told.mode is Mode.LEVEL:
        return _with_effort(body, told.level) if told.level else body
    if told.mode is Mode.BUDGET:
        return _budgeted(body, told.budget)
    return without_effort(_switched(body, "disabled" if told.mode is Mode.NONE else "enabled"))


def _switched(body: Json, kind: str) -> Json:
    return edit.drop(edit.put(body, _TYPE, kind), _BUDGET)


def _with_effort(body: Json, level: str) -> Json:
    return edit.put(_switched(body, "adaptive"), _EFFORT, level)


def _budgeted(body: Json, budget: int) -> Json:
    return without_effort(edit.put(edit.put(body, _TYPE, "enabled"), _BUDGET, budget))


def _bounded(body: Json, budget: int, model: Capability) -> Json:
    """Keep the budget under `max_tokens`, which the model's own limit stands in for where there is none."""
    if budget <= 0:
        return body
    limit = loose.integer(get(body, "max_tokens"))
    if limit <= 0:
        limit = model.completion
        if limit > 0:
            body = edit.put(body, _MOST, limit)
    if limit <= 0 or budget < limit:
        return body
    least = model.support.least if model.support else 0
    lowered = limit - 1
    if 0 < lowered < least:
        return body
    return edit.put(body, _BUDGET, lowered)
