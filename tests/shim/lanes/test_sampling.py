"""Which exchanges are played: the newest nobody judged, each endpoint in its turn, in a bounded share of the time."""

import pytest

from shim.exchange import Exchange, Request, Response
from shim.lanes import sampling
from shim.lanes.sampling import ITSELF, REVERSE, Sampler, pause
from shim.store.records import Record
from shim.store.snapshots import Snapshot
from shim.store.store import Store
from shim.store.verdicts import VerdictRow

SNAPSHOT = Snapshot({}, {})


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "recordings.db") as store, store.transaction():
        yield store


def recorded(store, mode="legacy", endpoint="POST /v1/messages", snapshot=SNAPSHOT, **more):
    exchange = Exchange(Request("POST", "/v1/messages"), Response(200), mode=mode, **more)
    return store.exchanges.add(Record(exchange, endpoint=endpoint, provider="claude", snapshot=snapshot))


def chosen(store, *subjects):
    found = Sampler(subjects or (REVERSE, ITSELF)).choose(store)
    return found and (found.exchange, found.subject)


def test_the_newest_that_nobody_judged_comes_first(store):
    first, second = recorded(store), recorded(store)
    assert chosen(store) == (second, ITSELF)
    store.verdicts.add(VerdictRow(second, "identical", 1.0, subject=ITSELF))
    assert chosen(store) == (first, ITSELF)


def test_a_verdict_on_native_leaves_the_legacy_to_be_judged_by_itself(store):
    number = recorded(store)
    store.verdicts.add(VerdictRow(number, "identical", 1.0, subject="native"))
    assert chosen(store) == (number, ITSELF)


@pytest.mark.parametrize("mode", ["native", "canary"])
def test_what_native_answered_is_judged_the_other_way_round(store, mode):
    number = recorded(store, mode)
    assert chosen(store) == (number, REVERSE)


def test_the_endpoint_that_was_judged_least_has_its_turn(store):
    quiet = recorded(store, endpoint="POST /v1/responses")
    busy = [recorded(store) for _ in range(3)]
    store.verdicts.add(VerdictRow(busy[0], "identical", 1.0, subject=ITSELF))
    assert chosen(store) == (quiet, ITSELF)


def test_what_native_serves_comes_before_what_the_legacy_does(store):
    judged = [recorded(store, mode) for mode in ("native", "legacy")]
    for number, subject in zip(judged, (REVERSE, ITSELF), strict=True):
        store.verdicts.add(VerdictRow(number, "identical", 1.0, subject=subject))
    native, _ = recorded(store, "native"), recorded(store)
    assert chosen(store) == (native, REVERSE)


@pytest.mark.parametrize("odd", [{"mode": "front"}, {"unjudgeable": "ambiguous"}, {"snapshot": None}, {"endpoint": ""}])
def test_what_cannot_be_played_is_passed_over(store, odd):
    recorded(store, **odd)
    assert chosen(store) is None


def test_a_lane_may_be_open_alone(store):
    native, legacy = recorded(store, "native"), recorded(store)
    assert chosen(store, ITSELF) == (legacy, ITSELF)
    assert chosen(store, REVERSE) == (native, REVERSE)


def test_a_look_goes_back_a_bounded_way(store, monkeypatch):
    monkeypatch.setattr(sampling, "WINDOW", 2)
    recorded(store)
    for _ in range(2):
        recorded(store, "front")
    assert chosen(store) is None


def test_playing_takes_a_tenth_of_the_time_at_most():
    assert pause(0.01) == sampling.PACE
    assert pause(2.0) == 18.0
    assert pause(2.0, share=0.5) == 2.0
