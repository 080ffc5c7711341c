"""What a judgement is: a level, the differences found, and why there was none to make.

Law: unknown is never clean. A verdict that could not be reached says so with a typed reason, and counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How near two behaviours are; see the design's table."""

    IDENTICAL = "identical"
    EQUIVALENT = "equivalent"
    ACCEPTED = "accepted"
    DIFFERENT = "different"
    UNJUDGED = "unjudged"

    @property
    def clean(self) -> bool:
        """Whether an endpoint may flip on it."""
        return self in {Level.IDENTICAL, Level.EQUIVALENT, Level.ACCEPTED}


class Reason(StrEnum):
    """Why there is no judgement."""

    UPSTREAM_UNSEEN = "upstream unseen"
    AMBIGUOUS = "ambiguous"
    TRUNCATED = "truncated"
    NO_HANDLER = "native has no handler"
    NATIVE_FAILED = "native failed"
    NO_ANSWER = "the client left before the answer"
    NO_SNAPSHOT = "no snapshot of the configuration"
    STATE_UNSEEN = "the state it left was not seen"
    CROSSED = "another change at the same time or just before"
    NOT_LEGACY = "the legacy did not answer it"
    HISTORY = "it hangs on what came before"
    BINARY = "the binary could not be run"


class Side(StrEnum):
    """Which of the compared sides a difference is on."""

    CLIENT = "client"
    SENT = "sent upstream"
    STATE = "state"


class Kind(StrEnum):
    """What is different at a place."""

    CHANGED = "changed"
    TYPE = "type changed"
    MISSING = "missing"
    ADDED = "added"
    CALL_MISSING = "call missing"
    NEW_CALL = "new call"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where native is not as the legacy.

    Attributes:
        path: Where, in the grammar of `shim.judge.paths`; what an accepted rule takes.
        side: Client's answer, upstream call or state.
        kind: Changed, added, ...
        legacy: The legacy's value there; `MISSING` where it has none.
        native: Native's.
        note: What helps to read it (the closest recorded call, say).
    """

    path: str
    side: Side
    kind: Kind
    legacy: Any
    native: Any
    note: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one judgement.

    Attributes:
        level: How near.
        differences: What is left after noise; for `accepted` what the rules covered; for `equivalent` empty.
        reason: Why unjudged, else None.
        detail: More about the reason, for people.
        rules: Names of the accepted rules that were used, each as often as it fired.
        noise: Paths at which learned noise was forgiven.
    """

    level: Level
    differences: tuple[Difference, ...] = ()
    reason: Reason | None = None
    detail: str = ""
    rules: tuple[str, ...] = ()
    noise: tuple[str, ...] = field(default=())

    @property
    def clean(self) -> bool:
        """Whether it counts for parity."""
        return self.level.clean

    def on(self, side: Side) -> tuple[Difference, ...]:
        """The differences of one side."""
        return tuple(d for d in self.differences if d.side is side)

    @property
    def sent(self) -> str:
        """The verdict on what native sent upstream alone: `same`, `call missing`, `new call` or `different`."""
        kinds = {d.kind for d in self.on(Side.SENT)}
        for kind in (Kind.CALL_MISSING, Kind.NEW_CALL):
            if kind in kinds:
                return str(kind)
        return "different" if kinds else "same"


def unjudged(reason: Reason, detail: str = "") -> Verdict:
    """A verdict that could not be reached."""
    return Verdict(Level.UNJUDGED, reason=reason, detail=detail)


def parity(verdicts: Iterable[Verdict]) -> tuple[int, int]:
    """(clean, all) of some verdicts; what was not judged counts among all."""
    found = list(verdicts)
    return sum(v.clean for v in found), len(found)
