"""Likeness: by the texts that they carry, whose a call is rather than another's.

Everything that weighs texts against each other lives here. Law: only texts that one side has and the other has not
count, and what does not count clearly enough decides nothing.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from shim.marks import Marks

CARRIED = 0.6  # share of its own texts that the owner's call carries
ALIEN = 0.3  # share of another's own texts that it may carry by chance
WEIGHT = 200  # characters; a longer text says no more
PLAIN = 12  # characters; a shorter text found within another says nothing
SEARCHED = 64  # texts looked for within others; more missing ones are missing


class Carried:
    """The texts that a call, or an answer, carries, ready to be asked for others many times."""

    __slots__ = ("_all", "_known", "marks")

    def __init__(self, texts: Marks) -> None:
        self.marks = texts
        self._all: str | None = None
        self._known: dict[str, bool] = {}

    def share(self, texts: Marks) -> float:
        """How much of some texts is carried, as they are or within longer ones."""
        if not texts:
            return 0.0
        missing: Collection[str] = texts - self.marks
        if missing and len(missing) <= SEARCHED:
            missing = [text for text in missing if not self._has(text)]
        return 1 - weight(missing) / weight(texts)

    def _has(self, text: str) -> bool:
        if len(text) < PLAIN:
            return False
        found = self._known.get(text)
        if found is None:
            if self._all is None:
                self._all = "\n".join(self.marks)
            found = self._known[text] = text in self._all
        return found


@dataclass(frozen=True, slots=True)
class Law:
    """How one kind of text decides between two candidates for a call.

    Only texts that one of them has and the other has not count.

    Attributes:
        enough: Share of the owner's own texts that the call must carry.
        alien: Share of the other's own texts that it may carry.
        within: Whether a candidate without texts of its own (the same conversation, a turn earlier) can win.
    """

    enough: float
    alien: float
    within: bool

    def beats(self, best: Marks, other: Marks, carried: Carried) -> bool:
        """Whether a call that carries these texts is the one's rather than the other's."""
        mine, others = best - other, other - best
        if mine:
            return carried.share(others) <= self.alien and carried.share(mine) >= self.enough
        return self.within and bool(others) and not carried.share(others) and carried.share(best) >= self.enough


by_request = Law(enough=CARRIED, alien=ALIEN, within=True)
# Much in an answer is made on the way (ids, names of events); a text that came from the provider decides.
by_answer = Law(enough=0.1, alien=0.02, within=False)


def weight(texts: Iterable[str]) -> int:
    """How much some texts say."""
    return sum([min(len(text), WEIGHT) for text in texts])
