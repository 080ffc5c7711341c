"""What was asked of a model's thinking, as one value, and how levels and budgets stand for each other.

Everything that turns an effort into tokens or back lives here.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Mode(Enum):
    """Which kind of wish it is."""

    BUDGET = "budget"
    LEVEL = "level"
    NONE = "none"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Setting:
    """A wish: a number of tokens, a level by name, none at all, or as much as the model likes.

    Attributes:
        mode: Which of them.
        budget: Tokens, for a budget; what remains of one otherwise (-1 is automatic).
        level: Its name, for a level.
    """

    mode: Mode = Mode.BUDGET
    budget: int = 0
    level: str = ""

    def __bool__(self) -> bool:
        """Whether anything was asked for."""
        return self.mode is not Mode.BUDGET or self.budget != 0 or self.level != ""


UNSET: Final = Setting()
NONE: Final = Setting(Mode.NONE)
AUTO: Final = Setting(Mode.AUTO, budget=-1)

ORDER: Final = ("minimal", "low", "medium", "high", "xhigh", "max")
"""The levels there are, from least to most."""

_BUDGETS: Final = {
    "none": 0,
    "auto": -1,
    "minimal": 512,
    "low": 1024,
    "medium": 8192,
    "high": 24576,
    "xhigh": 32768,
    "max": 128000,
}
_UP_TO: Final = ((-1, "auto"), (0, "none"), (512, "minimal"), (1024, "low"), (8192, "medium"), (24576, "high"))


def of_level(level: str) -> Setting:
    """The setting that a level's name spells; `none` and `auto` are settings of their own."""
    if level == "none":
        return NONE
    return AUTO if level == "auto" else Setting(Mode.LEVEL, level=level)


def of_budget(budget: int) -> Setting:
    """The setting that a number of tokens spells: 0 is none, -1 is automatic."""
    if budget == 0:
        return NONE
    return AUTO if budget == -1 else Setting(budget=budget)


def budget_of(level: str) -> int | None:
    """Tokens that a level stands for; None where there is no such level."""
    return _BUDGETS.get(level.lower())


def level_of(budget: int) -> str | None:
    """The level that a number of tokens falls in; None below -1."""
    if budget < -1:
        return None
    return next((level for most, level in _UP_TO if budget <= most), "xhigh")
