"""The report: parity by endpoint, provider and stream, and whether the recorder's counts add up.

Reading only. Laws: unjudged exchanges count against parity; *accepted* has a column of its own; counts that do not
add up make the whole report red.
"""

import sqlite3
from dataclasses import dataclass, field
from typing import Any

from shim.coverage import Coverage, coverage
from shim.judge.verdict import Level
from shim.statistics import wilson
from shim.store.sessions import Session
from shim.store.store import Store

_LATEST = """
SELECT e.endpoint, e.provider, e.stream, e.mode, v.level, v.reason, COUNT(*)
FROM exchanges e LEFT JOIN verdicts v ON v.id = (
    SELECT id FROM verdicts WHERE exchange = e.id AND subject = 'native' ORDER BY id DESC LIMIT 1)
WHERE e.run IS NULL GROUP BY 1, 2, 3, 4, 5, 6
"""
WAITING = "waiting"


@dataclass(slots=True)
class Row:
    """One line of the report: what it is about, and how many exchanges at each level."""

    endpoint: str
    provider: str
    stream: bool
    levels: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)

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
            for level, n in row.levels.items():
                out.levels[level] = out.levels.get(level, 0) + n
            for reason, n in row.reasons.items():
                out.reasons[reason] = out.reasons.get(reason, 0) + n
        return out


def read(store: Store) -> Report:
    """Read a recording's report."""
    rows: dict[tuple[str, str, bool], Row] = {}
    judged: list[tuple[str, bool]] = []
    for endpoint, provider, stream, mode, level, reason, count in _rows(store.sql):
        row = rows.setdefault((endpoint, provider, bool(stream)), Row(endpoint, provider, bool(stream)))
        if mode == "native":  # judged the other way round, not against this record
            continue
        name = level or WAITING
        row.levels[name] = row.levels.get(name, 0) + count
        if reason:
            row.reasons[reason] = row.reasons.get(reason, 0) + count
        if level:
            judged.append((endpoint, Level(level).clean))
    ordered = [rows[key] for key in sorted(rows)]
    return Report(ordered, store.sessions.all(), coverage(judged), store.path.stat().st_size)


def _rows(sql: sqlite3.Connection) -> list[tuple[Any, ...]]:
    return sql.execute(_LATEST).fetchall()


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
