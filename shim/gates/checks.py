"""What a gate asks for, check by check.

Pure: evidence in, checks out. Laws: each check that lacks data is inconclusive and says how many exchanges are
missing; a whole gate passes where all checks do, and fails where one does.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from shim.flags.holds import Hold
from shim.gates.gates import Latency, Selfsame, Step
from shim.gates.latency import FIRST, TOTAL, Times
from shim.statistics import wilson, wilson_needs


class Outcome(StrEnum):
    """What a check, or a whole gate, comes to. Inconclusive neither climbs nor rolls back."""

    PASS = "pass"  # noqa: S105  # an outcome
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a gate asks for.

    Attributes:
        name: See `CHECKS`.
        outcome: What it comes to.
        says: For people.
        missing: How many exchanges are missing before it can be told; 0 where that is not what is missing.
    """

    name: str
    outcome: Outcome
    says: str
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an endpoint when its gate is asked.

    Attributes:
        handled: Whether native has a handler.
        hold: What holds its flag, or None.
        adds_up: Whether the recorder's counts do.
        alike: (clean, judged) of the legacy against itself in live traffic.
        shipped: The same of the shipped recordings; None where they have none of this endpoint.
        judged: Exchanges judged on this build of native.
        clean: Those that count for parity.
        accepted: Those of them that are clean by an accepted difference.
        errors: Native's faults since the flag was set, and exchanges that native failed on when it was judged.
        served: Answers that native has given since the flag was set; up to a window.
        stood: Seconds since the flag was set.
        times: Compares native's times with the legacy's.
    """

    handled: bool = True
    hold: Hold | None = None
    adds_up: bool = True
    alike: tuple[int, int] = (0, 0)
    shipped: tuple[int, int] | None = None
    judged: int = 0
    clean: int = 0
    accepted: int = 0
    errors: int = 0
    served: int = 0
    stood: float = 0.0
    times: Callable[[Latency], Times] = field(default=lambda limits: Times((), 2 * limits.answers))


def selfsame(known: Known, asked: Selfsame) -> Check:
    """Whether the judge finds the legacy equal to itself on this endpoint."""
    name = "legacy against legacy"
    (clean, judged), source = known.alike, "live"
    if judged < asked.judged and known.shipped is not None and known.shipped[1]:
        (clean, judged), source = known.shipped, "shipped recordings"
    elif judged < asked.judged:
        missing = asked.judged - judged
        return Check(name, Outcome.INCONCLUSIVE, f"{judged} of {asked.judged} exchanges, none shipped", missing)
    share = 100 * clean / judged
    says = f"{share:.2f} % of {judged} ({source}), {asked.parity:g} % asked for"
    return Check(name, _passes(ok=share >= asked.parity), says)


def handler(known: Known) -> Check:
    """Whether native can answer at all."""
    says = "native has one" if known.handled else "native has none: the legacy would answer"
    return Check("handler", _passes(ok=known.handled), says)


def hold(known: Known) -> Check:
    """Whether a roll-back holds the flag."""
    if known.hold is None:
        return Check("hold", Outcome.PASS, "not held")
    return Check("hold", Outcome.FAIL, f"held until `shim flags release` or another build: {known.hold.why}")


def recorder(known: Known) -> Check:
    """Whether every exchange is accounted for."""
    says = "its counts add up" if known.adds_up else "its counts do not add up: what it lost, nobody knows"
    return Check("recorder", _passes(ok=known.adds_up), says)


def judged(known: Known, step: Step) -> Check:
    """Whether enough was judged."""
    missing = max(0, step.judged - known.judged)
    return Check("judged", _has(missing), f"{known.judged} of {step.judged} on this build of native", missing)


def parity(known: Known, step: Step) -> Check:
    """Whether the parity's interval lies above what is asked for; below it where not even its upper end reaches."""
    low, high = (100 * bound for bound in wilson(known.clean, known.judged))
    if low >= step.parity:
        return Check("parity", Outcome.PASS, f"at least {low:.2f} %, {step.parity:g} % asked for")
    if not known.judged:
        needed = wilson_needs(0, 0, step.parity / 100) or 0
        return Check("parity", Outcome.INCONCLUSIVE, f"no data; {needed} clean exchanges would do", needed)
    says = f"{100 * known.clean / known.judged:.2f} %, at least {low:.2f} %; {step.parity:g} % asked for"
    needed = wilson_needs(known.clean, known.judged, step.parity / 100) or 0
    if high < step.parity or not needed:
        return Check("parity", Outcome.FAIL, f"{says}; at most {high:.2f} %")
    return Check("parity", Outcome.INCONCLUSIVE, f"{says}; {needed} more clean exchanges would do", needed)


