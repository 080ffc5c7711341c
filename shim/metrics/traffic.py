"""Requests, errors and durations by endpoint and mode: counted from the exchanges that were added since the last look.

Laws: a counter only ever rises while this process lives, whatever is purged meanwhile; a look costs what is new, and
what was recorded before the process began is not counted.
"""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram

from shim.store.store import Store

BATCH = 20_000
DURATIONS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
LABELS = ("endpoint", "mode")
_NEW = """
SELECT e.id, e.endpoint, e.mode, e.fault, e.took, e.first, i.status
FROM exchanges e LEFT JOIN interactions i ON i.exchange = e.id AND i.side = 'client'
WHERE e.id > ? AND e.run IS NULL ORDER BY e.id LIMIT ?
"""

type Row = tuple[int, str, str, str, float, float | None, int | None]


class Traffic:
    """Counts what is recorded from now on.

    Args:
        registry: Where the metrics are told.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._last: int | None = None
        self._requests = Counter(
            "shim_requests", "Exchanges recorded, by who answered and how", [*LABELS, "code"], registry=registry
        )
        self._faults = Counter(
            "shim_faults",
            "Answers that went wrong by the doing of who gave them",
            [*LABELS, "fault"],
            registry=registry,
        )
        self._took = Histogram(
            "shim_request_duration_seconds", "Until the answer was over", LABELS, buckets=DURATIONS, registry=registry
        )
        self._first = Histogram(
            "shim_first_byte_seconds", "Until the answer's first byte", LABELS, buckets=DURATIONS, registry=registry
        )

    def look(self, store: Store) -> None:
        """Count what is new."""
        if self._last is None:
            self._last = int(store.sql.execute("SELECT COALESCE(MAX(id), 0) FROM exchanges").fetchone()[0])
        for row in self._new(store, self._last):
            self._count(row)

    def _new(self, store: Store, last: int) -> Iterator[Row]:
        while True:
            rows: list[Row] = store.sql.execute(_NEW, (last, BATCH)).fetchall()
            for row in rows:
                last = self._last = row[0]
                yield row
            if len(rows) < BATCH:
                return

    def _count(self, row: Row) -> None:
        _, endpoint, mode, fault, took, first, status = row
        self._requests.labels(endpoint, mode, f"{status // 100}xx" if status else "none").inc()
        self._took.labels(endpoint, mode).observe(took)
        if first is not None:
            self._first.labels(endpoint, mode).observe(first)
        if fault:
            self._faults.labels(endpoint, mode, fault).inc()
