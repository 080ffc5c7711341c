"""Native's times against the legacy's, like with like.

Everything that compares times lives here. Laws: streams are compared with streams, a provider with itself; one is
slower than the other where a rank test says so and the effect matters, never because of two means.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

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
    p50 = _ratio(quantile(mine, 0.5), quantile(others, 0.5))
    p95 = _ratio(quantile(mine, 0.95), quantile(others, 0.95))
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


def _ratio(mine: float, other: float) -> float:
    return mine / max(other, TICK)
