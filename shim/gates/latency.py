"""Native's times against the legacy's, like with like.

Everything that compares times lives here. Laws: streams are compared with streams, a provider with itself; one is
slower than the other where a rank test says so and the effect matters, never because of two means.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from shim.gates.evidence import Answer
from shim.gates.gates import Latency
from shim.statistics import quantile, rank_test, wilson

CERTAIN = 0.01
"""Chance under which a rank test is believed."""
TICK = 1e-6  # what times are kept to
FIRST, TOTAL = "time to first byte", "total time"

type Measure = Callable[[Answer], float | None]
MEASURES: dict[str, Measure] = {FIRST: lambda one: one.first, TOTAL: lambda one: one.took}


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure of one kind of exchange.

    Attributes:
        measure: `time to first byte` or `total time`.
        kind: Provider and whether it streams, for people.
        p50: Native's median over the legacy's.
        p95: The same of the 95th percentile.
        native: How many answers of native's.
        legacy: How many of the legacy's.
        slow: What is wrong, for people; empty where native is not slower than it may be.
    """

    measure: str
    kind: str
    p50: float
    p95: float
    native: int
    legacy: int
    slow: str


@dataclass(frozen=True, slots=True)
class Times:
    """What a comparison came to.

    Attributes:
        compared: Of each kind that has enough answers, each measure; the kind with most of native's first.
        missing: How many more answers one kind needs before it can be compared.
    """

    compared: tuple[Compared, ...]
    missing: int

    def of(self, measure: str) -> tuple[Compared, ...]:
        """One measure alone."""
        return tuple(one for one in self.compared if one.measure == measure)


@dataclass(frozen=True, slots=True)
class Ratios:
    """Native's times over the legacy's, of the kind of exchange that native answers most: below 1 it is the faster.

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


def ratios(native: Iterable[Answer], legacy: Iterable[Answer], least: int) -> Ratios | None:
    """Ratios alone, with nothing tested; None where there are fewer answers than `least` on either side."""
    mine, others = _kinds(native), _kinds(legacy)
    kind = max(mine, key=lambda one: min(len(mine[one]), len(others[one])), default=None)
    if kind is None or min(len(mine[kind]), len(others[kind])) < least:
        return None
    first, total = ((_values(mine[kind], name), _values(others[kind], name)) for name in (FIRST, TOTAL))
    if not all((*first, *total)):
        return None
    p50, p95 = (partial(_ratio_at, share) for share in (0.5, 0.95))
    return Ratios(p50(*first), p95(*first), p50(*total), p95(*total), len(others[kind]), len(mine[kind]))


def times(native: Iterable[Answer], legacy: Iterable[Answer], limits: Latency) -> Times:
    """Compare what native took with what the legacy did."""
    mine, others = _kinds(native), _kinds(legacy)
    short = {
        kind: max(0, limits.answers - len(mine[kind])) + max(0, limits.answers - len(others[kind]))
        for kind in {*mine, *others}
    }
    enough = sorted((kind for kind, missing in short.items() if not missing), key=lambda kind: -len(mine[kind]))
    found = (_compared(name, kind, mine[kind], others[kind], limits) for kind in enough for name in (FIRST, TOTAL))
    missing = 0 if enough else min(short.values(), default=2 * limits.answers)
    return Times(tuple(one for one in found if one is not None), missing)


def _kinds(answers: Iterable[Answer]) -> "defaultdict[tuple[str, bool], list[Answer]]":
    found: defaultdict[tuple[str, bool], list[Answer]] = defaultdict(list)
    for one in answers:
        if not one.fault:
            found[one.provider, one.stream].append(one)
    return found


def _compared(
    name: str, kind: tuple[str, bool], native: Sequence[Answer], legacy: Sequence[Answer], limits: Latency
) -> Compared | None:
    mine, others = _values(native, name), _values(legacy, name)
    if len(mine) < limits.answers or len(others) < limits.answers:
        return None
    p50, p95 = _ratio_at(0.5, mine, others), _ratio_at(0.95, mine, others)
    called = f"{kind[0] or 'no provider'}, {'streams' if kind[1] else 'whole answers'}"
    return Compared(name, called, p50, p95, len(mine), len(others), _slow(mine, others, limits))


def _slow(native: Sequence[float], legacy: Sequence[float], limits: Latency) -> str:
    """Why native is too slow, or nothing. Both sorted."""
    allowed = [limits.p50 * value for value in legacy]
    found = rank_test(native, allowed)
    if found.effect >= limits.effect and found.chance < CERTAIN:
        return f"slower than {limits.p50:g} times the legacy (effect {found.effect:.2f}, p {found.chance:.1g})"
    end = limits.p95 * quantile(legacy, 0.95)
    beyond = sum(value > end for value in native)
    if wilson(beyond, len(native))[0] > 0.05:
        return f"{beyond} of {len(native)} slower than {limits.p95:g} times the legacy's 95th percentile"
    return ""


def _values(answers: Iterable[Answer], name: str) -> list[float]:
    return sorted(value for one in answers if (value := MEASURES[name](one)) is not None)


def _ratio_at(share: float, mine: Sequence[float], others: Sequence[float]) -> float:
    return quantile(mine, share) / max(quantile(others, share), TICK)
