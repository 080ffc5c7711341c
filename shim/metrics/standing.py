"""How things stand: parity, flags, recorder, judge, database. Gauges and the recorder's own counts, read when asked.

Law: what is told here is what the page shows, from the same readers.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from shim import report as reports
from shim.build import build
from shim.flags.ledger import Ledger
from shim.gates.guard import WHO as GUARD
from shim.page.flips import share_of
from shim.page.health import database_bytes, judge_json
from shim.page.overview import parity
from shim.report import Report, Row
from shim.store.store import Store

_ROLLBACKS = "SELECT endpoint, COUNT(*) FROM flag_history WHERE who = ? GROUP BY endpoint"


def standing(store: Store, now: float) -> Iterator[Metric]:
    """Everything that is told as it stands."""
    found = reports.read(store)
    yield from _parity(found)
    yield from _flags(store)
    yield from _recorder(found)
    yield from _judge(store, now)
    yield GaugeMetricFamily("shim_database_bytes", "The recording on disk, its log too", database_bytes(store))


def _parity(found: Report) -> Iterator[Metric]:
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in found.rows:
        rows[row.endpoint].append(row)
    levels = GaugeMetricFamily("shim_verdicts", "Exchanges by their newest verdict", labels=["endpoint", "level"])
    share = GaugeMetricFamily("shim_parity_ratio", "Clean of judged", labels=["endpoint"])
    low = GaugeMetricFamily("shim_parity_lower_ratio", "Lower bound of parity, Wilson, 95 %", labels=["endpoint"])
    waiting = GaugeMetricFamily("shim_verdicts_waiting", "Exchanges without a verdict", labels=["endpoint"])
    for endpoint, own in rows.items():
        told = parity(own)
        for level, count in told["levels"].items():
            levels.add_metric([endpoint, level], count)
        waiting.add_metric([endpoint], told["waiting"])
        if told["judged"]:
            share.add_metric([endpoint], told["share"])
            low.add_metric([endpoint], told["low"])
    yield from (levels, share, low, waiting)


def _flags(store: Store) -> Iterator[Metric]:
    ledger = Ledger(store.sql)
    info = GaugeMetricFamily(
        "shim_flag_info", "Who answers; always 1", labels=["endpoint", "provider", "stream", "model", "mode"]
    )
    share = GaugeMetricFamily(
        "shim_flag_native_ratio",
        "Share of the conversations that native is to answer",
        labels=["endpoint", "provider", "stream", "model"],
    )
    for flag in ledger.table().flags:
        scope = [flag.scope.endpoint, flag.scope.provider, flag.scope.stream, flag.scope.model]
        info.add_metric([*scope, str(flag.value.mode)], 1)
        share.add_metric(scope, share_of(flag.value))
    yield from (info, share)
    held = GaugeMetricFamily(
        "shim_flag_held", "Flags that were rolled back and are held; always 1", labels=["endpoint"]
    )
    for one in ledger.holds.in_force(build()):
        held.add_metric([one.endpoint], 1)
    backs = CounterMetricFamily("shim_rollbacks", "Flags that were put down for a breach", labels=["endpoint"])
    for endpoint, count in store.sql.execute(_ROLLBACKS, (GUARD,)):
        backs.add_metric([endpoint], count)
    yield from (held, backs)


def _recorder(found: Report) -> Iterator[Metric]:
    dropped: Counter[str] = Counter()
    for session in found.sessions:
        dropped.update(session.standing.dropped)
    tellings = [s.standing for s in found.sessions]
    yield CounterMetricFamily("shim_recorder_seen", "Exchanges that the front saw", sum(t.seen for t in tellings))
    yield CounterMetricFamily("shim_recorder_recorded", "Exchanges written", sum(t.recorded for t in tellings))
    lost = CounterMetricFamily("shim_recorder_dropped", "Exchanges given up, by reason", labels=["reason"])
    for reason, count in dropped.items():
        lost.add_metric([reason], count)
    yield lost
    yield GaugeMetricFamily("shim_recorder_open", "Exchanges under way", tellings[-1].open if tellings else 0)
    yield CounterMetricFamily(
        "shim_recorder_calls", "Calls to providers that the tap saw", sum(t.calls for t in tellings)
    )
    yield GaugeMetricFamily("shim_recorder_adds_up", "Whether every exchange seen is accounted for", found.adds_up)


def _judge(store: Store, now: float) -> Iterator[Metric]:
    told = judge_json(store, now)
    yield GaugeMetricFamily(
        "shim_judge_lag_seconds", "Age of the oldest exchange that waits for the judge", told["lag"]
    )
    yield GaugeMetricFamily(
        "shim_judge_waiting", "Exchanges newer than its newest verdict, 10,001 at most", told["waiting"]
    )
    yield GaugeMetricFamily(
        "shim_judge_verdict_seconds", "What one of its last 1,000 verdicts took", told["average"] or 0
    )
