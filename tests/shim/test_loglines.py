"""Structured logs: each side of an exchange under its id, sizes instead of bodies, and no address's query."""

import json
from dataclasses import replace

import pytest

from shim import loglines
from shim.exchange import Interaction, Request, Response
from shim.loglines import Follower
from shim.store.store import Store
from tests.shim.page.build import CHAT, NOW, add, golden


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "recordings.db") as found:
        yield found


def record(store, count=1, **more):
    call = Interaction(
        Request("POST", "https://api.example.test/v1/x?key=hidden", (("X-Api-Key", "hidden"),), b"hidden"),
        Response(429, (), (b"hid", b"den")),
    )
    one = replace(golden(few=1)[0].runs[0].exchanges[0], upstream=(call, call))
    more = {"began": NOW, **more}
    with store.transaction():
        for _ in range(count):
            add(store, one, took=0.25, upstream_times=((NOW, 0.1), (NOW, 0.2)), **more)


def written(store, act, since=NOW):
    out = []
    follower = Follower(store.sql, out.append, since, store.path.with_name("log.position"))
    act()
    while follower.step():
        pass
    return [json.loads(line) for line in out]


def test_front_and_tap_share_the_exchanges_id(store):
    record(store, began=NOW - 1)
    client, first, second = written(store, lambda: record(store))
    assert {line["exchange"] for line in (client, first, second)} == {2}
    assert (client["side"], client["endpoint"], client["mode"], client["status"]) == ("client", CHAT, "legacy", 200)
    assert (client["ms"], client["time"]) == (250.0, "2023-11-14T22:13:20.250Z")
    assert client["bytes_out"] > 100
    assert (first["side"], first["call"], second["call"]) == ("upstream", 0, 1)
    assert (first["host"], first["path"], first["status"], first["ms"]) == ("api.example.test", "/v1/x", 429, 100.0)
    assert (first["bytes_in"], first["bytes_out"]) == (6, 6)


def test_no_body_no_header_and_no_query_is_written(store):
    said = json.dumps(written(store, lambda: record(store)))
    assert "hidden" not in said
    assert "sk-client" not in said


def test_why_native_did_not_answer_is_told_where_there_is_a_why(store):
    plain, *_ = written(store, lambda: record(store))
    assert "fallback" not in plain
    told, *_ = written(store, lambda: record(store, fallback="native failed", fault="failed"))
    assert (told["fallback"], told["fault"]) == ("native failed", "failed")


def test_each_exchange_is_told_once_however_many_there_are(store, monkeypatch):
    monkeypatch.setattr(loglines, "BATCH", 5)
    found = written(store, lambda: record(store, 12))
    assert [line["exchange"] for line in found if line["side"] == "client"] == list(range(1, 13))


def test_who_is_started_again_says_nothing_twice_and_leaves_nothing_out(store):
    record(store, began=NOW - 3600)
    record(store)
    assert {line["exchange"] for line in written(store, lambda: None)} == {2}
    record(store)
    assert {line["exchange"] for line in written(store, lambda: None)} == {3}
    store.path.with_name("log.position").write_text("not a number")
    assert {line["exchange"] for line in written(store, lambda: None)} == {2, 3}
