"""Where flags are kept: two tables of the recordings' database, one for what holds, one for all that ever did.

Everything that reads and writes flags lives here. Laws: a flag, its hold and its line of history are written together
or not at all; what was decided on the strength of a flag is not done once somebody has set that flag anew; whoever
follows sees a change at the next look, and a look at an unchanged database costs one read of a counter.
"""

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from shim.build import build
from shim.endpoints import ENDPOINTS
from shim.flags.holds import Hold, Holds
from shim.flags.table import EVERY, LEGACY, Flag, Scope, Table, Value, WrongFlagError
from shim.opened import Opened, together

RENEWALS = "renewals"
"""In the place of an endpoint: who renews log-ins. The cut-over sets it, for the other side must have let go first."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of history.

    Attributes:
        scope: Which flag.
        before: What it said; empty where there was none.
        value: What it says since; empty where it was taken away.
        who: Who changed it.
        at: When, in seconds since 1970.
        why: For what reason.
        lifted: Why the flag was held until then; said where it is changed, and empty in the history.
    """

    scope: Scope
    before: str
    value: str
    who: str
    at: float
    why: str
    lifted: str = ""


class Ledger(Opened):
    """Flags in an open database.

    Args:
        sql: As `shim.store.connection.connect` opens it; to read only, one of `connect_to_read`.
    """

    def __init__(self, sql: sqlite3.Connection) -> None:
        super().__init__(sql)
        self._version = -1
        self.holds = Holds(sql)

    def table(self) -> Table:
        """What holds now."""
        rows = self._sql.execute("SELECT endpoint, provider, stream, model, value, who, at, why FROM flags")
        return Table(Flag(Scope(*row[:4]), Value.parse(row[4]), *row[5:]) for row in rows)

    def news(self) -> Table | None:
        """What holds now, where anything in the database has changed since the last look; else None."""
        version = self._sql.execute("PRAGMA data_version").fetchone()[0]
        if version == self._version:
            return None
        self._version = version
        return self.table()

    def set(self, scope: Scope, value: Value | None, *, who: str, why: str, at: float | None = None) -> Change:
        """Set a flag, or take it away, because a person says so; a hold on it is lifted by that.

        Args:
            scope: Which.
            value: What it is to say; None to take it away.
            who: Who says so.
            why: For what reason.
            at: When, for imports; now otherwise.

        Raises:
            WrongFlagError: There is no such endpoint, or a narrowing makes no sense.
        """
        check(scope)
        with together(self._sql):
            hold = self.holds.all().get(scope)
            if hold is None:
                return self._write(scope, value, who, why, at)
            self.holds.lift(scope)
            change = self._write(scope, value, who, f"{why}; " * bool(why) + f"lifts the hold: {hold.why}", at)
        return replace(change, lifted=hold.why)

    def move(self, flag: Flag, scope: Scope, value: Value, *, who: str, why: str) -> Change | None:
        """Set a flag on the strength of what was seen while another held; None where that was changed meanwhile.

        Args:
            flag: What held.
            scope: What is set: the same flag, or a narrower one.
            value: What it is to say.
            who: Who does it.
            why: For what reason.
        """
        with together(self._sql):
            if not self._still(flag):
                return None
            self.holds.lift(scope)  # one that was in force would not have let it move: it was of another build
            return self._write(scope, value, who, why, None)

    def put_down(self, flag: Flag, hold: Hold, *, who: str) -> Change | None:
        """Set a flag as a hold says and hold it there; None where what held was changed meanwhile.

        Args:
            flag: What held when the breach was seen.
            hold: The scope, the value, the breach.
            who: Who does it.
        """
        with together(self._sql):
            if not self._still(flag):
                return None
            self.holds.put(hold)
            return self._write(hold.scope, hold.value, who, hold.why, hold.at)

    def release(self, scope: Scope, *, who: str, why: str) -> Hold:
        """Lift a hold; the flag stays as it is.

        Raises:
            WrongFlagError: It is not held.
        """
        with together(self._sql):
            holds = self.holds.all()
            if scope not in holds:
                held = ", ".join(map(str, holds)) or "nothing is"
                raise WrongFlagError(f"{scope} is not held; held: {held}")
            hold = holds[scope]
            self.holds.lift(scope)
            now = {flag.scope: flag.value for flag in self.table().flags}.get(scope)
            self._write(scope, now, who, f"{why}; " * bool(why) + f"the hold is lifted: {hold.why}", None)
        return hold

    def replace(self, flags: Iterable[tuple[Scope, Value]], *, who: str, why: str) -> list[Change]:
        """Have exactly these flags: set what differs, take away what is not among them.

        Holds are excepted, and so is who renews log-ins.
        """
        wanted = dict(flags)
        for scope in wanted:
            check(scope)
        with together(self._sql):
            for hold in self.held_back(wanted.items()):
                wanted[hold.scope] = hold.value
            wanted |= {flag.scope: flag.value for flag in self.table().flags if flag.scope.endpoint == RENEWALS}
            return self.exactly(wanted.items(), who=who, why=why)

    def exactly(self, flags: Iterable[tuple[Scope, Value]], *, who: str, why: str) -> list[Change]:
        """Have exactly these flags, whatever holds say; the transaction is the caller's, which has more to write."""
        wanted = dict(flags)
        now = {flag.scope: flag.value for flag in self.table().flags}
        changed = [(scope, value) for scope, value in wanted.items() if now.get(scope) != value]
        gone = [(scope, None) for scope in now if scope not in wanted]
        return [self._write(scope, value, who, why, None) for scope, value in (*changed, *gone)]

    def held_back(self, flags: Iterable[tuple[Scope, Value]]) -> list[Hold]:
        """The holds that keep these flags from being what holds."""
        holds = self.holds.all()
        if not holds:
            return []
        wanted = dict(flags)
        force = self.holds.in_force(build()).values()
        return [h for h in force if h.scope not in wanted or wanted[h.scope].height > h.value.height]

    def history(self, limit: int = 100) -> list[Change]:
        """The last changes, latest first."""
        rows = self._sql.execute(
            "SELECT endpoint, provider, stream, model, before, value, who, at, why FROM flag_history"
            " ORDER BY id DESC LIMIT ?",
            (limit,),
        )
        return [Change(Scope(*row[:4]), *row[4:]) for row in rows]

    def _still(self, flag: Flag) -> bool:
        """Whether a flag is as it was read; that none is set is so while none is."""
        found = next((one for one in self.table().flags if one.scope == flag.scope), None)
        return flag is LEGACY if found is None else (found.value, found.at) == (flag.value, flag.at)

    def _write(self, scope: Scope, value: Value | None, who: str, why: str, at: float | None) -> Change:
        moment = time.time() if at is None else at
        key = (scope.endpoint, scope.provider, scope.stream, scope.model)
        where = "WHERE endpoint = ? AND provider = ? AND stream = ? AND model = ?"
        row = self._sql.execute(f"SELECT value FROM flags {where}", key).fetchone()  # noqa: S608  # our own text
        self._sql.execute(f"DELETE FROM flags {where}", key)  # noqa: S608  # as above
        text = "" if value is None else str(value)
        if value is not None:
            self._sql.execute("INSERT INTO flags VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*key, text, who, moment, why))
        before = row[0] if row else ""
        self._sql.execute(
            "INSERT INTO flag_history (endpoint, provider, stream, model, before, value, who, at, why)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*key, before, text, who, moment, why),
        )
        return Change(scope, before, text, who, moment, why)


def check(scope: Scope) -> None:
    """Raise WrongFlagError where there is no such endpoint, or a narrowing makes no sense."""
    ids = sorted(endpoint.id for endpoint in ENDPOINTS)
    if scope.endpoint != EVERY and scope.endpoint not in ids:
        close = [name for name in ids if scope.endpoint.lower().split(" ")[-1] in name.lower()][:3]
        hint = f"; did you mean {', '.join(close)}?" if close else ""
        raise WrongFlagError(f"there is no endpoint {scope.endpoint!r}{hint}")
    if scope.stream not in ("", "yes", "no"):
        raise WrongFlagError(f"stream is yes, no or nothing, not {scope.stream!r}")
