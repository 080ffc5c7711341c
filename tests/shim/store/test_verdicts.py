import pytest

from shim.exchange import Exchange, Request
from shim.store import DifferenceRow, Record, Store, VerdictRow


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "r.db") as opened:
        yield opened


def test_the_latest_verdict_is_the_one_that_counts(store):
    number = store.exchanges.add(Record(Exchange(Request("GET", "/"), None)))
    difference = DifferenceRow("body.x", "client", "changed", "1", None, "a note")
    old = VerdictRow(number, "identical", 1.0)
    new = VerdictRow(number, "different", 2.0, build="b", took=0.5, sent="same", differences=(difference,))
    for row in (old, new):
        store.verdicts.add(row)
    assert store.verdicts.latest(number) == new
    assert store.verdicts.latest(number, "legacy") is None


def test_what_waits_for_a_judge_is_named_oldest_first(store):
    numbers = [store.exchanges.add(Record(Exchange(Request("GET", "/"), None))) for _ in range(3)]
    store.verdicts.add(VerdictRow(numbers[1], "identical", 1.0))
    assert store.verdicts.unjudged() == [numbers[0], numbers[2]]
    assert store.verdicts.unjudged(limit=1) == [numbers[0]]
    assert store.verdicts.unjudged("legacy") == numbers
