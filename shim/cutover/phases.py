"""Where a cut-over stands, and what happens to it: a table of phases and events.

Everything that decides what may follow what lives here. Laws: in every phase one side serves, and which one is told by
the phase alone, so that whoever starts anew after a crash knows whom to start; an event that a phase does not know
changes nothing; the binary is ended only on the way from `taken` to `sealed`.
"""

from enum import StrEnum

UNDO_FOR = 7 * 24 * 3600.0
"""Seconds after the order in which it can be undone by one command."""


class Phase(StrEnum):
    """Where it stands.

    `open`: before it, or after it was undone; the front serves. `ordered`: flags say native everywhere; the front
    serves until native has the port. `taken`: native has the port; what began at the front ends there. `sealed`: native
    alone; the binary has ended and native renews log-ins. `undoing`: flags are as they were; native serves until the
    front has the port.
    """

    OPEN = "open"
    ORDERED = "ordered"
    TAKEN = "taken"
    SEALED = "sealed"
    UNDOING = "undoing"

    @property
    def natives(self) -> bool:
        """Whether native is the one to start on the clients' port."""
        return self in (Phase.TAKEN, Phase.SEALED)


class Event(StrEnum):
    """What happens: the first two are said by people, the others by `shim run`.

    `apply`, `undo`: somebody says so. `taken`: native lets clients in. `failed`: it does not come up. `gone`: the front
    and the binary have ended. `back`: the front lets clients in. `no binary`: it does not.
    """

    APPLY = "apply"
    UNDO = "undo"
    TAKEN = "taken"
    FAILED = "failed"
    GONE = "gone"
    BACK = "back"
    NO_BINARY = "no binary"


NEXT: dict[tuple[Phase, Event], Phase] = {
    (Phase.OPEN, Event.APPLY): Phase.ORDERED,
    (Phase.ORDERED, Event.TAKEN): Phase.TAKEN,
    (Phase.ORDERED, Event.FAILED): Phase.OPEN,
    (Phase.ORDERED, Event.UNDO): Phase.UNDOING,
    (Phase.TAKEN, Event.GONE): Phase.SEALED,
    (Phase.TAKEN, Event.UNDO): Phase.UNDOING,
    (Phase.SEALED, Event.UNDO): Phase.UNDOING,
    (Phase.UNDOING, Event.BACK): Phase.OPEN,
    (Phase.UNDOING, Event.NO_BINARY): Phase.SEALED,
}
"""What an event leads to; where a pair is missing the event changes nothing."""


def after(phase: Phase, event: Event) -> Phase:
    """Where it stands when this has happened."""
    return NEXT.get((phase, event), phase)
