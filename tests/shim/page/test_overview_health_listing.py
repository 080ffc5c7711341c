"""What the page's tables say."""

from dataclasses import replace

import pytest

from shim.build import build
from shim.flags.ledger import RENEWALS, Ledger
from shim.flags.table import Mode, Scope, Value
from shim.gates.gates import Gates
from shim.page import listing as listings
from shim.page import overview as overviews
from shim.page.health import health, history
from shim.page.listing import PAGE, listing
from shim.page.overview import overview, quantiles
from shim.proof import keep
from shim.store.sessions import Standing
from shim.store.store import Store
from shim.store.verdicts import VerdictRow
from tests.shim.page.build import CHAT, NOW, add, flag, golden


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "recordings.db") as found:
        yield found


def some(store, count, level="", **more):
    one = golden(few=1)[0].runs[0].exchanges[0]
    mode = more.pop("mode", "legacy")
    with store.transaction():
        for _ in range(count):
            number = add(store, replace(one, mode=mode), **more)
            if level:
                store.verdicts.add(VerdictRow(number, level, NOW - 30, build=build(), took=0.01))


def row(found, name=CHAT):
    return next(one for one in found["endpoints"] if one["id"] == name)


def test_an_endpoint_has_its_flag_traffic_parity_and_times(tmp_path, store):
    flag(tmp_path / "recordings.db", "canary 5%", CHAT)
    flag(tmp_path / "recordings.db", "native", CHAT, model="m*")
    some(store, 9, "identical", took=1.0)
    some(store, 1, "different", took=1.0)
    some(store, 2, mode="canary", took=2.0)
    one = row(overview(store, Gates(), NOW))
    assert one["flag"]["value"] == "canary 5%"
    assert one["flag"]["own"]
    assert one["flag"]["narrower"][0]["model"] == "m*"
    assert one["hour"] == {"legacy": 10, "canary": 2}
    assert (one["parity"]["clean"], one["parity"]["judged"]) == (9, 10)
    assert one["parity"]["low"] < 0.9 < one["parity"]["high"]
    assert one["latency"]["native"]["p50"] == 2 * one["latency"]["legacy"]["p50"]
    assert one["rows"][0]["provider"] == ""


def test_of_very_much_traffic_the_newest_is_counted_and_it_says_so(store, monkeypatch):
    some(store, 5)
    assert overview(store, Gates(), NOW)["hour_is_all"]
    monkeypatch.setattr(overviews, "COUNTED", 3)
    found = overview(store, Gates(), NOW)
    assert not found["hour_is_all"]
    assert row(found)["hour"] == {"legacy": 3}


def test_without_data_there_is_no_figure(tmp_path, store):
    flag(tmp_path / "recordings.db", "shadow", CHAT)
    one = row(overview(store, Gates(), NOW))
    assert one["parity"]["share"] is None
    assert one["latency"] == {"legacy": None, "native": None}
    assert quantiles([]) is None
    assert quantiles([3.0, 1.0, 2.0]) == {"count": 3, "p50": 2.0, "p95": 3.0}


def test_who_renews_log_ins_is_told_and_is_no_endpoint(store):
    assert overview(store, Gates(), NOW)["renewals"] == ""
    Ledger(store.sql).exactly([(Scope(RENEWALS), Value(Mode.NATIVE))], who="test", why="")
    found = overview(store, Gates(), NOW)
    assert (found["renewals"], found["endpoints"]) == ("native", [])


def test_a_flag_for_all_is_told_to_be_nobodys_own(tmp_path, store):
    flag(tmp_path / "recordings.db", "shadow")
    some(store, 1)
    found = overview(store, Gates(), NOW)
    assert found["every"]["own"]
    assert not row(found)["flag"]["own"]


def test_what_nobody_wants_judged_does_not_wait(tmp_path, store):
    some(store, 3, began=NOW - 80)
    assert health(store, NOW)["judge"]["waiting"] == 0
    flag(tmp_path / "recordings.db", "shadow", CHAT)
    assert health(store, NOW)["judge"]["waiting"] == 3


def test_health_tells_of_recorder_and_judge(tmp_path, store):
    flag(tmp_path / "recordings.db", "shadow")
    with store.transaction():
        number = store.sessions.begin(NOW - 100)
        store.sessions.tell(number, Standing(seen=5, recorded=3, dropped={"queue full": 1}))
    some(store, 1, "identical", began=NOW - 90)
    some(store, 3, began=NOW - 80)
    found = health(store, NOW)
    assert not found["adds_up"]
    assert found["recorder"][0]["dropped"] == {"queue full": 1}
    assert found["judge"]["waiting"] == 3
    assert found["judge"]["lag"] == pytest.approx(80)
    assert found["database"] > 0


