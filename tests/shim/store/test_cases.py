from dataclasses import replace
from pathlib import Path

import pytest

from shim import corpusfile
from shim.exchange import Case, Exchange, Interaction, Request, Response, Run
from shim.store import Record, Snapshot, Store, VerdictRow
from shim.store.cases import live_case

GOLDEN = Path(__file__).parents[3] / "recordings" / "golden"


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "r.db") as opened:
        yield opened


def without_ids(case):
    return replace(
        case,
        runs=tuple(
            replace(run, exchanges=tuple(replace(exchange, id="") for exchange in run.exchanges)) for run in case.runs
        ),
    )


@pytest.mark.parametrize("name", ["session-turns", "management-management", "websocket-claude", "refresh-expired"])
def test_golden_cases_come_back_as_they_were(store, name):
    cases = list(corpusfile.read(GOLDEN / f"{name}.jsonl.gz"))
    with store.transaction():
        for case in cases:
            store.cases.put(case)
    found = {case.full_name: without_ids(case) for case in store.cases.stored()}
    assert found == {case.full_name: case for case in cases}


def a_case(text):
    call = Interaction(Request("GET", "https://x.example.test/"), Response(200))
    exchange = Exchange(Request("POST", "/v1/messages", (), text.encode()), Response(200), (call,))
    return Case("core", "a/b", {"port": 0}, {}, (Run((exchange,), (call,)),))


def test_a_case_takes_the_place_of_one_of_the_same_name(store):
    store.cases.put(a_case("old"))
    (record,) = store.exchanges.all()
    store.verdicts.add(VerdictRow(int(record.exchange.id), "identical", 1.0))
    store.cases.put(a_case("new"))
    (case,) = store.cases.stored()
    assert case.runs[0].exchanges[0].request.body == b"new"
    for table, left in (("exchanges", 1), ("interactions", 3), ("runs", 1), ("cases", 1), ("verdicts", 0)):
        assert store.sql.execute(f"SELECT count(*) FROM {table}").fetchone() == (left,), table


def test_a_live_exchange_is_a_case_of_its_own(store):
    exchange = Exchange(Request("POST", "/v1/messages"), Response(200))
    number = store.exchanges.add(
        Record(exchange, endpoint="POST /v1/messages", snapshot=Snapshot({"port": 1}, {"a": {}}))
    )
    store.cases.put(a_case("imported"))
    (case,) = store.cases.live()
    assert case.full_name == f"live/POST /v1/messages/{number}"
    assert (case.config, case.auth_files) == ({"port": 1}, {"a": {}})
    assert case.runs[0].exchanges[0] == replace(exchange, id=str(number))
    assert list(store.cases.live(after=number)) == []


def test_a_live_exchange_without_a_state_has_none():
    assert live_case(Record(Exchange(Request("GET", "/"), None))).config == {}


def test_a_live_answer_says_of_its_build_what_native_says():
    build = (("X-Cpa-Version", "v9"), ("X-Odd", "1"), ("X-CPA-COMMIT", "abc"))
    case = live_case(Record(Exchange(Request("GET", "/v0/management/debug"), Response(200, build))))
    answer = case.runs[0].exchanges[0].response
    assert answer.headers == (("X-Cpa-Version", "dev"), ("X-Odd", "1"), ("X-CPA-COMMIT", "none"))
