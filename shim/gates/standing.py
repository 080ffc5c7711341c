"""Where each endpoint stands: what answers it, what the evidence says, and what the next gate still asks for.

Everything that puts evidence and gates together lives here; `shim promote`, the page and the cut-over read it. Laws:
no data is inconclusive, never a pass; an endpoint climbs only where every check passes; what an older build of native
showed is no evidence for this one.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

from shim.build import build
from shim.coverage import native_ids
from shim.endpoints import ENDPOINTS, Endpoint
from shim.faults import Fault
from shim.flags.holds import Hold
from shim.flags.ledger import Ledger
from shim.flags.table import LEGACY, Flag, Scope, Table, Value
from shim.gates.checks import Check, Known, Outcome, checks, outcome, selfsame, shipped_figures
from shim.gates.errors import errors
from shim.gates.evidence import Answer, Evidence
from shim.gates.gates import SHADOW, Gates, Step
from shim.gates.latency import FIRST, TOTAL, Ratios, ratios, times
from shim.judge.verdict import Level, Reason
from shim.knowledge import SELFSAME
from shim.statistics import wilson
from shim.store.store import Store

__all__ = ["Check", "Outcome", "Ratios", "Standing", "standing_flag", "standings"]

LOOKED_AT = 500
"""Newest answers of each side that times and traffic are told from."""
COMPARABLE = 20
"""Answers of each side from which a ratio is shown; gates ask for more."""
REACTION = 5.0
"""Seconds from a recorded breach until the flag is down, at most."""


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


@dataclass(slots=True)
class _Counts:
    """What tallies say of one endpoint."""

    seen: int = 0
    levels: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    alike: Counter[bool] = field(default_factory=Counter)

    @property
    def clean(self) -> int:
        return sum(n for level, n in self.levels.items() if Level(level).clean)


def standings(store: Store, gates: Gates, *, now: float, only: str = "") -> list[Standing]:
    """Every endpoint that was seen or has a flag of its own, in the catalogue's order.

    Args:
        store: An open recording; reading is enough.
        gates: What is asked for.
        now: Seconds since 1970.
        only: One endpoint alone, seen or not.
    """
    ledger = Ledger(store.sql)
    table, holds = ledger.table(), ledger.holds.in_force(build())
    counts = _counts(store)
    adds_up = all(one.standing.adds_up and one.found <= one.standing.recorded for one in store.sessions.all())
    wanted = {only} if only else {*counts, *(flag.scope.endpoint for flag in table.flags)}
    out = []
    for endpoint in (one for one in ENDPOINTS if one.id in wanted):
        hold = holds.get(Scope(endpoint.id))
        asking = _Asking(store, gates, endpoint, standing_flag(table, endpoint.id), hold, now)
        out.append(asking.standing(counts.get(endpoint.id, _Counts()), adds_up=adds_up))
    return out


def standing_flag(table: Table, endpoint: str) -> Flag:
    """The flag that holds for an endpoint as a whole, its own or the one for all."""
    for flag in table.flags:
        if flag.scope.covers_all_of(endpoint):
            return flag
    return LEGACY


@lru_cache(maxsize=4)
def _shipped(path: Path) -> dict[str, tuple[int, int]]:
    return dict(shipped_figures(json.loads(path.read_text()))) if path.exists() else {}


def _counts(store: Store) -> dict[str, _Counts]:
    found: dict[str, _Counts] = {}
    for one in store.tallies.exchanges():
        found.setdefault(one.endpoint, _Counts()).seen += one.count
    for tally in store.tallies.verdicts():
        at = found.setdefault(tally.endpoint, _Counts())
        unjudged = tally.level == Level.UNJUDGED
        if tally.subject == "legacy" and not unjudged:
            at.alike[Level(tally.level).clean] += tally.count
        elif tally.build != build():
            continue
        # The other way round is a sample: what of it could not be judged says nothing either way.
        elif (tally.subject == "native" and tally.mode == "legacy") or (tally.subject == "reverse" and not unjudged):
            at.levels[tally.level] += tally.count
            at.failed += tally.count if tally.reason == Reason.NATIVE_FAILED else 0
    return found


@dataclass(frozen=True, slots=True)
class _Asking:
    """One endpoint being asked for."""

    store: Store
    gates: Gates
    endpoint: Endpoint
    flag: Flag
    hold: Hold | None
    now: float

    def standing(self, counts: _Counts, *, adds_up: bool) -> Standing:
        value, gates = self.flag.value, self.gates
        step = gates.above(value, self.endpoint.family)
        evidence, window = Evidence(self.store.sql), max(LOOKED_AT, step.served if step else 0)
        legacy = evidence.by_legacy(self.endpoint.id, window)
        native = [one for one in evidence.by_native(self.endpoint.id, window) if one.began >= self.flag.at]
        faults = self._faults(evidence.faulty(self.endpoint.id, window), native, legacy) + counts.failed
        known = self._known(counts, faults, native, legacy, adds_up=adds_up)
        at_top = step is None and value.height >= SHADOW.height
        found = () if at_top else checks(known, step, gates.selfsame)
        above = None if at_top or not known.handled else step.value if step else SHADOW
        low, high = wilson(known.clean, known.judged)
        believed = known.judged and selfsame(known, gates.selfsame).outcome is Outcome.PASS
        rate = _rate(legacy, self.now) + _rate(native, self.now)
        return Standing(
            self.endpoint.id,
            self.endpoint.family,
            value,
            above,
            outcome(found),
            found,
            seen=counts.seen,
            judged=known.judged,
            clean=known.clean,
            accepted=known.accepted,
            parity=100 * known.clean / known.judged if believed else None,
            low=100 * low,
            high=100 * high,
            errors=known.errors,
            latency=ratios(native, legacy, COMPARABLE),
            climbs_in=None if above is None else self._climbs_in(found, step, rate, known.stood),
            falls_in=self._falls_in(value if value.serves else above, rate),
            held=self.hold,
        )

    def _known(
        self, counts: _Counts, faults: int, native: list[Answer], legacy: list[Answer], *, adds_up: bool
    ) -> Known:
        return Known(
            handled=self.endpoint.id in native_ids(),
            hold=self.hold,
            adds_up=adds_up,
            alike=(counts.alike[True], counts.alike.total()),
            shipped=_shipped(SELFSAME).get(self.endpoint.id),
            judged=counts.levels.total(),
            clean=counts.clean,
            accepted=counts.levels[Level.ACCEPTED],
            errors=faults,
            served=len(native),
            stood=self.now - self.flag.at,
            times=partial(times, native, legacy),
        )

    def _faults(self, faulty: Iterable[Answer], native: list[Answer], legacy: list[Answer]) -> int:
        """Native's since the flag was set, as far as nothing else explains them."""
        mine = [one for one in faulty if one.ended >= self.flag.at and one.is_natives_fault]
        return len(errors(mine, len(native), legacy)) + sum(one.fault == Fault.CRASH for one in mine)

    def _climbs_in(self, found: Iterable[Check], step: Step | None, rate: float, stood: float) -> float | None:
        """Seconds until the gate may open, were all that comes clean."""
        if outcome(found) is Outcome.FAIL:
            return None
        wait = max(0.0, step.soak - stood) if step else 0.0
        share = _share(self.flag.value)
        for check in found:
            if not check.missing:
                continue
            coming = rate * (share if check.name in ("served", FIRST, TOTAL) else 1)
            if not coming:
                return None
            wait = max(wait, check.missing / coming)
        return wait

    def _falls_in(self, value: Value | None, rate: float) -> float | None:
        """Seconds until enough faults to be a breach came and were undone, were every answer one."""
        coming = rate * _share(value) if value else 0.0
        return self.gates.breach.errors / coming + REACTION if coming else None


def _share(value: Value) -> float:
    """Of the traffic, how much is native's."""
    return value.percent / 100 if value.percent else float(value.serves)


def _rate(answers: list[Answer], now: float) -> float:
    """Exchanges a second."""
    return len(answers) / max(1.0, now - min(one.began for one in answers)) if answers else 0.0
