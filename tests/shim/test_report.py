"""The report: parity with its interval, what was not judged counted, and counters that must add up."""

import pytest

from shim.exchange import Exchange, Request
from shim.judge.verdict import Level
from shim.report import WAITING, Row, read, report_json
from shim.store.records import Record
from shim.store.sessions import Standing
from shim.store.store import Store


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "recordings.db") as found:
        yield found


def test_an_empty_recording_has_no_data(store):
    found = read(store)
    assert found.rows == []
    assert found.total().parity is None
    assert found.adds_up


def test_unjudged_counts_against_parity_and_waiting_does_not():
    row = Row("e", "p", stream=False, levels={str(Level.IDENTICAL): 6, str(Level.UNJUDGED): 2, WAITING: 5})
    assert (row.clean, row.seen, row.parity) == (6, 8, 75.0)
    assert row.lower < 75


def test_counters_that_do_not_add_up_are_told(store):
    with store.transaction():
        number = store.sessions.begin(1.0)
        store.sessions.tell(number, Standing(seen=5, recorded=3, open=0, dropped={"queue full": 1}))
    found = read(store)
    assert not found.adds_up
    assert report_json(found)["adds_up"] is False
    with store.transaction():
        store.sessions.tell(number, Standing(seen=5, recorded=3, open=1, dropped={"queue full": 1}))
    assert read(store).adds_up


def test_what_native_answered_is_told_apart_with_its_faults(store):
    for mode, fault in (("legacy", ""), ("legacy", "crash"), ("canary", ""), ("native", "error"), ("legacy", "error")):
        exchange = Exchange(Request("POST", "/v1/messages"), None, mode=mode)
        store.exchanges.add(Record(exchange, endpoint="POST /v1/messages", fault=fault))
    (row,) = read(store).rows
    assert (row.levels, row.native, row.faults) == ({WAITING: 3}, 2, {"crash": 1, "error": 1})
    assert report_json(read(store))["rows"][0]["faults"] == {"crash": 1, "error": 1}
