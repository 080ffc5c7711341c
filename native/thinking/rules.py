"""What a model makes of a wish: converted to what it understands, clamped to what it allows, or refused.

Everything that holds a setting against a model's support lives here. Law: a wish in the target's own protocol is the
client's mistake when it is out of range, and refused; one that was translated, or came as a suffix, is brought in
range.
"""

from dataclasses import replace
from typing import Final

from native.thinking.capability import Support, ThinkingError
from native.thinking.setting import AUTO, NONE, ORDER, Mode, Setting, budget_of, level_of

_FAMILIES: Final = (
    frozenset({"gemini", "gemini-cli", "antigravity"}),
    frozenset({"openai", "openai-response", "codex"}),
)
_ESCAPES: Final = {
    '"': '\\"',
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}
_SPACE: Final = 0x20
_DELETE: Final = 0x7F
_BASIC_PLANE: Final = 0xFFFF


def fit(wish: Setting, support: Support, source: str, target: str, *, suffixed: bool) -> Setting:
    """What the model is told instead of the wish.

    Raises:
        ThinkingError: The level is unknown or not the model's, or the budget is out of range.
    """
    related = _related(source, target)
    told = _plain(_convert(wish, support))
    if support.levels and told.mode is Mode.LEVEL:
        told = _known(told, support, clamp=not related)
    exact = wish.mode is not Mode.LEVEL
    if related and not suffixed and exact and told.mode is Mode.BUDGET:
        _in_range(told.budget, support)
    if told.mode is Mode.AUTO and not support.dynamic:
        told = _middle(support)
    if told.mode is Mode.NONE and target == "claude":
        return NONE
    if told.mode is not Mode.LEVEL:
        told = replace(told, budget=_clamped(told.budget, support))
    if told.mode is Mode.NONE and told.budget > 0 and support.levels:
        told = replace(told, level=support.levels[0])
    return told


def _related(source: str, target: str) -> bool:
    return source == target or any({source, target} <= family for family in _FAMILIES)


def _convert(wish: Setting, support: Support) -> Setting:
    """Levels to tokens for a model that counts, tokens to levels for one that has names."""
    counts, names = support.budgets, bool(support.levels)
    if counts and not names and wish.mode is Mode.LEVEL and wish.level != "auto":
        budget = budget_of(wish.level)
        if budget is None:
            message = f"unknown level: {wish.level}"
            raise ThinkingError(message)
        return Setting(budget=budget)
    if names and not counts and wish.mode is Mode.BUDGET:
        level = level_of(wish.budget)
        if level is None:
            message = f"budget {wish.budget} cannot be converted to a valid level"
            raise ThinkingError(message)
        return Setting(Mode.LEVEL, level=_nearest(level, support))
    return wish


def _plain(wish: Setting) -> Setting:
    """The same wish in its own mode: the levels `none` and `auto` and a budget of 0 are no levels and no budget."""
    if wish.mode is Mode.LEVEL and wish.level == "none":
        return NONE
    if wish.mode is Mode.LEVEL and wish.level == "auto":
        return AUTO
    if wish.mode is Mode.BUDGET and wish.budget == 0:
        return NONE
    return wish


def _known(wish: Setting, support: Support, *, clamp: bool) -> Setting:
    level = _nearest(wish.level, support) if clamp else wish.level
    if not support.knows(level):
        names = ", ".join(own.strip().lower() for own in support.levels)
        message = f"level {_quoted(level.lower())} not supported, valid levels: {names}"
        raise ThinkingError(message)
    return replace(wish, level=level)


def _in_range(budget: int, support: Support) -> None:
    if support.least == 0 and support.most == 0:
        return
    if not support.least <= budget <= support.most:
        message = f"budget {budget} out of range [{support.least},{support.most}]"
        raise ThinkingError(message)


def _middle(support: Support) -> Setting:
    """What stands for "as you like" with a model that cannot choose."""
    if support.levels and support.least == 0 and support.most == 0:
        return Setting(Mode.LEVEL, level="medium")
    middle = (support.least + support.most) // 2
    if middle > 0:
        return Setting(budget=middle)
    return NONE if support.zero else Setting(budget=support.least)


def _nearest(level: str, support: Support) -> str:
    """The model's own level that is closest; the lower one of two; the level itself where nothing compares."""
    place = _place(level)
    if not support.levels or support.knows(level) or place is None:
        return level
    places = [found for own in support.levels if (found := _place(own.strip())) is not None]
    return ORDER[min(places, key=lambda found: (abs(place - found), found))] if places else level


def _place(level: str) -> int | None:
    return ORDER.index(level.lower()) if level.lower() in ORDER else None


def _clamped(budget: int, support: Support) -> int:
    if budget == -1:
        return budget
    if budget == 0:
        return 0 if support.zero else support.least
    if support.least == 0 and support.most == 0:
        return budget
    return min(max(budget, support.least), support.most)


def _quoted(text: str) -> str:
    """A text in double quotes as Go's `%q` writes it: what does not print is escaped."""
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def _escaped(letter: str) -> str:
    if letter in _ESCAPES or letter.isprintable():
        return _ESCAPES.get(letter, letter)
    code = ord(letter)
    if code < _SPACE or code == _DELETE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _BASIC_PLANE else f"\\U{code:08x}"
