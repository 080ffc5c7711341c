"""One exchange with its four sides, native's beside the legacy's, streams event by event.

What native says is found by running it once more on the record, as the judge does. Laws: nothing is shown that was not
recorded or played just now; where native cannot be run, the reason stands in its place.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

from native.wire.loose import MISSING
from shim.exchange import Case, Exchange, Interaction, Response
from shim.filed import verdict_of
from shim.judge import view
from shim.judge.judge import judge
from shim.judge.noise import same
from shim.judge.noisebook import NoiseBook, endpoint_of_place
from shim.judge.normal import normal, overlapping
from shim.judge.paths import Place
from shim.judge.play import PlayError, play
from shim.judge.verdict import Difference, Verdict
from shim.knowledge import Knowledge
from shim.lanes.sampling import REVERSE
from shim.page import sides
from shim.page.asked import AskedError
from shim.sidebyside import spelled
from shim.store.cases import live_case
from shim.store.records import Record
from shim.store.store import Store

EVENTS = 600  # of a stream that are shown
_ALONE = "native was not run: "
_BLANK = re.compile(rb"\r?\n\r?\n")

type Json = dict[str, Any]


def exchange(path: Path, number: int, known: Knowledge) -> Json:
    """An exchange of a recording. Raises AskedError where there is none."""
    with Store(path, read_only=True) as store:
        try:
            record = store.exchanges.get(number)
            other_way = store.verdicts.latest(number, REVERSE)
        except KeyError as error:
            raise AskedError(f"there is no exchange {number}; it may have been purged", 404) from error
    case = live_case(record)
    verdict, native, why = _judged(record, case, known)
    if verdict is None and other_way is not None:
        verdict, why = (
            verdict_of(other_way),
            f"{why}; the legacy was asked the same, and this is what it says otherwise",
        )
    return {
        **about(record, number),
        "verdict": verdict_json(verdict) if verdict else None,
        "alone": why,
        "sides": list(_sides(record.exchange, native, _forgiving(case, known.book))),
    }


def about(record: Record, number: int) -> Json:
    """What is known of it beside its sides."""
    one = record.exchange
    return {
        "id": number,
        "began": record.began,
        "took": record.took,
        "endpoint": record.endpoint,
        "provider": record.provider,
        "model": record.model,
        "stream": record.stream,
        "mode": one.mode,
        "fallback": record.fallback,
        "unjudgeable": one.unjudgeable,
        "status": one.response.status if one.response else None,
    }


def verdict_json(verdict: Verdict) -> Json:
    """A verdict with its differences spelled."""
    return {
        "level": str(verdict.level),
        "reason": str(verdict.reason or ""),
        "detail": verdict.detail,
        "sent": verdict.sent,
        "rules": list(verdict.rules),
        "noise": list(verdict.noise)[:100],
        "differences": [difference_json(one) for one in verdict.differences[:200]],
        "count": len(verdict.differences),
    }


def difference_json(one: Difference) -> Json:
    """A difference with both values as text."""
    legacy, native = spelled(one.legacy), spelled(one.native)
    return {
        "path": one.path,
        "side": str(one.side),
        "kind": str(one.kind),
        "legacy": legacy,
        "native": native,
        "marks": sides.marks(legacy, native),
        "note": one.note,
    }


def _judged(record: Record, case: Case, known: Knowledge) -> tuple[Verdict | None, Exchange | None, str]:
    """The verdict of now, and native's exchange; or why there is none."""
    if record.exchange.mode in ("native", "canary") and not record.fallback:
        return None, None, "native answered this one itself"
    if record.snapshot is None:
        return None, None, _ALONE + "the state of the time was not recorded"
    verdict = judge(case, known.rules, known.book)
    if verdict.reason is not None:
        return verdict, None, _ALONE + f"{verdict.reason}{f' ({verdict.detail})' if verdict.detail else ''}"
    try:
        return verdict, play(case).exchanges[0], ""
    except PlayError as error:
        return verdict, None, _ALONE + str(error)


def _forgiving(case: Case, book: NoiseBook) -> sides.Forgives:
    def forgives(place: Place, legacy: Any, native: Any) -> bool:
        fine, _ = same(legacy, native, [legacy])
        return fine or book.forgives(endpoint_of_place(case, place), place, legacy, native)

    return forgives


def _sides(one: Exchange, native: Exchange | None, forgives: sides.Forgives) -> Iterator[Json]:
    """The four sides in the order in which they came about."""
    yield _side("1", "What the client asked", _head(one.request.method, one.request.url), _request(one))
    calls = view.foreground(one.upstream)
    theirs = [view.request(c.request) for c in (view.foreground(native.upstream) if native else ())]
    for n in range(max(len(calls), len(theirs))):
        call = calls[n] if n < len(calls) else None
        mine = view.request(call.request) if call else MISSING
        other = (theirs[n] if n < len(theirs) else MISSING) if native else None
        yield {**_call(mine, other, n, forgives), "ordinal": n + 1 if len(calls) > 1 else 0}
        if call is not None and call.response is not None:
            yield _answer("3", "What the provider answered", call, forgives)
    client = Interaction(one.request, one.response)
    yield _answer("4", "What the client got", client, forgives, native.response if native else None)


