"""Causes: differences that come together, found by what they have in common, and how much each holds back.

Pure: findings in, causes out; where they were read from is the caller's. Laws: differences are one cause only where
they always come together, so that a rare one never hides behind a common one; of an answer whose status differs, the
rest of that answer is no cause of its own; nothing is left out.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from shim.judge.paths import opened
from shim.judge.verdict import Difference, Kind, Level, Side, Verdict

_ANSWER = "exchanges[*].response"
_STATUS = f"{_ANSWER}.status"


@dataclass(frozen=True, slots=True, order=True)
class Sign:
    """A difference without what is particular to one exchange.

    Attributes:
        pattern: Its path with indexes open, as an accepted rule takes it.
        side: On which side.
        kind: Changed, missing, ...
        detail: Of a status, both: `200 → 404`; else empty.
    """

    pattern: str
    side: str
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One exchange or case that is different, by all its signs."""

    name: str
    endpoint: str
    provider: str
    signs: frozenset[Sign]


type Scope = Callable[[Finding], tuple[str, ...]]


def apart(one: Finding) -> tuple[str, ...]:
    """Scope: what happens at two endpoints or with two providers has two causes."""
    return one.endpoint, one.provider


def at_endpoint(one: Finding) -> tuple[str, ...]:
    """Scope: whoever was asked."""
    return (one.endpoint,)


@dataclass(frozen=True, slots=True)
class Cause:
    """Differences that always come together.

    Attributes:
        signs: Of all of them, the coarsest first.
        members: Names of the exchanges that have it, those with the fewest other differences first.
        holds_back: How many of them have nothing else.
        endpoints: Where it was seen.
        providers: With whom.
    """

    signs: tuple[Sign, ...]
    members: tuple[str, ...]
    holds_back: int
    endpoints: tuple[str, ...]
    providers: tuple[str, ...]

    @property
    def id(self) -> str:
        """A name that stays as long as the cause looks as it does, at the same endpoints and providers' or anywhere."""
        first = self.signs[0]
        text = "\n".join((*self.endpoints, *self.providers, first.pattern, first.side, first.kind, first.detail))
        return hashlib.blake2b(text.encode(), digest_size=5).hexdigest()


@lru_cache(maxsize=1 << 14)  # the same few places come again and again
def sign_of(path: str, side: str, kind: str, values: str = "") -> Sign:
    """The sign of a difference; `values` counts for a status alone."""
    pattern = opened(path)
    return Sign(_ANSWER, side, kind, values) if pattern == _STATUS else Sign(pattern, side, kind)


def principal(signs: Iterable[Sign]) -> frozenset[Sign]:
    """The signs without those that follow from an answer with another status."""
    found = frozenset(signs)
    if not any(s.pattern == _ANSWER for s in found):
        return found
    return frozenset(s for s in found if s.pattern == _ANSWER or not s.pattern.startswith(_ANSWER))


def finding(name: str, endpoint: str, provider: str, verdict: Verdict) -> Finding | None:
    """What a verdict found; None where it is clean or there is none."""
    if verdict.level is not Level.DIFFERENT:
        return None
    return Finding(name, endpoint, provider, principal(map(_sign, verdict.differences)))


def _sign(one: Difference) -> Sign:
    return sign_of(one.path, one.side, one.kind, f"{one.legacy} → {one.native}")


def causes(findings: Iterable[Finding], scope: Scope = apart) -> list[Cause]:
    """The causes of some findings, what holds back most first."""
    scopes: dict[tuple[str, ...], list[Finding]] = {}
    for one in findings:
        scopes.setdefault(scope(one), []).append(one)
    found = [cause for own in scopes.values() for cause in _within(own)]
    return sorted(found, key=lambda c: (-c.holds_back, -len(c.members), c.signs[0]))


def everywhere(findings: Iterable[Finding]) -> list[Cause]:
    """The causes of each endpoint, those that look alike at several put together; what is on most comes first."""
    alike: dict[tuple[Sign, ...], list[Cause]] = {}
    for cause in causes(findings, at_endpoint):
        alike.setdefault(cause.signs, []).append(cause)
    found = [_joined(signs, own) for signs, own in alike.items()]
    return sorted(found, key=lambda c: (-len(c.members), c.signs[0]))


def _joined(signs: tuple[Sign, ...], own: list[Cause]) -> Cause:
    ranked = sorted(own, key=lambda cause: -len(cause.members))
    return Cause(
        signs,
        members=tuple(name for cause in ranked for name in cause.members),
        holds_back=sum(cause.holds_back for cause in ranked),
        endpoints=_common(name for cause in ranked for name in cause.endpoints),
        providers=_common(name for cause in ranked for name in cause.providers),
    )


def _within(findings: Sequence[Finding]) -> list[Cause]:
    """Of the findings of one scope. Exchanges are told apart by their signs alone, so that a million cost no more."""
    alike: dict[frozenset[Sign], list[Finding]] = {}
    for one in findings:
        alike.setdefault(one.signs, []).append(one)
    kinds = list(alike)
    seen: dict[Sign, set[int]] = {}
    for n, signs in enumerate(kinds):
        for sign in signs:
            seen.setdefault(sign, set()).add(n)
    company: dict[frozenset[int], list[Sign]] = {}
    for sign, where in seen.items():
        company.setdefault(frozenset(where), []).append(sign)
    return [_cause(signs, [(kinds[n], alike[kinds[n]]) for n in where]) for where, signs in company.items()]


def _cause(signs: list[Sign], kinds: list[tuple[frozenset[Sign], list[Finding]]]) -> Cause:
    own = frozenset(signs)
    members = [one for _, findings in sorted(kinds, key=lambda k: len(k[0])) for one in findings]
    return Cause(
        signs=tuple(sorted(signs, key=_coarsest)),
        members=tuple(one.name for one in members),
        holds_back=sum(len(findings) for kind, findings in kinds if kind <= own),
        endpoints=_common(one.endpoint for one in members),
        providers=_common(one.provider for one in members),
    )


def _coarsest(sign: Sign) -> tuple[bool, int, Sign]:
    """Calls first: what was sent decides what came back; then the shortest path, which says most at once."""
    called = sign.side == Side.SENT and sign.kind in {Kind.CALL_MISSING, Kind.NEW_CALL}
    return not called, len(sign.pattern), sign


def _common(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, the most frequent first."""
    return tuple(name for name, _ in Counter(names).most_common())
