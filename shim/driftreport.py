"""What drifted, in words: Markdown for people, JSON for machines.

Law: one cause is one line, however many answers it is on; nothing that changed is left out of the JSON.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from native.wire.loose import MISSING
from shim.causes import Cause
from shim.drift import Drift
from shim.judge.paths import opened
from shim.judge.verdict import Difference, Kind, Side
from shim.replay import Result, verdict_json
from shim.sidebyside import spelled

_SAYS: dict[str, str] = {Kind.ADDED: "new", Kind.MISSING: "gone"}
_PLACES = 4  # of a cause that are named in a line
_ENDPOINTS = 3
_SHORT = 70  # characters of a value in a line
_UNPLAYED = 10


def markdown(drift: Drift, paths: str = "recordings") -> str:
    """The whole report; `paths` stand in its commands."""
    by_name = {r.name: r for r in drift.results}
    recorded = ", ".join(drift.recorded) or "the legacy"
    counts = f"{len(drift.changed)} of them otherwise, {len(drift.unplayed)} not played."
    lines = [f"# Drift of {drift.binary}", "", f"{len(drift.results)} cases recorded of {recorded}, {counts}"]
    if drift.causes:
        lines += ["", "## What changed", "", *(f"* {_line(cause, by_name)}" for cause in drift.causes)]
        lines += ["", "## Where", "", *_table(drift)]
        lines += ["", f"One case alone: `shim drift {paths} --legacy-bin {drift.binary} --only NAME`."]
    if drift.unplayed:
        lines += ["", "## Not played", ""]
        lines += [f"* {r.name}: {r.verdict.reason} {r.verdict.detail}".rstrip() for r in drift.unplayed[:_UNPLAYED]]
        more = len(drift.unplayed) - _UNPLAYED
        lines += [f"* and {more} more"] if more > 0 else []
    return "\n".join([*lines, ""])


def _line(cause: Cause, by_name: dict[str, Result]) -> str:
    endpoints = Counter(by_name[name].labels.endpoint for name in cause.members).most_common()
    where = ", ".join(f"{name or 'no endpoint'} ({count})" for name, count in endpoints[:_ENDPOINTS])
    where += f" and {len(endpoints) - _ENDPOINTS} more endpoints" if len(endpoints) > _ENDPOINTS else ""
    example = min((by_name[name] for name in cause.members), key=lambda r: (r.size, r.name))
    alone = "" if cause.holds_back == len(cause.members) else f"; {_alone(cause.holds_back)}"
    many = f"**{len(cause.members)}** {'case' if len(cause.members) == 1 else 'cases'}"
    return f"{_what(cause)}{_values(cause, example)} on {many}{alone}: {where}. Example: {example.name}"


def _alone(count: int) -> str:
    return f"all there is on {count}" if count else "never alone"


def _what(cause: Cause) -> str:
    """Kinds with their places: `new: a, b; gone: c`."""
    by_kind: dict[str, list[str]] = {}
    for sign in cause.signs:
        side = (
            " sent upstream" if sign.side == Side.SENT and sign.kind not in {Kind.CALL_MISSING, Kind.NEW_CALL} else ""
        )
        by_kind.setdefault(_SAYS.get(sign.kind, sign.kind) + side, []).append(_place(sign.pattern))
    return "; ".join(
        f"{kind}: {', '.join(f'`{p}`' for p in places[:_PLACES])}"
        + (f" and {len(places) - _PLACES} more places" if len(places) > _PLACES else "")
        for kind, places in by_kind.items()
    )


def _place(pattern: str) -> str:
    return pattern.removeprefix("exchanges[*].")


def _values(cause: Cause, example: Result) -> str:
    """What it was and is, in the smallest example, where that is short."""
    first = cause.signs[0]
    if first.detail:
        return f" ({first.detail})"
    found = next((d for d in example.verdict.differences if opened(d.path) == first.pattern), None)
    if found is None:
        return ""
    was, now = (None if value is MISSING else spelled(value) for value in (found.legacy, found.native))
    said = " → ".join(f"`{_cut(value)}`" for value in (was, now) if value is not None)
    return f" ({said})" if said else ""


def _cut(value: str) -> str:
    flat = value.replace("`", "'").replace("\n", " ")
    return flat if len(flat) <= _SHORT else flat[:_SHORT] + "…"


def _table(drift: Drift) -> Iterable[str]:
    every = Counter(r.labels.endpoint for r in drift.results)
    changed = Counter(r.labels.endpoint for r in drift.changed)
    yield "| endpoint | cases | otherwise |"
    yield "| --- | ---: | ---: |"
    for name, count in changed.most_common():
        yield f"| {name or '(none)'} | {every[name]} | {count} |"


def as_json(drift: Drift) -> dict[str, Any]:
    """The whole report as JSON."""
    return {
        "binary": drift.binary,
        "recorded": list(drift.recorded),
        "cases": len(drift.results),
        "changed": len(drift.changed),
        "unplayed": [
            {"case": r.name, "reason": str(r.verdict.reason), "detail": r.verdict.detail} for r in drift.unplayed
        ],
        "causes": [
            {
                "id": cause.id,
                "places": [
                    {"path": s.pattern, "side": s.side, "what": _SAYS.get(s.kind, s.kind), "detail": s.detail}
                    for s in cause.signs
                ],
                "endpoints": list(cause.endpoints),
                "providers": list(cause.providers),
                "alone": cause.holds_back,
                "cases": list(cause.members),
            }
            for cause in drift.causes
        ],
        "endpoints": _by_endpoint(drift),
        "results": [
            {"case": r.name, "endpoint": r.labels.endpoint, "provider": r.labels.provider, **verdict_json(r.verdict)}
            for r in drift.changed
        ],
    }


def _by_endpoint(drift: Drift) -> dict[str, dict[str, dict[str, int]]]:
    """Endpoint -> path -> what happened there -> in how many cases."""
    out: dict[str, dict[str, dict[str, int]]] = {}
    for result in drift.changed:
        for path, what in {_told(d) for d in result.verdict.differences}:
            at = out.setdefault(result.labels.endpoint, {}).setdefault(path, {})
            at[what] = at.get(what, 0) + 1
    return out


def _told(one: Difference) -> tuple[str, str]:
    return opened(one.path), _SAYS.get(one.kind, str(one.kind))
