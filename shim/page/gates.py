"""Gates as the page shows them, a step up through an open one, and a hold that is lifted.

Law: whether a gate is open is decided where the flag is set, never on what the page was shown.
"""

import getpass
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import Field

from shim.flags.holds import Hold
from shim.flags.ledger import Change, Ledger
from shim.flags.table import WrongFlagError
from shim.gates.climb import GateClosedError, promote
from shim.gates.gates import Gates
from shim.gates.standing import Standing
from shim.page.asked import AskedError, Body, Narrowed
from shim.store.store import Store

type Json = dict[str, Any]


class Climb(Body):
    """An endpoint that is to go one step up."""

    endpoint: str = Field(min_length=1)


class Lift(Narrowed):
    """A hold that is to be lifted."""

    why: str = Field(default="", max_length=500)


def who() -> str:
    """Who works on the page, for the history."""
    return f"{getpass.getuser()}, on the page"


def gate_json(one: Standing) -> Json:
    """What the next gate asks for, and how it stands."""
    return {
        "next": str(one.next) if one.next else None,
        "outcome": str(one.outcome),
        "checks": [asdict(check) for check in one.checks],
        "errors": one.errors,
        "climbs_in": one.climbs_in,
        "falls_in": one.falls_in,
    }


def hold_json(one: Hold) -> Json:
    """Why a flag stays where it is."""
    return {"scope": asdict(one.scope), "value": str(one.value), "why": one.why, "at": one.at}


def climb_now(path: Path, wanted: Climb, gates: Gates, clock: Callable[[], float]) -> Change:
    """Put an endpoint one step up. Raises AskedError."""
    with Store(path) as store:
        try:
            return promote(store, wanted.endpoint, gates, who(), clock=clock)
        except GateClosedError as error:
            raise AskedError(str(error), 409) from error


def lift_now(path: Path, wanted: Lift) -> Hold:
    """Lift a hold. Raises AskedError."""
    with Ledger.open(path) as ledger:
        try:
            return ledger.release(wanted.scope, who=who(), why=wanted.why)
        except WrongFlagError as error:
            raise AskedError(str(error), 409) from error
