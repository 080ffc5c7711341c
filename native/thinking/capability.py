"""What a model can do with thinking, as far as the request path needs to know it, and the refusal that follows.

Everything that thinking takes from the model catalogue lives here; the catalogue itself is `models`. Law: a model that
nobody described is the user's own, and what its user asks is passed on unchecked.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Support:
    """How a model can be told to think.

    Attributes:
        least: Smallest budget in tokens.
        most: Largest budget in tokens; both 0 where it takes no budget.
        zero: Whether it can be told not to think.
        dynamic: Whether it can choose for itself.
        levels: Names of the efforts that it knows; empty where it knows none.
    """

    least: int = 0
    most: int = 0
    zero: bool = False
    dynamic: bool = False
    levels: tuple[str, ...] = ()

    @property
    def budgets(self) -> bool:
        """Whether it takes a number of tokens."""
        return self.least > 0 or self.most > 0

    def knows(self, level: str) -> bool:
        """Whether a level is among its own."""
        return any(level.lower() == own.strip().lower() for own in self.levels)


@dataclass(frozen=True, slots=True)
class Capability:
    """What the catalogue says of one model at one provider.

    Attributes:
        model: Its name.
        support: How it thinks; None where it cannot.
        completion: The most tokens it answers with; 0 where that is not known.
        users_own: Whether a user's configuration made it, so that nothing is checked.
    """

    model: str = ""
    support: Support | None = None
    completion: int = 0
    users_own: bool = False


UNKNOWN: Final = Capability(users_own=True)
"""A model that neither the catalogue nor the configuration describes."""


class ThinkingError(Exception):
    """The client asked for thinking that the model does not offer.

    Attributes:
        status: The HTTP status it is answered with.
        message: What the client is told.
    """

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
