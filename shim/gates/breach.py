"""Breaches: what takes native off an endpoint, in every state that its flag can be in.

Everything that decides a roll-back lives here, pure. Laws: roll-back is a table of state and event with no cell left
out; what a flag was held for, how long it has stood, how narrow it is and who set it play no part in it; a share is
a breach where it is certain, a crash at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from shim.faults import Fault
from shim.flags.table import Mode, Value
from shim.gates.errors import errors
from shim.gates.evidence import Answer
from shim.gates.gates import LEGACY, Breach, Gates
from shim.gates.latency import times
from shim.judge.verdict import Level
from shim.statistics import wilson


class Event(StrEnum):
    """What can go wrong while native answers, worst first."""

    CRASH = "native crashed"
    ABSENT = "native does not come up"
    MANY_ERRORS = "native fails often"
    MANY_DIFFERENCES = "native differs often"
    ERRORS = "native fails"
    DIFFERENCES = "native differs"
    LATENCY = "native is slow"


class Fall(StrEnum):
    """What becomes of a flag."""

    STAYS = "stays"
    STEP = "one step down"
    BOTTOM = "down to the legacy"


_STATES = (Mode.LEGACY, Mode.SHADOW, Mode.CANARY, Mode.NATIVE)
_CELLS: dict[Event, tuple[Fall, Fall, Fall, Fall]] = {
    #                        legacy      shadow      canary       native
    Event.CRASH: (Fall.STAYS, Fall.STAYS, Fall.BOTTOM, Fall.BOTTOM),
    Event.ABSENT: (Fall.STAYS, Fall.STAYS, Fall.BOTTOM, Fall.BOTTOM),
    Event.MANY_ERRORS: (Fall.STAYS, Fall.STAYS, Fall.BOTTOM, Fall.BOTTOM),
    Event.MANY_DIFFERENCES: (Fall.STAYS, Fall.STAYS, Fall.BOTTOM, Fall.BOTTOM),
    Event.ERRORS: (Fall.STAYS, Fall.STAYS, Fall.STEP, Fall.STEP),
    Event.DIFFERENCES: (Fall.STAYS, Fall.STAYS, Fall.STEP, Fall.STEP),
    Event.LATENCY: (Fall.STAYS, Fall.STAYS, Fall.STEP, Fall.STEP),
}
FALLS: dict[tuple[Mode, Event], Fall] = {
    (state, event): fall for event, row in _CELLS.items() for state, fall in zip(_STATES, row, strict=True)
}
"""State and event -> what becomes of the flag. Below canary no client feels native: there it is the gates' affair."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen under one flag since it was set.

    Attributes:
        served: Native's newest answers, up to a window.
        faults: Exchanges that went wrong by native's doing; crashes all of them, others as far back as `served`.
        judged: The newest exchanges on which native and the legacy were compared, whoever answered.
        legacy: The legacy's newest answers, whenever.
        since: When native was first to be there: the flag was set then, or the front started; seconds since 1970.
    """

    served: Sequence[Answer] = ()
    faults: Sequence[Answer] = ()
    judged: Sequence[Answer] = ()
    legacy: Sequence[Answer] = ()
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """A breach.

    Attributes:
        event: Which.
        why: For people.
    """

    event: Event
    why: str


def lands(value: Value, event: Event, gates: Gates) -> Value:
    """What a flag says after an event."""
    match FALLS[value.mode, event]:
        case Fall.STAYS:
            return value
        case Fall.STEP:
            return gates.below(value)
        case Fall.BOTTOM:
            return LEGACY


def breach(seen: Seen, limits: Breach) -> Found | None:
    """The worst that was seen, or None."""
    found = [one for look in (_crash, _absent, _errors, _differences, _latency) if (one := look(seen, limits))]
    return min(found, key=lambda one: list(Event).index(one.event), default=None)


def _crash(seen: Seen, limits: Breach) -> Found | None:
    crashes = [one for one in seen.faults if one.fault == Fault.CRASH]
    if len(crashes) < limits.crashes:
        return None
    often = "once" if len(crashes) == 1 else f"{len(crashes)} times, last"
    return Found(Event.CRASH, f"{Event.CRASH}: {often} {_named(crashes[0])}")


def _absent(seen: Seen, limits: Breach) -> Found | None:
    waited = [one for one in seen.faults if one.fault == Fault.ABSENT and one.began >= seen.since + limits.absent]
    if not waited:
        return None
    return Found(Event.ABSENT, f"{Event.ABSENT}: not after {limits.absent:g} s, {_named(waited[0])}")


def _errors(seen: Seen, limits: Breach) -> Found | None:
    faults = errors(seen.faults, len(seen.served), seen.legacy)
    if len(faults) < limits.errors:
        return None
    attempts = len(seen.served) + sum(one.fault == Fault.FAILED for one in faults)
    surely = 100 * wilson(len(faults), max(attempts, len(faults)))[0]
    if surely <= limits.error_rate:
        return None
    event = Event.MANY_ERRORS if surely >= limits.severe else Event.ERRORS
    return Found(event, f"{event}: {len(faults)} of {attempts} answers, last {_named(faults[0])}: {faults[0].fault}")


def _differences(seen: Seen, limits: Breach) -> Found | None:
    judged = [one for one in seen.judged if one.level != Level.UNJUDGED]
    different = [one for one in judged if one.level == Level.DIFFERENT]
    if len(different) < limits.differences:
        return None
    surely = 100 * wilson(len(different), len(judged))[0]
    if surely <= limits.difference_rate:
        return None
    event = Event.MANY_DIFFERENCES if surely >= limits.severe else Event.DIFFERENCES
    return Found(event, f"{event}: {len(different)} of {len(judged)} judged, last {_named(different[0])}")


def _latency(seen: Seen, limits: Breach) -> Found | None:
    if limits.latency is None:
        return None
    compared = times(seen.served, seen.legacy, limits.latency).compared
    slow = next((one for one in compared if one.slow), None)
    if slow is None:
        return None
    return Found(Event.LATENCY, f"{Event.LATENCY}: {slow.measure} of {slow.kind} is {slow.slow}")


def _named(one: Answer) -> str:
    return f"exchange {one.id}"
