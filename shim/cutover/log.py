"""The cut-over's log: a table of the recordings' database, in which each step is one line and one transaction.

Everything that writes a phase lives here, with the flags that go with it. Laws: a phase, its flags and who renews
log-ins are written together or not at all, so that a kill leaves either the step before or the step after; flags as
they were before the first order are kept until it is undone.
"""

import json
import time
from dataclasses import dataclass

from shim.cutover.phases import UNDO_FOR, Event, Phase, after
from shim.flags.ledger import RENEWALS, Ledger
from shim.flags.table import EVERY, Mode, Scope, Value
from shim.opened import Opened, together

LEGACY, NATIVE = Value(Mode.LEGACY), Value(Mode.NATIVE)
_ALL = Scope(EVERY)
_RENEWALS = Scope(RENEWALS)


class CutoverError(Exception):
    """It cannot be done: the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One step.

    Attributes:
        phase: Where it stands since.
        event: What led there.
        who: Who did it.
        at: When, in seconds since 1970.
        why: For what reason.
    """

    phase: Phase
    event: str = ""
    who: str = ""
    at: float = 0.0
    why: str = ""


class CutoverLog(Opened):
    """The steps of one open database."""

    def now(self) -> Entry:
        """The last step."""
        return next(iter(self.history(1)), Entry(Phase.OPEN))

    def history(self, limit: int = 100) -> list[Entry]:
        """The last steps, latest first."""
        rows = self._sql.execute("SELECT phase, event, who, at, why FROM cutover ORDER BY id DESC LIMIT ?", (limit,))
        return [Entry(Phase(row[0]), *row[1:]) for row in rows]

    def undo_until(self) -> float:
        """When the order that holds can be undone no more, in seconds since 1970; 0 where there is none."""
        row = self._ordered()
        return row[0] + UNDO_FOR if row else 0.0

    def happened(self, event: Event, *, who: str = "shim run", why: str = "", now: float | None = None) -> Entry:
        """Write down what happened, with all that follows from it; returns where it stands then.

        Raises:
            CutoverError: It is an undo, and the time for that is over.
            sqlite3.OperationalError: The database is locked, or its disk full.
        """
        moment = time.time() if now is None else now
        with together(self._sql):
            return self._happened(event, who, moment, why)

    def _happened(self, event: Event, who: str, moment: float, why: str) -> Entry:
        before = self.now()
        phase = after(before.phase, event)
        if phase is before.phase:
            return before
        kept = None
        if event is Event.APPLY:
            kept = json.dumps([_spelled(flag.scope, flag.value) for flag in Ledger(self._sql).table().flags])
        if event is Event.UNDO and before.phase.natives and moment > self.undo_until():
            raise CutoverError(_too_late(self.undo_until()))
        self._set_flags(event, who, f"cut-over: {event}" + f", {why}" * bool(why))
        self._sql.execute(
            "INSERT INTO cutover (phase, event, who, at, why, flags) VALUES (?, ?, ?, ?, ?, ?)",
            (phase, event, who, moment, why, kept),
        )
        return Entry(phase, event, who, moment, why)

    def _set_flags(self, event: Event, who: str, why: str) -> None:
        match event:
            case Event.APPLY | Event.NO_BINARY:
                wanted = [(_ALL, NATIVE), (_RENEWALS, LEGACY if event is Event.APPLY else NATIVE)]
            case Event.GONE:
                wanted = [(_ALL, NATIVE), (_RENEWALS, NATIVE)]
            case Event.UNDO | Event.FAILED:
                wanted = self._flags_before()
            case _:
                return
        Ledger(self._sql).exactly(wanted, who=who, why=why)

    def _flags_before(self) -> list[tuple[Scope, Value]]:
        """Flags as they were when the order that holds was given."""
        row = self._ordered()
        return [(Scope(*scope), Value.parse(value)) for scope, value in json.loads(row[1])] if row else []

    def _ordered(self) -> tuple[float, str] | None:
        found: tuple[float, str] | None = self._sql.execute(
            "SELECT at, flags FROM cutover WHERE flags IS NOT NULL ORDER BY id DESC LIMIT 1"
        ).fetchone()
        return found


def _spelled(scope: Scope, value: Value) -> tuple[tuple[str, str, str, str], str]:
    return (scope.endpoint, scope.provider, scope.stream, scope.model), str(value)


def _too_late(until: float) -> str:
    day = time.strftime("%Y-%m-%d %H:%M", time.localtime(until))
    return (
        f"a cut-over can be undone for {UNDO_FOR / 86400:.0f} days, this one until {day}: log-ins have been renewed and"
        " settings changed that the binary has not seen since. To begin again, run `shim run` with another --data-dir"
    )