def errors(known: Known, step: Step) -> Check:
    """Whether native failed more often than it may."""
    says = f"{known.errors} of native's, at most {step.errors} allowed"
    return Check("errors", _passes(ok=known.errors <= step.errors), says)


def served(known: Known, step: Step) -> Check:
    """Whether native has answered enough clients."""
    missing = max(0, step.served - known.served)
    return Check("served", _has(missing), f"{known.served} of {step.served} answers by native at this step", missing)


def soak(known: Known, step: Step) -> Check:
    """Whether the flag has stood long enough."""
    left = step.soak - known.stood
    says = f"{span(known.stood)} of {span(step.soak)}"
    return Check("soak", Outcome.PASS if left <= 0 else Outcome.INCONCLUSIVE, says)


def acceptances(known: Known, step: Step) -> Check:
    """Whether acceptances stand open where none may."""
    says = f"{known.accepted} exchanges are clean by an accepted difference alone"
    return Check("acceptances", _passes(ok=step.accepted or not known.accepted), says)


def latency(known: Known, limits: Latency) -> Iterable[Check]:
    """Whether native is slower than it may be."""
    found = known.times(limits)
    for measure in (FIRST, TOTAL):
        compared = found.of(measure)
        if not compared:
            says = f"{found.missing} more answers are needed to compare"
            yield Check(measure, Outcome.INCONCLUSIVE, says, found.missing)
            continue
        slow = next((one for one in compared if one.slow), None)
        one = slow or compared[0]
        says = f"{one.p50:.2f} times the legacy's at p50, {one.p95:.2f} at p95 ({one.kind})"
        yield Check(measure, _passes(ok=slow is None), f"{says}: {slow.slow}" if slow else says)


def checks(known: Known, step: Step | None, asked: Selfsame) -> tuple[Check, ...]:
    """All that a gate asks for; with no step, what even shadow asks for."""
    always = (hold(known), handler(known))
    if step is None:
        return always
    ones = (each(known, step) for each in (judged, parity, errors, served, soak, acceptances))
    times = latency(known, step.latency) if step.latency else ()
    return (*always, recorder(known), selfsame(known, asked), *ones, *times)


def outcome(found: Iterable[Check]) -> Outcome:
    """What checks come to together."""
    said = {check.outcome for check in found}
    if Outcome.FAIL in said:
        return Outcome.FAIL
    return Outcome.INCONCLUSIVE if Outcome.INCONCLUSIVE in said else Outcome.PASS


def shipped_figures(tree: Any) -> Mapping[str, tuple[int, int]]:
    """What `recordings/selfsame.json` says, by endpoint: (clean, all) of the legacy against itself."""
    found = tree.get("endpoints") if isinstance(tree, dict) else None
    if not isinstance(found, dict):
        return {}
    return {name: (int(each["clean"]), int(each["all"])) for name, each in found.items()}


def span(seconds: float) -> str:
    """A span of time for people."""
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.3g} {name}"
    return f"{max(0.0, seconds):.3g} s"


def _passes(*, ok: bool) -> Outcome:
    return Outcome.PASS if ok else Outcome.FAIL


def _has(missing: int) -> Outcome:
    return Outcome.INCONCLUSIVE if missing else Outcome.PASS
