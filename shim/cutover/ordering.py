"""The order for a cut-over and for the way back, and what comes of it.

Law: an order is written down and nothing else is done here; the `shim run` that holds the port does it, and where none
runs it is said what is left to do.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from shim.cutover.log import CutoverError, CutoverLog, Entry
from shim.cutover.phases import Event, Phase
from shim.cutover.place import Place

LOOK = 0.1
WAIT = 120.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an order.

    Attributes:
        done: Whether it is as was ordered, or will be without more to say.
        says: For people.
        entry: Where the cut-over stands.
    """

    done: bool
    says: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Order:
    """Who orders, and where.

    Attributes:
        database: The recording's.
        place: The binary's side.
        who: Who says so.
        wait: Seconds that `shim run` is given before it is told how far it has come.
        heeded: Whether a `shim run` is there to do it.
    """

    database: Path
    place: Place
    who: str
    wait: float = WAIT
    heeded: bool = True

    def apply(self, why: str = "") -> Outcome:
        """Native is to take the port."""
        with CutoverLog.open(self.database) as log:
            entry = log.happened(Event.APPLY, who=self.who, why=why)
            if entry.phase is Phase.UNDOING:
                return Outcome(done=False, says="an undo is under way; apply again when it is done", entry=entry)
            if not self.heeded and entry.phase is Phase.ORDERED:
                return Outcome(done=True, says=self._left_to_do(), entry=entry)
            entry = self._awaited(log, (Phase.SEALED, Phase.OPEN) if self.heeded else tuple(Phase))
        if entry.phase.natives:
            taken = _TAKEN_ATTACHED if self.place.attached else _TAKEN
            return Outcome(done=True, says=_DONE if entry.phase is Phase.SEALED else taken, entry=entry)
        failed = entry.why or "it has not taken it yet"
        return Outcome(
            done=False, says=f"native did not take the port, the front serves as before: {failed}", entry=entry
        )

    def undo(self, why: str = "") -> Outcome:
        """The front and the binary are to come back."""
        with CutoverLog.open(self.database) as log:
            entry = log.now()
            if entry.phase is Phase.OPEN:
                return Outcome(done=False, says="there is nothing to undo: the front and the binary serve", entry=entry)
            try:
                entry = log.happened(Event.UNDO, who=self.who, why=why)
            except CutoverError as error:
                return Outcome(done=False, says=str(error), entry=entry)
            if not self.heeded:
                entry = log.happened(Event.BACK, who=self.who)
                return Outcome(done=True, says=_BACK_UNHEEDED, entry=entry)
            entry = self._awaited(log, (Phase.SEALED, Phase.OPEN))
        if entry.phase is Phase.OPEN:
            return Outcome(done=True, says="the front and the binary serve again, flags are as they were", entry=entry)
        failed = entry.why or "it has not come yet"
        return Outcome(done=False, says=f"the binary did not come back, native serves as before: {failed}", entry=entry)

    def _awaited(self, log: CutoverLog, settled: Collection[Phase]) -> Entry:
        """Where it stands when that is settled, or when time is up."""
        end = time.monotonic() + self.wait
        while (entry := log.now()).phase not in settled and time.monotonic() < end:
            time.sleep(LOOK)
        return entry

    def _left_to_do(self) -> str:
        config = self.place.config or "config.yaml"
        return (
            "flags say native everywhere; no `shim run` runs, so that this is left to do:\n"
            "  either start `shim run` as you did: native takes the port from it without a refused connection\n"
            f"  or end the binary and start `python -m native --config {config}` in its place"
        )


_DONE = (
    "native serves the port alone; the front and the binary have ended. From now on a service starts\n"
    "  python -m native --config config.yaml\n"
    "and `shim run`, which still holds the port, may be ended for it. `shim cutover --undo` goes back, for a week"
)
_TAKEN = "native serves the port; what had begun before still ends at the front, then the binary ends too"
_TAKEN_ATTACHED = "native serves the port; end the binary now, then native renews log-ins in its stead"
_BACK_UNHEEDED = "flags are as they were; no `shim run` runs: start it, or the binary, in native's place"
