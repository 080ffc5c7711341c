"""What is a difference, what means the same, and how both are said."""

import datetime as dt
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from build import a_call, a_case, a_run, a_stream, an_answer, an_exchange

from shim.judge.accepted import Rule, Rules
from shim.judge.compare import compare
from shim.judge.verdict import Kind, Level, Side


def judged(legacy, native, rules=None):
    return compare(a_case(a_run(legacy), a_run(legacy)), a_run(native), rules)


def text(piece, index=0):
    return {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": piece}}


def test_the_same_bytes_are_identical():
    one = an_exchange(an_answer({"a": 1}), a_call())
    assert judged(one, one).level is Level.IDENTICAL


def test_another_key_order_is_the_same():
    assert judged(an_exchange(an_answer(text='{"a":1,"b":2}')), an_exchange(an_answer(text='{ "b":2, "a":1 }'))).clean


def test_a_text_cut_into_other_pieces_is_equivalent():
    legacy, native = an_exchange(a_stream(text("Hel"), text("lo"))), an_exchange(a_stream(text("Hello")))
    assert judged(legacy, native).level is Level.EQUIVALENT


@pytest.mark.parametrize(
    "events",
    [
        [text("Hel")],
        [text("Hel"), text("lo"), text("lo")],
        [text("lo"), text("Hel")],
        [text("Hel"), text("lo"), "[DONE]"],
        [text("Hel"), {"type": "ping"}, text("lo")],
    ],
    ids=["lost", "doubled", "swapped", "added at the end", "added between"],
)
def test_an_event_lost_doubled_moved_or_added_is_different(events):
    assert (
        judged(an_exchange(a_stream(text("Hel"), text("lo"))), an_exchange(a_stream(*events))).level is Level.DIFFERENT
    )


def test_a_cut_stream_is_different_though_every_event_is_there():
    verdict = judged(an_exchange(a_stream(text("Hi"))), an_exchange(a_stream(text("Hi"), complete=False)))
    assert [d.path for d in verdict.differences] == ["exchanges[0].response.complete"]


def test_what_is_sent_upstream_fails_by_itself():
    verdict = judged(an_exchange(None, a_call({"n": 1})), an_exchange(None, a_call({"n": 2})))
    assert verdict.level is Level.DIFFERENT
    assert verdict.sent == "different"
    assert not verdict.on(Side.CLIENT)


def test_a_call_too_few_and_a_call_too_many_are_named():
    assert judged(an_exchange(None, a_call()), an_exchange()).sent == "call missing"
    verdict = judged(an_exchange(None, a_call()), an_exchange(None, a_call(), a_call({"n": 2})))
    assert verdict.sent == "new call"
    assert "closest recorded call: exchanges[0].upstream[0], missed in json" in verdict.differences[0].note


def test_a_lost_item_of_a_list_is_one_difference_not_one_for_each_behind_it():
    events = [{"type": "x", "n": n} for n in range(20)]
    verdict = judged(an_exchange(a_stream(*events)), an_exchange(a_stream(*events[:3], *events[4:])))
    assert [(d.kind, d.path) for d in verdict.differences] == [(Kind.MISSING, "exchanges[0].response.sse[3]")]


def test_hop_headers_say_nothing_and_others_do():
    base = (("Content-Type", "application/json"),)
    legacy = an_exchange(an_answer(headers=(*base, ("Date", "x"), ("Connection", "close"))))
    assert judged(legacy, an_exchange(an_answer(headers=base))).clean
    assert not judged(legacy, an_exchange(an_answer(headers=(*base, ("X-New", "1"))))).clean


def test_runs_that_differ_in_structure_are_each_right():
    first, second = an_exchange(an_answer({"list": [{"a": 1}, "b"]})), an_exchange(an_answer({"list": ["b", {"a": 1}]}))
    case = a_case(a_run(first), a_run(second))
    assert compare(case, a_run(second)).clean
    assert not compare(case, a_run(an_exchange(an_answer({"list": ["b", "b"]})))).clean


def test_the_state_left_behind_is_compared():
    state = {"config.yaml": "port: 1\ndebug: true\n", "auth_files": {"a.json": '{"t": 1}'}}
    other = {**state, "auth_files": {"a.json": '{"t": 2}'}}
    one = an_exchange()
    verdict = compare(a_case(a_run(one, state=state)), a_run(one, state=other))
    assert [(d.side, d.path) for d in verdict.differences] == [(Side.STATE, 'state.auth["a.json"].t')]
    moved = {**state, "config.yaml": "port: 2\ndebug: true\n"}
    assert compare(a_case(a_run(one, state=state)), a_run(one, state=moved)).clean


def a_rule(**more):
    said = {"path": "exchanges[*].response.json.n", "reason": "known and harmless", "author": "us"}
    return Rule(**{**said, "expires": dt.date(2030, 1, 1), **more})


def test_an_accepted_difference_has_a_level_of_its_own_and_is_counted():
    rules = Rules([a_rule()], today=dt.date(2026, 1, 1))
    verdict = judged(an_exchange(an_answer({"n": 1})), an_exchange(an_answer({"n": 2})), rules)
    assert verdict.level is Level.ACCEPTED
    assert rules.hits.total() == 1


def test_a_rule_covers_its_place_only_and_only_until_it_expires():
    legacy, native = an_exchange(an_answer({"n": 1, "m": 1})), an_exchange(an_answer({"n": 2, "m": 2}))
    assert judged(legacy, native, Rules([a_rule()], today=dt.date(2026, 1, 1))).level is Level.DIFFERENT
    expired = Rules([a_rule(path="exchanges")], today=dt.date(2031, 1, 1))
    assert judged(legacy, native, expired).level is Level.DIFFERENT
    assert expired.expired


@pytest.mark.parametrize(("legacy", "native"), [(1, True), (0, False)])
def test_a_truth_is_no_number_however_deep(legacy, native):
    one, other = an_exchange(an_answer({"a": [{"b": legacy}]})), an_exchange(an_answer({"a": [{"b": native}]}))
    assert judged(one, other).level is Level.DIFFERENT
