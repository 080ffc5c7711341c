"""The endpoints as a table: who answers each, how much passes, how clean native is on it, how fast.

Reading only. Laws: what unjudged exchanges say of parity is what the report says; a figure that there is no data for
is none, never nought.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from shim import report as reports
from shim.coverage import native_ids
from shim.endpoints import ENDPOINTS
from shim.flags.ledger import RENEWALS, Ledger
from shim.flags.table import EVERY, Asked, Flag, Table
from shim.gates.gates import Gates
from shim.gates.standing import Standing, standings
from shim.page.gates import gate_json, hold_json
from shim.report import WAITING, Row
from shim.statistics import wilson
from shim.store.store import Store

HOUR = 3600.0
NEWEST = 5_000  # exchanges whose times are looked at
COUNTED = 50_000  # exchanges of the last hour that are counted; of more it is said that there are
_TRAFFIC = """
SELECT endpoint, mode, COUNT(*) FROM (
    SELECT endpoint, mode, began FROM exchanges WHERE run IS NULL ORDER BY id DESC LIMIT ?)
WHERE began > ? GROUP BY 1, 2
"""
FAMILIES = {endpoint.id: endpoint.family for endpoint in ENDPOINTS}

type Json = dict[str, Any]


@dataclass(slots=True)
class Times:
    """How long answers took, by who gave them, in seconds."""

    legacy: list[float] = field(default_factory=list)
    native: list[float] = field(default_factory=list)


def overview(store: Store, gates: Gates, now: float) -> Json:
    """All of the table."""
    found = reports.read(store)
    standing = {one.endpoint: one for one in standings(store, gates, now=now)}
    table = Ledger(store.sql).table()
    hour, times = traffic(store, now - HOUR), _times(store)
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in found.rows:
        rows[row.endpoint].append(row)
    total = found.total()
    return {
        "now": now,
        "adds_up": found.adds_up,
        "size": found.size,
        "coverage": {"all": found.coverage.all, "native": found.coverage.native, "clean": found.coverage.clean},
        "total": parity([total]),
        "hour_is_all": is_all(hour),
        "every": _said(table.lookup(Asked("")), table, EVERY),
        "renewals": next((str(f.value) for f in table.flags if f.scope.endpoint == RENEWALS), ""),
        "endpoints": [
            {
                "id": name,
                "family": FAMILIES.get(name, ""),
                "native": name in native_ids(),
                "flag": _said(table.lookup(Asked(name)), table, name),
                "hour": dict(hour[name]),
                "latency": {"legacy": quantiles(times[name].legacy), "native": quantiles(times[name].native)},
                "rows": [{"provider": r.provider, "stream": r.stream, **parity([r])} for r in rows[name]],
                "faults": dict(sum((Counter(r.faults) for r in rows[name]), Counter())),
                **_standing(standing.get(name), parity(rows[name])),
            }
            for name in _names(rows, table)
        ],
    }


def parity(rows: Iterable[Row]) -> Json:
    """Clean of judged, with its 95 % interval, over some lines of the report."""
    rows = list(rows)
    clean, seen = sum(r.clean for r in rows), sum(r.seen for r in rows)
    low, high = wilson(clean, seen)
    levels: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for row in rows:
        levels.update(row.levels)
        reasons.update(row.reasons)
    return {
        "clean": clean,
        "judged": seen,
        "share": clean / seen if seen else None,
        "low": low if seen else None,
        "high": high if seen else None,
        "waiting": levels.pop(WAITING, 0),
        "levels": dict(levels),
        "reasons": dict(reasons),
    }


def _standing(one: Standing | None, told: Json) -> Json:
    """What gates know of an endpoint; parity is theirs where they know it, the report's where it is no endpoint."""
    if one is None:
        return {"parity": {**told, "believed": True, "earlier": 0}, "gate": None, "hold": None, "ratios": None}
    known = {
        "clean": one.clean,
        "judged": one.judged,
        "share": one.clean / one.judged if one.judged else None,
        "low": one.low / 100 if one.judged else None,
        "high": one.high / 100 if one.judged else None,
        "believed": one.parity is not None,
        "earlier": max(0, told["judged"] - one.judged),  # on another build of native
    }
    return {
        "parity": {**told, **known},
        "gate": gate_json(one),
        "hold": hold_json(one.held) if one.held else None,
        "ratios": asdict(one.latency) if one.latency else None,
    }


def traffic(store: Store, since: float) -> defaultdict[str, Counter[str]]:
    """Exchanges since a moment: endpoint -> who answered -> how many; of very many, those among the newest."""
    rows = store.sql.execute(_TRAFFIC, (COUNTED, since))
    out: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for endpoint, mode, count in rows:
        out[endpoint][mode] += count
    return out


def is_all(counts: Mapping[str, Counter[str]]) -> bool:
    """Whether traffic was counted to the end."""
    return sum(count.total() for count in counts.values()) < COUNTED


def _names(rows: dict[str, list[Row]], table: Table) -> list[str]:
    """Endpoints that were asked for or have a flag of their own, in the catalogue's order; the unknown ones last."""
    named = {*rows, *(flag.scope.endpoint for flag in table.flags)} - {EVERY, RENEWALS}
    order = {name: n for n, name in enumerate(FAMILIES)}
    return sorted(named, key=lambda name: (order.get(name, len(order)), name))


def _said(flag: Flag, table: Table, endpoint: str) -> Json:
    """What holds where nothing narrower does, and what is narrower."""
    narrower = [f for f in table.flags if f.scope.endpoint == endpoint and f.scope.needs_body]
    return {
        "value": str(flag.value),
        "mode": str(flag.value.mode),
        "own": flag.scope.endpoint == endpoint,
        "who": flag.who,
        "at": flag.at,
        "why": flag.why,
        "narrower": [
            {
                "provider": f.scope.provider,
                "stream": f.scope.stream,
                "model": f.scope.model,
                "value": str(f.value),
                "mode": str(f.value.mode),
            }
            for f in narrower
        ],
    }


def _times(store: Store) -> defaultdict[str, Times]:
    rows = store.sql.execute(
        "SELECT endpoint, mode, took FROM exchanges WHERE run IS NULL ORDER BY id DESC LIMIT ?", (NEWEST,)
    )
    out: defaultdict[str, Times] = defaultdict(Times)
    for endpoint, mode, took in rows:
        one = out[endpoint]
        (one.legacy if mode == "legacy" else one.native).append(took)
    return out


def quantiles(times: list[float]) -> Json | None:
    """Median and 95th percentile of some seconds; None of none."""
    if not times:
        return None
    ordered = sorted(times)
    return {"count": len(ordered), "p50": ordered[len(ordered) // 2], "p95": ordered[int(len(ordered) * 0.95)]}
