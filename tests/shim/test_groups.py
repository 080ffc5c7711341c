"""Groups: what keeps a recording's endpoints from being clean, each with its smallest example."""

from time import process_time

import pytest

from shim.exchange import Exchange, Request, Response
from shim.groups import ITSELF, groups, of_results
from shim.judge.verdict import Difference, Kind, Level, Side, Verdict
from shim.labels import Labels
from shim.replay import Result
from shim.store.records import Record
from shim.store.store import Store
from shim.store.verdicts import DifferenceRow, VerdictRow

HEADER = 'exchanges[0].response.headers["x-a"]'


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "recordings.db") as store, store.transaction():
        yield store


def exchanged(store, body=b"x", *, endpoint="POST /v1/messages", provider="claude", mode="legacy"):
    exchange = Exchange(Request("POST", "/v1/messages", (), body), Response(200, (), (b"ok",)), mode=mode)
    return store.exchanges.add(Record(exchange, endpoint=endpoint, provider=provider))


def judged(store, exchange, *differences, subject="native", level=""):
    rows = tuple(DifferenceRow(path, "client", "changed", *values) for path, *values in differences)
    found = level or ("different" if rows else "identical")
    store.verdicts.add(VerdictRow(exchange, found, 1.0, subject=subject, differences=rows))


def test_a_group_has_what_a_rule_takes_both_values_and_the_command_that_shows_it_alone(store):
    judged(store, exchanged(store), ("exchanges[0].response.sse[3].data.n", "1", "2"))
    (group,) = groups(store)
    assert (group.endpoint, group.provider) == ("POST /v1/messages", "claude")
    assert (group.pattern, group.side, group.kind) == ("exchanges[*].response.sse[*].data.n", "client", "changed")
    assert (group.legacy, group.native, group.command) == ("1", "2", "shim diff 1")
    assert (group.count, group.holds_back) == (1, 1)


def test_the_example_is_the_smallest_exchange_that_has_it(store):
    for body in (b"long " * 50, b"short", b"longer " * 50):
        judged(store, exchanged(store, body), (HEADER, None, '"1"'))
    (group,) = groups(store)
    assert (group.example, group.count) == (2, 3)


def test_a_verdict_made_anew_counts_in_the_place_of_the_older(store):
    number = exchanged(store)
    judged(store, number, (HEADER, None, '"1"'))
    judged(store, number)
    assert groups(store) == []


def test_what_was_judged_the_other_way_round_is_the_same_cause(store):
    judged(store, exchanged(store), (HEADER, None, '"1"'))
    judged(store, exchanged(store, mode="native"), (HEADER, None, '"1"'), subject="reverse")
    (group,) = groups(store)
    assert group.count == 2


def test_what_the_legacy_does_otherwise_than_itself_is_not_nativess(store):
    judged(store, exchanged(store), (HEADER, None, '"1"'), subject="legacy")
    assert groups(store) == []
    (group,) = groups(store, subjects=ITSELF)
    assert group.command == "shim diff 1 --itself"


def test_two_statuses_are_two_groups_over_the_whole_answer(store):
    for native in ("404", "500"):
        judged(store, exchanged(store), ("exchanges[0].response.status", "200", native), (HEADER, '"1"', None))
    assert sorted((g.pattern, g.detail, g.native) for g in groups(store)) == [
        ("exchanges[*].response", "200 → 404", "404"),
        ("exchanges[*].response", "200 → 500", "500"),
    ]


def test_a_replay_is_grouped_as_a_recording_is():
    one = Difference("exchanges[1].response.json.n", Side.CLIENT, Kind.CHANGED, 1, 2)
    verdict = Verdict(Level.DIFFERENT, (one,))
    labels = Labels("POST /v1/messages", "claude", "m", stream=False)
    results = [Result(name, labels, verdict, 0.1, size) for name, size in (("core/a b", 9), ("core/c", 10))]
    (group,) = of_results(results)
    assert (group.example, group.command, group.count) == (0, "shim diff 'core/a b'", 2)
    assert (group.legacy, group.native) == ("1", "2")


def test_places_that_are_alike_need_no_values_to_be_shown(store):
    places = [(f"exchanges[0].response.json.list[{n}]", *values) for n, values in enumerate(((None, "1"), ("1", None)))]
    judged(store, exchanged(store), *places)
    (group,) = groups(store)
    assert (group.legacy, group.native) == (None, "1")


@pytest.mark.slow
def test_a_million_exchanges_with_few_differences_are_grouped_in_under_a_second(tmp_path):
    with Store(tmp_path / "recordings.db") as store:
        with store.transaction():
            numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)"
            store.sql.execute("DROP TRIGGER exchange_counted")
            store.sql.execute("DROP TRIGGER verdict_counted")
            store.sql.execute(
                f"{numbers} INSERT INTO exchanges (began, took, endpoint, provider, model, stream, mode, fallback,"
                " unjudgeable) SELECT i, 1, 'POST /v1/messages', 'claude', 'm', 0, 'legacy', '', '' FROM n"
            )
            store.sql.execute(
                f"{numbers} INSERT INTO verdicts (exchange, subject, build, judged, took, level, sent, reason, detail,"
                " rules, noise) SELECT i, 'native', '1', i, 0.1, iif(i % 100, 'identical', 'different'), 'same', '',"
                " '', '[]', '[]' FROM n"
            )
            store.sql.execute(
                "INSERT INTO differences (verdict, path, side, kind, legacy, native, note)"
                f" SELECT id, '{HEADER}', 'client', 'added', NULL, '1', '' FROM verdicts WHERE level = 'different'"
            )
        began = process_time()
        (group,) = groups(store)
        assert process_time() - began < 1  # of this process's own: others may be at work
    assert group.count == 10_000