def test_a_judge_that_has_nothing_to_do_does_not_lag(store):
    some(store, 2, "identical", began=NOW - 9000)
    assert health(store, NOW)["judge"]["lag"] == 0


def test_how_the_judge_was_judged_is_told_where_somebody_asked(tmp_path, store):
    assert health(store, NOW)["proof"] is None
    row = {"lane": "plain", "kind": "added", "planted": 9, "found": 8, "recall": 8 / 9, "precision": 1.0, "missed": []}
    keep([row], tmp_path)
    assert health(store, NOW)["proof"]["rows"][0]["planted"] == 9


def test_verdicts_on_another_build_are_told_apart(store):
    some(store, 2, "identical")
    store.sql.execute("UPDATE verdict_tallies SET build = 'older'")
    told = row(overview(store, Gates(), NOW))["parity"]
    assert (told["judged"], told["earlier"], told["share"]) == (0, 2, None)


def test_history_is_told_latest_first(tmp_path, store):
    flag(tmp_path / "recordings.db", "shadow", CHAT)
    flag(tmp_path / "recordings.db", "native", CHAT)
    assert [one["value"] for one in history(store, 10)["changes"]] == ["native", "shadow"]
    assert len(history(store, 1)["changes"]) == 1


def test_the_list_is_newest_first_and_goes_on_where_it_stopped(store):
    some(store, PAGE + 5)
    first = listing(store, "", "", 0)
    assert [one["id"] for one in first["exchanges"]][:2] == [PAGE + 5, PAGE + 4]
    second = listing(store, "", "", first["next"])
    assert [one["id"] for one in second["exchanges"]] == [5, 4, 3, 2, 1]
    assert second["next"] is None


def test_the_list_is_narrowed_by_verdict_and_endpoint(store):
    some(store, 2, "identical")
    some(store, 1, "different")
    some(store, 1, "unjudged")
    some(store, 1)
    assert len(listing(store, "", "unclean", 0)["exchanges"]) == 2
    assert len(listing(store, "", "different", 0)["exchanges"]) == 1
    assert len(listing(store, CHAT, "", 0)["exchanges"]) == 5
    assert listing(store, "GET /v1/models", "", 0)["exchanges"] == []


def test_the_list_looks_at_so_many_and_says_where_it_stopped(store, monkeypatch):
    monkeypatch.setattr(listings, "LOOKED_AT", 20)
    with store.transaction():
        store.sql.executemany(
            "INSERT INTO exchanges (id, began, took, endpoint, provider, model, stream, mode, fallback, unjudgeable)"
            " VALUES (?, 1, 1, ?, '', '', 0, 'legacy', '', '')",
            [(n, "GET /v1/models" if n == 1 else CHAT) for n in range(1, 30)],
        )
    found = listing(store, "GET /v1/models", "", 0)
    assert found["exchanges"] == []
    assert listing(store, "GET /v1/models", "", found["next"])["exchanges"][0]["id"] == 1


def test_what_differs_is_found_however_much_is_clean(store, monkeypatch):
    some(store, 2, "different")
    some(store, 5, "identical")
    monkeypatch.setattr(listings, "LOOKED_AT", 3)
    assert listing(store, "", "unclean", 0)["exchanges"] == []
    found = listing(store, CHAT, "different", 0)
    assert ([one["id"] for one in found["exchanges"]], found["next"]) == ([2, 1], None)
    assert listing(store, "GET /v1/models", "different", 0)["exchanges"] == []
    with store.transaction():
        store.verdicts.add(VerdictRow(2, "identical", NOW))
    assert [one["id"] for one in listing(store, "", "different", 0)["exchanges"]] == [1]


def test_what_native_answered_is_listed_by_what_the_legacy_said_of_it(store):
    some(store, 1, mode="native")
    with store.transaction():
        store.verdicts.add(VerdictRow(1, "different", NOW, subject="reverse"))
        store.verdicts.add(VerdictRow(1, "identical", NOW, subject="legacy"))
    assert [one["level"] for one in listing(store, "", "different", 0)["exchanges"]] == ["different"]
    assert [one["level"] for one in listing(store, "", "", 0)["exchanges"]] == ["different"]


def test_what_is_rare_is_looked_up_in_an_index(store):
    for level, query in listings._RARE.items():
        asked = {"top": 1, "most": 1, "endpoint": "", "level": level, "page": 1}
        plan = " ".join(row[3] for row in store.sql.execute(f"EXPLAIN QUERY PLAN {query}", asked))
        assert f"verdicts_{level}" in plan
