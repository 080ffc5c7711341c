"""Climbing: one step up for an endpoint whose gate is open.

Law: nothing climbs past a gate that does not pass, nor out of a hold, nor on the strength of a flag that was changed
meanwhile.
"""

import time
from collections.abc import Callable, Iterable

from shim.flags.ledger import Change, Ledger
from shim.flags.table import Scope
from shim.gates.checks import Check, Outcome
from shim.gates.gates import Gates
from shim.gates.standing import Standing, standing_flag, standings
from shim.store.store import Store


class GateClosedError(Exception):
    """The endpoint may not climb: the message says which gate holds it, and what is missing."""


def promote(store: Store, endpoint: str, gates: Gates, who: str, *, clock: Callable[[], float] = time.time) -> Change:
    """Put an endpoint's flag one step up.

    Args:
        store: An open recording.
        endpoint: Its id in the catalogue.
        gates: What is asked for.
        who: Who has it done, for the history.
        clock: Seconds since 1970.

    Raises:
        GateClosedError: Its gate does not pass.
    """
    ledger = Ledger(store.sql)
    flag = standing_flag(ledger.table(), endpoint)
    found = next(iter(standings(store, gates, now=clock(), only=endpoint)), None)
    if found is None:
        raise GateClosedError(f"there is no endpoint {endpoint!r}")
    if found.next is None:
        raise GateClosedError(f"{endpoint}: {_top(found)}")
    if found.outcome is not Outcome.PASS:
        raise GateClosedError(f"{endpoint}: {found.next} is closed: {'; '.join(told(closed(found)))}")
    change = ledger.move(flag, Scope(endpoint), found.next, who=who, why=_because(found))
    if change is None:
        raise GateClosedError(f"{endpoint}: its flag was changed meanwhile; look again")
    return change


def closed(standing: Standing) -> list[Check]:
    """What keeps a gate from opening, failures first."""
    held = [check for check in standing.checks if check.outcome is not Outcome.PASS]
    return sorted(held, key=lambda check: check.outcome is not Outcome.FAIL)


def told(checks: Iterable[Check]) -> list[str]:
    """Checks for people."""
    return [
        f"{check.name}: {check.says}" + (f" ({check.missing} missing)" if check.missing else "") for check in checks
    ]


def _top(standing: Standing) -> str:
    failed = [check for check in standing.checks if check.outcome is Outcome.FAIL]
    return "; ".join(told(failed)) if failed else f"{standing.value} is as high as it goes"


def _because(standing: Standing) -> str:
    if not standing.judged:
        return "its gate is open"
    return f"its gate is open: {standing.clean} of {standing.judged} clean, at least {standing.low:.2f} %"
