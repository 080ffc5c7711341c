"""Where each endpoint stands: what answers it, what the evidence says, and what the next gate still asks for.

Everything that puts evidence and gates together lives here; `shim promote`, the page and the cut-over read it. Laws:
no data is inconclusive, never a pass; an endpoint climbs only where every check passes.
"""

from dataclasses import dataclass
from enum import StrEnum

from shim.flags.holds import Hold
from shim.flags.table import Value
from shim.gates.gates import Gates
from shim.store.store import Store


class Outcome(StrEnum):
    """What a check, or a whole gate, comes to. Inconclusive neither climbs nor rolls back."""

    PASS = "pass"  # noqa: S105  # an outcome
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a gate asks for.

    Attributes:
        name: `judged`, `parity`, `errors`, `served`, `time to first byte`, `total time`, `soak`, `legacy against
            legacy`, `recorder`, `acceptances`, `hold`, `handler`.
        outcome: What it comes to.
        says: For people.
        missing: How many exchanges are missing before it can be told; 0 where that is not what is missing.
    """

    name: str
    outcome: Outcome
    says: str
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Ratios:
    """Native's times against the legacy's: below 1 native is the faster.

    Attributes:
        first_p50: Of the time to the first byte, at the median.
        first_p95: At the 95th percentile.
        total_p50: Of the time until the answer was over.
        total_p95: At the 95th percentile.
        legacy: How many of the legacy's answers were looked at.
        native: How many of native's.
    """

    first_p50: float
    first_p95: float
    total_p50: float
    total_p95: float
    legacy: int
    native: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One endpoint.

    Attributes:
        endpoint: Its id in the catalogue.
        family: Its family there.
        value: What its flag says now, narrower flags left aside.
        next: What the next gate leads to; None at the top, and where native has no handler.
        outcome: Of the next gate as a whole.
        checks: What that gate asks for, one by one.
        seen: Exchanges recorded.
        judged: Exchanges judged on this build of native, one way or the other.
        clean: Those of them that count for parity.
        accepted: Those of them that are clean by an accepted difference alone.
        parity: Clean of judged in per cent; None where there is no data, or where the judge has not shown yet that
            it finds the legacy equal to itself.
        low: Lower bound of its 95 % interval (Wilson), in per cent.
        high: Upper bound.
        errors: Native's faults since the flag was set.
        latency: None where there are not enough answers to compare.
        climbs_in: Seconds until the gate may open as traffic is now; None where that cannot be told.
        falls_in: Seconds in which a breach is expected to show and be undone as traffic is now; None without traffic.
        held: Why it stays where it is until someone lifts that.
    """

    endpoint: str
    family: str
    value: Value
    next: Value | None
    outcome: Outcome
    checks: tuple[Check, ...]
    seen: int = 0
    judged: int = 0
    clean: int = 0
    accepted: int = 0
    parity: float | None = None
    low: float = 0.0
    high: float = 100.0
    errors: int = 0
    latency: Ratios | None = None
    climbs_in: float | None = None
    falls_in: float | None = None
    held: Hold | None = None


def standings(store: Store, gates: Gates, *, now: float) -> list[Standing]:
    """Every endpoint that was seen or has a flag of its own, in the catalogue's order.

    Args:
        store: An open recording; reading is enough.
        gates: What is asked for.
        now: Seconds since 1970.
    """
    del store, gates, now
    return []
