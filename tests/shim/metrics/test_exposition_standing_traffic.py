"""What Prometheus is told, and that the dashboard asks for nothing else."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from shim.build import build
from shim.flags.holds import Hold
from shim.flags.ledger import Ledger
from shim.flags.table import Scope, Value
from shim.gates.guard import WHO
from shim.metrics import Metrics
from shim.metrics.natives import natives_metrics
from shim.store.sessions import Standing
from shim.store.store import Store
from shim.store.verdicts import VerdictRow
from tests.shim.metrics.build import native
from tests.shim.page.build import CHAT, METRICS, NOW, add, flag, golden, served

NAME = r"\b(?:shim|native)_[a-z_]+"
DASHBOARD = Path(__file__).parents[3] / "docs" / "grafana" / "control-room.json"


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "recordings.db") as found:
        yield found


def told(metrics, store):
    """Samples by name and labels."""
    return read(metrics.text(store))


def read(text):
    families = text_string_to_metric_families(text.decode())
    return {(s.name, *sorted(s.labels.items())): s.value for family in families for s in family.samples}


def value(samples, name, **labels):
    return samples.get((name, *sorted(labels.items())))


def some(store, count, *, mode="legacy", status=200, **more):
    one = golden(few=1)[0].runs[0].exchanges[0]
    with store.transaction():
        for _ in range(count):
            add(store, replace(one, mode=mode, response=replace(one.response, status=status)), **more)


def test_requests_are_counted_by_endpoint_mode_and_status_from_now_on(store):
    some(store, 5)
    metrics = Metrics(lambda: NOW)
    metrics.begin(store)
    assert value(told(metrics, store), "shim_requests_total", endpoint=CHAT, mode="legacy", code="2xx") is None
    some(store, 3, took=0.2)
    some(store, 2, mode="native", status=502, took=7.0)
    for _ in range(2):  # asking twice counts once
        samples = told(metrics, store)
        assert value(samples, "shim_requests_total", endpoint=CHAT, mode="legacy", code="2xx") == 3
        assert value(samples, "shim_requests_total", endpoint=CHAT, mode="native", code="5xx") == 2
        assert value(samples, "shim_request_duration_seconds_bucket", endpoint=CHAT, mode="native", le="5.0") == 0
        assert value(samples, "shim_request_duration_seconds_bucket", endpoint=CHAT, mode="native", le="10.0") == 2
        assert value(samples, "shim_request_duration_seconds_sum", endpoint=CHAT, mode="legacy") == pytest.approx(0.6)


def test_a_purge_takes_nothing_off_a_counter(store):
    metrics = Metrics(lambda: NOW)
    metrics.begin(store)
    some(store, 3)
    told(metrics, store)
    with store.transaction():
        store.sql.execute("DELETE FROM interactions")
        store.sql.execute("DELETE FROM exchanges")
    some(store, 1)
    assert value(told(metrics, store), "shim_requests_total", endpoint=CHAT, mode="legacy", code="2xx") == 4


def test_parity_flags_recorder_and_judge_are_told_as_they_stand(tmp_path, store):
    flag(tmp_path / "recordings.db", "canary 20%", CHAT)
    some(store, 4, began=NOW - 50)
    with store.transaction():
        for number, level in ((1, "identical"), (2, "identical"), (3, "different")):
            store.verdicts.add(VerdictRow(number, level, NOW, build=build(), took=0.01))
        session = store.sessions.begin(NOW)
        store.sessions.tell(session, Standing(seen=9, recorded=4, open=1, dropped={"queue full": 3}))
    samples = told(Metrics(lambda: NOW), store)
    assert value(samples, "shim_verdicts", endpoint=CHAT, level="identical") == 2
    assert value(samples, "shim_parity_ratio", endpoint=CHAT) == pytest.approx(2 / 3)
    assert value(samples, "shim_parity_lower_ratio", endpoint=CHAT) < 0.5
    assert value(samples, "shim_verdicts_waiting", endpoint=CHAT) == 1
    assert value(samples, "shim_judge_lag_seconds") == pytest.approx(50)
    scope = {"endpoint": CHAT, "provider": "", "stream": "", "model": ""}
    assert value(samples, "shim_flag_info", mode="canary", **scope) == 1
    assert value(samples, "shim_flag_native_ratio", **scope) == pytest.approx(0.2)
    assert value(samples, "shim_recorder_dropped_total", reason="queue full") == 3
    assert value(samples, "shim_recorder_adds_up") == 0
    assert value(samples, "shim_database_bytes") > 0


def rolled_back(path):
    flag(path, "native", CHAT)
    with Ledger.open(path) as ledger:
        hold = Hold(Scope(CHAT), Value.parse("legacy"), "it crashed", NOW, build())
        assert ledger.put_down(ledger.table().flags[0], hold, who=WHO)


def test_a_roll_back_is_counted_and_its_hold_told(tmp_path, store):
    rolled_back(tmp_path / "recordings.db")
    samples = told(Metrics(lambda: NOW), store)
    assert value(samples, "shim_rollbacks_total", endpoint=CHAT) == 1
    assert value(samples, "shim_flag_held", endpoint=CHAT) == 1


async def test_the_dashboard_asks_for_nothing_that_is_not_told(tmp_path, store):
    """Every name and label of its queries is one that is really exported."""
    metrics = Metrics(lambda: NOW)
    metrics.begin(store)
    some(store, 1)
    some(store, 1, mode="native", status=502)
    store.sql.execute("UPDATE exchanges SET fault = 'error', first = 0.1")
    rolled_back(tmp_path / "recordings.db")
    with store.transaction():
        store.verdicts.add(VerdictRow(1, "identical", NOW))
        store.sessions.tell(store.sessions.begin(NOW), Standing(dropped={"queue full": 1}))
    labels: dict[str, set[str]] = {}
    async with native(tmp_path) as port:
        natives = read(await natives_metrics(port))
    for name, *found in (*told(metrics, store), *natives):
        labels.setdefault(name, set()).update(label for label, _ in found)
    queries = [query for query in asked(json.loads(DASHBOARD.read_text())) if re.search(NAME, query)]
    assert len(queries) > 15
    for query in queries:
        names = re.findall(NAME, query)
        assert set(names) <= set(labels), query
        chosen = {label for inside in re.findall(r"{([^}]*)}", query) for label in re.findall(r"(\w+)\s*=", inside)}
        chosen |= {word for group in re.findall(r"by \(([^)]*)\)", query) for word in group.replace(",", " ").split()}
        assert chosen <= set.union(*(labels[name] for name in names)), query


def asked(tree):
    """Every query in a dashboard."""
    if isinstance(tree, dict):
        for name, inner in tree.items():
            if name in ("expr", "query") and isinstance(inner, str):
                yield inner
            else:
                yield from asked(inner)
    elif isinstance(tree, list):
        for inner in tree:
            yield from asked(inner)


async def test_metrics_are_read_with_their_own_key_or_the_pages_and_with_no_other(tmp_path):
    async with served(tmp_path / "recordings.db") as visit:
        for key, status in (("", 401), ("Bearer wrong", 401), (f"Basic {METRICS}", 401), (f"Bearer {METRICS}", 200)):
            async with visit.ask("GET", "/metrics", headers={"Authorization": key, "Origin": None}) as answer:
                assert answer.status == status
        async with visit.ask("GET", "/metrics", headers={"Authorization": f"Bearer {METRICS}"}) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            assert "shim_database_bytes" in await answer.text()
        headers = {"Authorization": f"Bearer {METRICS}"}
        async with visit.ask("GET", "/api/overview", headers=headers, token="") as answer:
            assert answer.status == 401
