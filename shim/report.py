"""The report: parity by endpoint, provider and stream, and whether the recorder's counts add up.

Reading only, of tallies, so that a million exchanges are told of as fast as ten. Laws: unjudged exchanges count against
parity; *accepted* has a column of its own; what native answered has no record of the legacy's to be judged on, and is
told of apart; counts that do not add up make the whole report red.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from shim.build import build
from shim.coverage import Coverage, coverage
from shim.faults import BY_NATIVE, is_natives
from shim.judge.verdict import Level
from shim.statistics import wilson
from shim.store.sessions import Session
from shim.store.store import Store
from shim.store.tallies import ExchangeTally, VerdictTally

WAITING = "waiting"


@dataclass(slots=True)
class Row:
    """One line of the report.

    Attributes:
        endpoint: What it is about.
        provider: The same.
        stream: The same.
        levels: How many exchanges that the legacy answered are at each level; those without a verdict are `waiting`.
        reasons: Of the unjudged ones, how many for which reason.
        native: How many exchanges native answered.
        faults: How often native failed, by fault.
    """

    endpoint: str
    provider: str
    stream: bool
    levels: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    native: int = 0
    faults: dict[str, int] = field(default_factory=dict)

    @property
    def seen(self) -> int:
        """Exchanges that have a verdict, `unjudged` among them."""
        return sum(n for level, n in self.levels.items() if level != WAITING)

    @property
    def clean(self) -> int:
        """Those that count for parity."""
        return sum(n for level, n in self.levels.items() if level != WAITING and Level(level).clean)

    @property
    def parity(self) -> float | None:
        """Clean of all, in per cent; None where there is no data."""
        return 100 * self.clean / self.seen if self.seen else None

    @property
    def lower(self) -> float:
        """Lower bound of the parity's 95 % interval (Wilson), in per cent."""
        return 100 * wilson(self.clean, self.seen)[0]


@dataclass(slots=True)
class Report:
    """All of it.

    Attributes:
        rows: By endpoint, provider and stream.
        sessions: Lives of the recorder.
        coverage: Native and clean of all endpoints.
        size: Bytes of the database.
    """

    rows: list[Row]
    sessions: list[Session]
    coverage: Coverage
    size: int

    @property
    def adds_up(self) -> bool:
        """Whether every exchange that was seen is accounted for."""
        return all(s.standing.adds_up for s in self.sessions)

    def total(self) -> Row:
        """All rows in one."""
        out = Row("all", "", stream=False)
        for row in self.rows:
            out.native += row.native
            for mine, others in ((out.levels, row.levels), (out.reasons, row.reasons), (out.faults, row.faults)):
                for name, n in others.items():
                    _add(mine, name, n)
        return out


def read(store: Store) -> Report:
    """Read a recording's report."""
    verdicts = [tally for tally in store.tallies.verdicts("native") if tally.mode == "legacy"]
    rows = _rows(store.tallies.exchanges(), verdicts)
    clean = ((tally.endpoint, Level(tally.level).clean) for tally in verdicts)
    found = coverage(clean, store.builds.handled(build()))
    return Report(rows, store.sessions.all(), found, store.path.stat().st_size)


def _rows(exchanges: Iterable[ExchangeTally], verdicts: Iterable[VerdictTally]) -> list[Row]:
    rows: dict[tuple[str, str, bool], Row] = {}
    for one in exchanges:
        row = rows.setdefault((one.endpoint, one.provider, one.stream), Row(one.endpoint, one.provider, one.stream))
        if one.mode in BY_NATIVE:
            row.native += one.count
        elif one.mode == "legacy":
            _add(row.levels, WAITING, one.count)
        if is_natives(one.mode, one.fault):
            _add(row.faults, one.fault, one.count)
    for tally in verdicts:
        line = rows.get((tally.endpoint, tally.provider, tally.stream))
        if line is None or line.levels.get(WAITING, 0) < tally.count:  # purged between two reads
            continue
        _add(line.levels, WAITING, -tally.count)
        _add(line.levels, tally.level, tally.count)
        if tally.reason:
            _add(line.reasons, tally.reason, tally.count)
    return [rows[key] for key in sorted(rows)]


def _add(counts: dict[str, int], name: str, n: int) -> None:
    """Count; what comes to nothing is not there."""
    counts[name] = counts.get(name, 0) + n
    if not counts[name]:
        del counts[name]


def report_json(report: Report) -> dict[str, Any]:
    """The report as JSON."""
    total = report.total()
    return {
        "parity": total.parity,
        "parity_lower_bound": total.lower,
        "adds_up": report.adds_up,
        "endpoints": {
            "all": report.coverage.all,
            "native": report.coverage.native,
            "clean": report.coverage.clean,
        },
        "database_bytes": report.size,
        "rows": [
            {
                "endpoint": r.endpoint,
                "provider": r.provider,
                "stream": r.stream,
                "parity": r.parity,
                "parity_lower_bound": r.lower,
                "levels": r.levels,
                "unjudged": r.reasons,
                "by_native": r.native,
                "faults": r.faults,
            }
            for r in report.rows
        ],
        "recorder": [
            {
                "began": s.began,
                "ended": s.ended,
                "seen": s.standing.seen,
                "recorded": s.standing.recorded,
                "dropped": s.standing.dropped,
                "open": s.standing.open,
                "adds_up": s.standing.adds_up,
                "calls": s.standing.calls,
                "stray_calls": s.standing.strays,
            }
            for s in report.sessions
        ],
    }
