"""The thinking that a model's name can carry: `model(high)`, `model(8192)`, `model(none)`, `model(auto)`.

Everything that reads such a suffix lives here.
"""

import re
from typing import Final, NamedTuple

from native.thinking.setting import AUTO, NONE, ORDER, UNSET, Mode, Setting, of_budget

_NUMBER: Final = re.compile(r"[+-]?[0-9]+")
_LARGEST: Final = 2**63 - 1


class Name(NamedTuple):
    """A model's name as it was asked for: what stands before the suffix, and the suffix without its brackets."""

    model: str
    suffix: str | None


def split(requested: str) -> Name:
    """Part a requested name from its suffix; None stands for no suffix, an empty one for `model()`."""
    start = requested.rfind("(")
    if start < 0 or not requested.endswith(")"):
        return Name(requested, None)
    return Name(requested[:start], requested[start + 1 : -1])


def read(suffix: str) -> Setting:
    """What a suffix asks for; nothing where it is neither a level nor a number."""
    word = suffix.lower()
    if word == "none":
        return NONE
    if word in {"auto", "-1"}:
        return AUTO
    if word in ORDER:
        return Setting(Mode.LEVEL, level=word)
    if not _NUMBER.fullmatch(suffix):
        return UNSET
    number = int(suffix)
    return of_budget(number) if 0 <= number <= _LARGEST else UNSET
