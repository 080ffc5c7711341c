"""Comparing a run with the legacy's own runs of the same case: both ways and to the end.

Bytes first, parsed equality next; DeepDiff only to word what is left. What the legacy's runs don't agree on in
structure is matched against each of them: the nearest counts. Law: nothing is forgiven but times, learned noise at
its exact place, and rules that someone wrote down with a reason.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from deepdiff import DeepDiff

from native.wire.loose import MISSING
from shim.exchange import Case, Exchange, Interaction, Run
from shim.judge import view
from shim.judge.accepted import Rules
from shim.judge.noise import same
from shim.judge.noisebook import NoiseBook, endpoint_of_place
from shim.judge.normal import normal, overlapping
from shim.judge.paths import Place, at, show
from shim.judge.verdict import Difference, Kind, Level, Side, Verdict

type Found = tuple[Place, Any, Any]
type Forgive = Callable[[Place, Any, Any], bool]

_SPELLED_AT = (3, 4, 5, 6)  # depths of an answer, a call, an event, a list of messages: whole ones are mostly the same
_LEAVES = frozenset([str, int, bool, type(None)])
_REALIGN = 400  # events; beyond it a list is worded index by index


def _spelled_alike(legacy: Any, native: Any) -> bool:
    """Whether two trees are the same to the last type, quickly: equality in Python takes a truth for a number."""
    try:
        return orjson.dumps(legacy) == orjson.dumps(native)
    except TypeError:  # an integer beyond 64 bits, say: looked at leaf by leaf
        return False


def _equal_leaves(legacy: Any, native: Any) -> bool:
    """Whether two values are the same leaf: most are, and need no further look."""
    kind = type(legacy)
    return kind in _LEAVES and kind is type(native) and bool(legacy == native)


@dataclass(slots=True)
class Noise:
    """Where learned noise was forgiven, and who forgives beyond the runs at hand."""

    forgive: Forgive = lambda _place, _legacy, _native: False
    places: list[Place] = field(default_factory=list)


def differing(legacy: Any, native: Any, runs: Sequence[Any], place: Place, noise: Noise) -> Iterator[Found]:
    """The places where `native` is not as `legacy`; `noise` collects those that learned noise forgave."""
    if len(place) in _SPELLED_AT and _spelled_alike(legacy, native):
        return
    if isinstance(legacy, dict) and isinstance(native, dict):
        for key in sorted(legacy.keys() | native.keys(), key=str):
            a, b = legacy.get(key, MISSING), native.get(key, MISSING)
            if not _equal_leaves(a, b):
                yield from differing(a, b, runs, (*place, key), noise)
    elif isinstance(legacy, list) and isinstance(native, list):
        for i in range(max(len(legacy), len(native))):
            a = legacy[i] if i < len(legacy) else MISSING
            b = native[i] if i < len(native) else MISSING
            if not _equal_leaves(a, b):
                yield from differing(a, b, runs, (*place, i), noise)
    elif legacy is MISSING or native is MISSING:
        yield place, legacy, native
    else:
        seen = [v for v in (at(r, place) for r in runs) if v is not MISSING]
        fine, by_noise = same(legacy, native, seen)
        if not fine and len(seen) == 1:
            fine = by_noise = noise.forgive(place, legacy, native)
        if not fine:
            yield place, legacy, native
        elif by_noise:
            noise.places.append(place)


def nearest(runs: Sequence[Any], native: Any, forgive: Forgive) -> tuple[list[Found], list[Place], Any]:
    """The differences from that run of the legacy which is nearest, the noise forgiven, and that run."""
    best: tuple[list[Found], list[Place], Any] | None = None
    for one in runs:
        noise = Noise(forgive)
        found = list(differing(one, native, runs, (), noise))
        if best is None or len(found) < len(best[0]):
            best = found, noise.places, one
        if not found:
            break
    if best is None:
        raise ValueError("a case without a run of the legacy has nothing to compare with")
    return best


def _normalised(tree: view.Tree, *, parallel: bool) -> view.Tree:
    exchanges = []
    for x in tree["exchanges"]:
        answer = x["response"]
        if "sse" in answer:
            answer = {**answer, "sse": normal(answer["sse"], parallel=parallel)}
        exchanges.append({**x, "response": answer})
    return {**tree, "exchanges": exchanges}


def _same_bytes(one: Interaction, other: Interaction) -> bool:
    a, b = one.request, other.request
    return (
        a.body == b.body
        and a.url == b.url
        and a.method == b.method
        and view.headers(a.headers) == view.headers(b.headers)
    )


def _alike(legacy: Exchange, native: Exchange) -> bool:
    a, b = legacy.response, native.response
    if a is None or b is None or (a.status, a.complete) != (b.status, b.complete):
        return False
    if a.body != b.body or view.headers(a.headers) != view.headers(b.headers):
        return False
    ours, theirs = view.foreground(legacy.upstream), view.foreground(native.upstream)
    return len(ours) == len(theirs) and all(map(_same_bytes, ours, theirs))


def _equal_bytes(legacy: Run, native: Run) -> bool:
    return (
        len(legacy.exchanges) == len(native.exchanges)
        and legacy.state_after is None
        and native.state_after is None
        and all(map(_alike, legacy.exchanges, native.exchanges))
    )


def _side(place: Place) -> Side:
    if place[:1] == ("state",):
        return Side.STATE
    return Side.SENT if len(place) > 2 and place[2] == "upstream" else Side.CLIENT


def _kind(place: Place, legacy: Any, native: Any) -> Kind:
    call = len(place) == 4 and place[2] == "upstream"
    if native is MISSING:
        return Kind.CALL_MISSING if call else Kind.MISSING
    if legacy is MISSING:
        return Kind.NEW_CALL if call else Kind.ADDED
    return Kind.CHANGED if type(legacy) is type(native) else Kind.TYPE


def _note(place: Place, native: Any, legacy_tree: view.Tree) -> str:
    """Of a new call: the recorded one it is nearest to, and where it misses that."""
    if not (len(place) == 4 and place[2] == "upstream" and isinstance(native, dict)):
        return ""
    recorded = at(legacy_tree, place[:3])
    if recorded is MISSING or not recorded:
        return "the legacy sent nothing upstream here"
    ranked = sorted(
        ((list(differing(r, native, [r], (), Noise())), n) for n, r in enumerate(recorded)),
        key=lambda pair: len(pair[0]),
    )
    misses, n = ranked[0]
    where = ", ".join(show(p) for p, _, _ in misses[:6]) or "nothing"
    return f"closest recorded call: {show((*place[:3], n))}, missed in {where}"


def _realigned(found: list[Found], legacy: view.Tree, native: view.Tree) -> list[Found]:
    """Where one list is longer, say which item is too many or too few, not that everything behind it moved."""
    out: list[Found] = []
    done: set[Place] = set()
    for place, a, b in found:
        outer = next(
            (
                place[:n]
                for n in range(len(place))
                if isinstance(place[n], int)
                and isinstance(at(legacy, place[:n]), list)
                and isinstance(at(native, place[:n]), list)
                and len(at(legacy, place[:n])) != len(at(native, place[:n])) <= _REALIGN
            ),
            None,
        )
        if outer is None:
            out.append((place, a, b))
        elif outer not in done:
            done.add(outer)
            out += _worded(outer, at(legacy, outer), at(native, outer))
    return out


def _spelled(item: Any) -> str:
    return json.dumps(item, sort_keys=True, ensure_ascii=False)


def _worded(place: Place, legacy: list[Any], native: list[Any]) -> list[Found]:
    """The differences of two lists of unequal length, item by item, like items side by side."""
    delta = DeepDiff(list(map(_spelled, legacy)), list(map(_spelled, native)), view="tree")
    out: list[Found] = []
    for kind, changes in delta.items():
        for change in changes:
            at: Place = (*place, *change.path(output_format="list"))
            if kind == "iterable_item_removed":
                out.append((at, json.loads(change.t1), MISSING))
            elif kind == "iterable_item_added":
                out.append((at, MISSING, json.loads(change.t2)))
            else:
                a, b = json.loads(change.t1), json.loads(change.t2)
                out += [((*at, *p), x, y) for p, x, y in differing(a, b, [a], (), Noise())]
    return out or [(place, legacy, native)]


def compare(case: Case, native: Run, rules: Rules | None = None, book: NoiseBook | None = None) -> Verdict:
    """Judge one run against the legacy's runs of a case.

    Args:
        case: What was recorded; its runs are the reference, and what differs between them is noise.
        native: What is judged.
        rules: Accepted differences; those that match are taken out, counted and named.
        book: Noise learned elsewhere, for a case that has one run only.
    """
    if any(_equal_bytes(r, native) for r in case.runs):
        return Verdict(Level.IDENTICAL)
    legacy, ours = [view.run(r) for r in case.runs], view.run(native)

    def forgive(place: Place, a: Any, b: Any) -> bool:
        return book is not None and book.forgives(endpoint_of_place(case, place), place, a, b)

    found, noise, near = nearest(legacy, ours, forgive)
    forgiven = tuple(show(p) for p in noise)
    if not found:
        return Verdict(Level.IDENTICAL, noise=forgiven)
    streams = [x["response"]["sse"] for r in legacy for x in r["exchanges"] if "sse" in x["response"]]
    if streams:
        parallel = any(map(overlapping, streams))
        normals = [_normalised(r, parallel=parallel) for r in legacy]
        ours_normal = _normalised(ours, parallel=parallel)
        left, noise, near_normal = nearest(normals, ours_normal, forgive)
        if not left:
            return Verdict(Level.EQUIVALENT, noise=tuple(show(p) for p in noise))
        if len(left) <= len(found):
            found, near, ours = left, near_normal, ours_normal
    return _remaining(case, _realigned(found, near, ours), near, rules, forgiven)


def _remaining(
    case: Case, found: list[Found], legacy: view.Tree, rules: Rules | None, noise: tuple[str, ...]
) -> Verdict:
    used: list[str] = []
    left: list[Found] = []
    for place, a, b in found:
        rule = rules.covering(case, place, a, b) if rules else None
        if rule is None:
            left.append((place, a, b))
        else:
            used.append(rule.name)
    differences = tuple(
        Difference(show(p), _side(p), _kind(p, a, b), a, b, _note(p, b, legacy)) for p, a, b in (left or found)
    )
    return Verdict(Level.DIFFERENT if left else Level.ACCEPTED, differences, rules=tuple(used), noise=noise)
