"""The guard: a process that watches what native answers, and rolls back what is breached.

Everything between the recording and the flags that goes downwards lives here. Laws: a breach that is in the database
has its flag down within five seconds, however the guard, the judge or the recorder were stopped and started before;
what it does is told in the flag's history and held there; it reads evidence anew each time and remembers none; requests
that have begun are nobody's business here, they end as they began.
"""

import logging
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from shim.build import build
from shim.endpoints import ENDPOINTS
from shim.faults import Fault
from shim.flags.holds import Hold
from shim.flags.ledger import Change, Ledger
from shim.flags.table import EVERY, Asked, Flag, Table
from shim.gates.breach import Found, Seen, breach, lands
from shim.gates.evidence import Answer, Evidence
from shim.gates.gates import Gates
from shim.gates.setting import WEBHOOK
from shim.gates.started import started
from shim.gates.webhook import Webhook
from shim.settings import environment
from shim.stopping import told_to_stop
from shim.store.store import Store

log = logging.getLogger("shim.guard")

PACE = 0.5  # seconds between looks
WHO = "guard"
_NEWS = """
SELECT endpoint FROM exchanges WHERE id > ? AND run IS NULL
UNION SELECT e.endpoint FROM verdicts v JOIN exchanges e ON e.id = v.exchange WHERE v.id > ? AND e.run IS NULL
"""


class Guard:
    """Watches one recording.

    Args:
        store: Open to write.
        gates: What is a breach, and which steps there are.
        clock: Seconds since 1970.
        tell: Called with each roll-back.
    """

    def __init__(
        self,
        store: Store,
        gates: Gates,
        *,
        clock: Callable[[], float] = time.time,
        tell: Callable[[Change], None] = lambda _: None,
    ) -> None:
        self._store, self._gates, self._clock, self._tell = store, gates, clock, tell
        self._ledger, self._evidence = Ledger(store.sql), Evidence(store.sql)
        self._flags: tuple[Flag, ...] | None = None
        self._read = (0, 0)

    def look(self) -> list[Change]:
        """Look once; returns what was rolled back.

        Raises:
            sqlite3.OperationalError: The database is locked or gone; look again later.
        """
        table = self._ledger.news()
        if table is None:
            return []
        read = self._newest()
        touched = self._touched(table)
        done = [change for flag, endpoint in _serving(table, touched) if (change := self._watch(table, flag, endpoint))]
        self._flags, self._read = table.flags, read
        return done

    def _newest(self) -> tuple[int, int]:
        row = self._store.sql.execute(
            "SELECT (SELECT max(id) FROM exchanges), (SELECT max(id) FROM verdicts)"
        ).fetchone()
        return (row[0] or 0, row[1] or 0)

    def _touched(self, table: Table) -> set[str]:
        """Endpoints about which there may be something new: all that were ever seen where flags have changed."""
        if table.flags != self._flags:
            return {one.endpoint for one in self._store.tallies.exchanges()}
        return {row[0] for row in self._store.sql.execute(_NEWS, self._read)}

    def _watch(self, table: Table, flag: Flag, endpoint: str) -> Change | None:
        """Look at one flag on one endpoint; put it down where it is breached."""
        found = breach(self._seen(table, flag, endpoint), self._gates.breach)
        if found is None:
            return None
        return self._roll_back(flag, endpoint, found)

    def _seen(self, table: Table, flag: Flag, endpoint: str) -> Seen:
        """What was seen under a flag since it was set.

        A verdict may come late, and an answer end late: whatever came after the flag was set counts, though it began
        before. After a roll-back it does not: what began before has had its effect.
        """
        window, evidence = self._gates.breach.window, self._evidence
        hold = self._ledger.holds.all().get(flag.scope)
        fell = hold is not None and hold.at == flag.at

        def its(answers: Iterable[Answer], moment: Callable[[Answer], float]) -> Sequence[Answer]:
            since = [one for one in answers if (one.began > flag.at if fell else moment(one) >= flag.at)]
            return [one for one in since if _owner(table, endpoint, one) is flag]

        sessions = self._store.sessions.all()
        served = evidence.by_native(endpoint, window)
        oldest = served[-1].id if len(served) == window else 0
        faults = [
            one
            for one in evidence.faulty(endpoint, window)
            if one.fault == Fault.CRASH or (one.id >= oldest and (one.is_natives_fault or one.fault == Fault.ABSENT))
        ]
        judged = evidence.judged(endpoint, window)
        return Seen(
            served=its(served, lambda one: one.ended),
            faults=its(faults, lambda one: one.ended),
            judged=its(judged, lambda one: one.judged or 0.0),
            legacy=evidence.by_legacy(endpoint, window) if served or faults else (),
            since=max([flag.at, *(one.began for one in sessions[-1:])]),
        )

    def _roll_back(self, flag: Flag, endpoint: str, found: Found) -> Change | None:
        value = lands(flag.value, found.event, self._gates)
        scope = replace(flag.scope, endpoint=endpoint)
        why = f"rolled back from {flag.value}: {found.why}"
        change = self._ledger.put_down(flag, Hold(scope, value, why, self._clock(), build()), who=WHO)
        if change is not None:
            log.warning("%s is %s now: %s", scope, value, why)
            self._tell(change)
        return change


def _serving(table: Table, endpoints: Iterable[str]) -> Iterator[tuple[Flag, str]]:
    """Flags under which native answers, with each endpoint that they are about."""
    wanted = set(endpoints)
    known = [one.id for one in ENDPOINTS if one.id in wanted]
    for flag in table.flags:
        if flag.value.serves:
            for endpoint in known:
                if flag.scope.endpoint in (endpoint, EVERY):
                    yield flag, endpoint


def _owner(table: Table, endpoint: str, one: Answer) -> Flag:
    """The flag under which an exchange was answered.

    The front tells the provider by the configuration, a record by who was called in the end: where by the record's no
    flag serves, it was one that is narrowed to another provider.
    """
    asked = Asked(endpoint, one.provider, bool(one.stream), one.model)
    found = table.lookup(asked)
    if found.value.serves:
        return found
    others = (flag for flag in table.flags if flag.value.serves and flag.scope.provider)
    return next((flag for flag in others if replace(flag.scope, provider="").covers(asked)), found)


def follow(path: Path, gates: Gates, webhook: Webhook, stop: threading.Event) -> None:
    """Watch a recording until told to stop; what fails is tried again."""
    while not stop.is_set():
        try:
            with Store(path) as store:
                guard = Guard(store, gates, tell=webhook.tell)
                while not stop.wait(PACE):
                    guard.look()
        except sqlite3.Error as error:
            log.warning("%s: %s; trying again", path, error)
            stop.wait(PACE)


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m shim.gates.guard DATABASE`: watch a recording until SIGTERM."""
    database, gates = started("shim.gates.guard", "Roll back what is breached.", "guard", arguments)
    stop = told_to_stop()
    with Webhook(environment().get(WEBHOOK, "")) as webhook:
        follow(database, gates, webhook, stop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
