"""Accepting: shown before, written without losing a comment, and followed by what was judged before."""

import datetime as dt

import pytest

from shim.accepting import accept, effect, hits, renew
from shim.exchange import Exchange, Request, Response
from shim.judge.accepted import AcceptedError, Rule, Rules
from shim.store.records import Record
from shim.store.store import Store
from shim.store.verdicts import DifferenceRow, VerdictRow

HEADER = 'exchanges[0].response.headers["x-a"]'
STATUS = "exchanges[0].response.status"
OPEN = 'exchanges[*].response.headers["x-a"]'
MESSAGES, CHAT = "POST /v1/messages", "POST /v1/chat/completions"


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "recordings.db") as store:
        yield store


def a_rule(path=OPEN, **more):
    given = {"reason": "known and harmless", "author": "us", "expires": dt.date(2030, 1, 1)}
    return Rule(path=path, **{**given, **more})


def rules(*those, today=dt.date(2026, 1, 1)):
    return Rules(those, today=today)


def different(store, *differences, endpoint=MESSAGES, subject="native"):
    """An exchange with differences (path, the legacy's value, native's); its id."""
    with store.transaction():
        exchange = Exchange(Request("POST", "/v1/messages"), Response(200))
        number = store.exchanges.add(Record(exchange, endpoint=endpoint, provider="claude"))
        rows = tuple(DifferenceRow(path, "client", "changed", *values) for path, *values in differences)
        store.verdicts.add(VerdictRow(number, "different", 1.0, subject=subject, build="b", differences=rows))
    return number


def test_the_effect_tells_what_becomes_clean_from_what_is_covered_in_part(store):
    different(store, (HEADER, '"1"', '"2"'))
    different(store, (HEADER, '"1"', '"2"'), (STATUS, "200", "404"))
    different(store, (STATUS, "200", "404"))
    found = effect(store, a_rule())
    assert (found.covers, found.clean, found.endpoints) == (2, 1, (MESSAGES,))
    assert found.examples == ("live/POST /v1/messages/1", "live/POST /v1/messages/2")


def test_two_rules_together_make_clean_what_neither_does_alone(store):
    different(store, (HEADER, '"1"', '"2"'), (STATUS, "200", "404"))
    status = a_rule("exchanges[*].response.status")
    assert [effect(store, rule).clean for rule in (a_rule(), status)] == [0, 0]
    assert effect(store, a_rule(), status).clean == 1


def test_what_was_not_meant_is_seen_by_place_and_endpoint(store):
    different(store, (HEADER, '"1"', '"2"'))
    different(store, (STATUS, "200", "404"), endpoint=CHAT)
    places = effect(store, a_rule("exchanges[*].response")).places
    assert {(place.endpoint, place.pattern) for place, _ in places} == {
        (MESSAGES, OPEN),
        (CHAT, "exchanges[*].response.status"),
    }


def test_a_rule_is_limited_to_its_endpoint_and_its_values(store):
    different(store, (HEADER, '"one"', '"two"'))
    assert effect(store, a_rule(cases=CHAT)).covers == 0
    assert effect(store, a_rule(cases=MESSAGES, native="two")).covers == 1
    assert effect(store, a_rule(native="three")).covers == 0


def test_what_was_judged_before_follows_a_rule_that_comes_and_one_that_goes(store):
    number = different(store, (HEADER, '"1"', '"2"'))
    assert renew(store, rules(a_rule())) == 1
    assert store.verdicts.latest(number).level == "accepted"
    assert hits(store.sql) == {a_rule().name: 1}
    assert renew(store, rules(a_rule())) == 0
    assert renew(store, rules(a_rule(), today=dt.date(2031, 1, 1))) == 1
    assert store.verdicts.latest(number).level == "different"


def test_a_verdict_made_by_the_binary_follows_too_and_keeps_its_build(store):
    number = different(store, (HEADER, '"1"', '"2"'), subject="reverse")
    renew(store, rules(a_rule()))
    found = store.verdicts.latest(number, "reverse")
    assert (found.level, found.build) == ("accepted", "b")


COMMENTED = """\
# Accepted differences.
# - path: an example
"""
RULED = """\
# Why we live with these.
- path: exchanges[*].response.status   # as a report prints it
  reason: known and harmless
  author: us
  expires: 2030-01-01
"""


@pytest.mark.parametrize("text", [COMMENTED + "[]\n", COMMENTED, RULED, "", None])
def test_a_rule_is_written_behind_the_others_and_comments_stay(tmp_path, text):
    file = tmp_path / "accepted.yaml"
    if text is not None:
        file.write_text(text)
    accept(file, a_rule(cases="core/*", native="two"))
    written = Rules.read(file).rules
    assert written[-1] == a_rule(cases="core/*", native="two")
    assert len(written) == (2 if text == RULED else 1)
    comments = [line.partition("#")[2] for line in (text or "").splitlines() if "#" in line]
    assert all(comment in file.read_text() for comment in comments)


def test_a_rule_that_is_there_already_is_not_written_twice(tmp_path):
    file = tmp_path / "accepted.yaml"
    accept(file, a_rule())
    before = file.read_text()
    with pytest.raises(AcceptedError, match="already"):
        accept(file, a_rule(reason="another reason"))
    assert file.read_text() == before


def test_a_file_that_cannot_be_used_is_left_alone(tmp_path):
    file = tmp_path / "accepted.yaml"
    file.write_text("- path: a\n")
    with pytest.raises(AcceptedError, match="rule 1 cannot be used"):
        accept(file, a_rule())
    assert file.read_text() == "- path: a\n"
