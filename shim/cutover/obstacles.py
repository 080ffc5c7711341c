"""What can stand between now and no binary, as values.

Law: each says what it is, where, and what to do about it; what is waived is shown as waived, with who said so and why,
and never passes for clean.
"""

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Kind(StrEnum):
    """What stands in the way."""

    HANDLER = "no handler"
    FLAG = "not native"
    UNCLEAN = "unclean"
    UNSEEN = "never seen"
    CREDENTIAL = "credential"
    CONFIGURATION = "configuration"
    ACCEPTANCE = "open acceptance"
    COUNTS = "counts"
    UNDECIDED = "cannot be told"
    BYPASS = "bypasses the tap"


WAIVABLE = frozenset({Kind.UNSEEN, Kind.CREDENTIAL, Kind.CONFIGURATION})
"""What somebody may know better than the recording: that nobody asks for it, or needs it."""
NOTES = frozenset({Kind.BYPASS})
"""What is good to know and stands in nobody's way."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """Somebody's word that an obstacle is none.

    Attributes:
        name: The obstacle's, or a pattern of names.
        who: Whose word.
        at: When, in seconds since 1970.
        why: For what reason.
    """

    name: str
    who: str
    at: float
    why: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One of them.

    Attributes:
        kind: What it is.
        name: Where: an endpoint's id, a file's name, a key's path.
        says: What is wrong there.
        todo: What to do.
        waiver: Why it is passed over; None where it is not.
    """

    kind: Kind
    name: str
    says: str
    todo: str
    waiver: Waiver | None = None

    @property
    def stands(self) -> bool:
        """Whether it keeps the cut-over from being made."""
        return self.waiver is None and self.kind not in NOTES


def waived(obstacles: Iterable[Obstacle], waivers: Iterable[Waiver]) -> list[Obstacle]:
    """The obstacles, with the waivers that count for them."""
    known = list(waivers)

    def found(obstacle: Obstacle) -> Waiver | None:
        if obstacle.kind not in WAIVABLE:
            return None
        return next((one for one in known if fnmatch.fnmatchcase(obstacle.name, one.name)), None)

    return [replace(one, waiver=found(one)) for one in obstacles]


def counted(obstacles: Iterable[Obstacle]) -> Mapping[Kind, list[Obstacle]]:
    """Those that stand, by kind, in the order of kinds."""
    standing = [one for one in obstacles if one.stands]
    return {kind: of for kind in Kind if (of := [one for one in standing if one.kind is kind])}