def _head(method: str, url: str) -> str:
    return f"{method} {url}"


def _request(one: Exchange) -> Json:
    asked = one.request
    found = view.message(asked.headers, asked.body)
    return {**found, "frames": [view.tree(f) for f in asked.frames]} if asked.frames else found


def _side(number: str, title: str, head: str, tree: Any) -> Json:
    """A side that has nothing beside it."""
    rows, more = sides.alone(tree)
    return {"side": number, "title": title, "head": head, "paired": False, "lines": rows, "more": more}


def _call(legacy: Any, native: Any, n: int, forgives: sides.Forgives) -> Json:
    """A call to a provider with native's beside it; `native` is None where it was not run."""
    known = legacy if legacy is not MISSING else native
    title, head = "What was sent to the provider", _head(known["method"], known["url"])
    if native is None:
        return _side("2", title, head, legacy)
    rows, more = sides.lines(legacy, native, ("exchanges", 0, "upstream", n), forgives)
    return {"side": "2", "title": title, "head": head, "paired": True, "lines": rows, "more": more}


def _answer(
    number: str, title: str, call: Interaction, forgives: sides.Forgives, native: Response | None = None
) -> Json:
    """An answer; a stream is told by its events, the rest as lines."""
    place: Place = ("exchanges", 0, "response")
    legacy = view.response(call.response)
    ours = view.response(native) if native else None
    out: Json = {"side": number, "title": title, "head": _status(call.response, native), "paired": ours is not None}
    streams = "sse" in legacy and (ours is None or "sse" in ours)
    outer = {k: v for k, v in legacy.items() if k != "sse"} if streams else legacy
    other = ({k: v for k, v in ours.items() if k != "sse"} if streams else ours) if ours is not None else outer
    out["lines"], out["more"] = sides.lines(outer, other, place, forgives)
    if streams and call.response is not None:
        events = ours["sse"] if ours is not None else legacy["sse"]
        out.update(_events(legacy["sse"], events, call.response, (*place, "sse"), forgives))
    return out


def _status(legacy: Response | None, native: Response | None) -> str:
    mine = "no answer" if legacy is None else f"{legacy.status}{'' if legacy.complete else ', broken off'}"
    if native is None or (legacy is not None and (native.status, native.complete) == (legacy.status, legacy.complete)):
        return mine
    return f"{mine}; native {native.status}{'' if native.complete else ', broken off'}"


def _events(
    legacy: list[view.Tree], native: list[view.Tree], answer: Response, place: Place, forgives: sides.Forgives
) -> Json:
    """Both streams event by event; where they are cut otherwise, neighbouring pieces of one text are joined first."""
    joined = len(legacy) != len(native)
    times = arrivals(answer)
    if joined:
        parallel = overlapping(legacy)
        legacy, native, times = normal(legacy, parallel=parallel), normal(native, parallel=parallel), []
    shown = []
    for n, (a, b) in enumerate(sides.paired(legacy, native)):
        if n >= EVENTS:
            break
        rows, more = sides.lines(_data(a), _data(b), (*place, n, "data"), forgives)
        shown.append(
            {
                "name": _name(a if a is not MISSING else b),
                "at": times[n] if n < len(times) else None,
                "state": _worst(a, b, rows),
                "lines": rows,
                "more": more,
            }
        )
    return {"events": shown, "joined": joined, "more_events": max(len(legacy), len(native)) - len(shown)}


def _data(event: Any) -> Any:
    return MISSING if event is MISSING else event["data"]


def _name(event: view.Tree) -> str:
    data = event["data"]
    return str(event["event"] or (data.get("type") or data.get("object") if isinstance(data, dict) else data) or "")[
        :80
    ]


def _worst(legacy: Any, native: Any, rows: list[Json]) -> str:
    """What an event as a whole is: the worst of its lines."""
    if legacy is MISSING:
        return "added"
    if native is MISSING:
        return "missing"
    if legacy["event"] != native["event"] or legacy["other"] != native["other"]:
        return "changed"
    found = {row["s"] for row in rows}
    return "changed" if found & {"changed", "missing", "added"} else "forgiven" if "forgiven" in found else "same"


def arrivals(answer: Response) -> list[float]:
    """Seconds from the request to each event's last byte; empty where the chunks' times are not known."""
    if len(answer.times) != len(answer.chunks) or not answer.chunks:
        return []
    ends, body = list(accumulate(map(len, answer.chunks))), answer.body
    out, start = [], 0
    for blank in _BLANK.finditer(body):
        if body[start : blank.start()].strip():
            out.append(answer.times[bisect_left(ends, blank.end())])
        start = blank.end()
    return [*out, answer.times[-1]] if body[start:].strip() else out
