"""The ascent: endpoints climb by themselves, one family at a time, where their gates open.

Everything that climbs without being asked lives here. Laws: what no one has put to shadow does not climb, unless the
guard put it down and the hold is over; while one family is in canary no other begins; each climb is one step.
"""

import logging
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from shim.flags.ledger import Change, Ledger
from shim.flags.table import Mode, Table
from shim.gates.checks import Outcome
from shim.gates.climb import GateClosedError, promote
from shim.gates.gates import Gates
from shim.gates.guard import WHO as GUARD
from shim.gates.standing import Standing, standing_flag, standings
from shim.gates.started import started
from shim.stopping import told_to_stop
from shim.store.store import Store

log = logging.getLogger("shim.ascent")

PACE = 5.0  # seconds between looks
WHO = "auto-promote"


def climbers(found: Sequence[Standing], table: Table) -> list[Standing]:
    """Who may climb now: of the family that is on its way, else of the first that has one whose gate is open."""
    ready = [one for one in found if one.next is not None and one.outcome is Outcome.PASS and _takes_part(one, table)]
    on_its_way = next((one.family for one in found if one.value.mode is Mode.CANARY and one.held is None), None)
    family = on_its_way or next((one.family for one in ready), None)
    return [one for one in ready if one.family == family]


def ascend(store: Store, gates: Gates, *, clock: Callable[[], float] = time.time) -> list[Change]:
    """Look once; returns who climbed.

    Raises:
        sqlite3.OperationalError: The database is locked or gone; look again later.
    """
    found = standings(store, gates, now=clock())
    done = []
    for one in climbers(found, Ledger(store.sql).table()):
        try:
            change = promote(store, one.endpoint, gates, WHO, clock=clock)
        except GateClosedError as error:  # what happened meanwhile is looked at the next time
            log.info("%s", error)
            continue
        log.info("%s is %s now: %s", change.scope, change.value, change.why)
        done.append(change)
    return done


def follow(path: Path, gates: Gates, stop: threading.Event) -> None:
    """Have endpoints climb until told to stop; what fails is tried again."""
    while not stop.wait(PACE):
        try:
            with Store(path) as store:
                ascend(store, gates)
        except sqlite3.Error as error:
            log.warning("%s: %s; trying again", path, error)


def _takes_part(one: Standing, table: Table) -> bool:
    """Whether somebody wants it to climb: it is in shadow or above, or was until the guard put it down."""
    return one.value.mode is not Mode.LEGACY or standing_flag(table, one.endpoint).who == GUARD


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m shim.gates.ascent DATABASE`: climb where gates open, until SIGTERM."""
    database, gates = started("shim.gates.ascent", "Climb where gates open.", "auto-promote", arguments)
    stop = told_to_stop()
    follow(database, gates, stop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
