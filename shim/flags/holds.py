"""Holds: flags that were rolled back, and stay where they are until someone lifts that or native's code changes.

Everything that keeps and asks for holds lives here. Law: a hold keeps a flag from going up, never from going down.
"""

from dataclasses import dataclass

from shim.flags.table import Scope, Value


@dataclass(frozen=True, slots=True)
class Hold:
    """One flag that is held.

    Attributes:
        scope: Which.
        value: What it was put down to; it may not say more than that.
        why: The breach.
        at: When, in seconds since 1970.
        build: The build of native that it was about; with another it is over.
    """

    scope: Scope
    value: Value
    why: str
    at: float
    build: str
