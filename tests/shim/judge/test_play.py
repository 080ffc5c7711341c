"""Native run on a record: in memory, on virtual time, its upstream played."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from build import a_case, a_run, an_exchange

from shim import corpusfile
from shim.exchange import Exchange, Interaction, Request, Response, Run
from shim.judge.compare import compare
from shim.judge.judge import judge
from shim.judge.play import hour_of, play
from shim.judge.verdict import Level, Reason

GOLDEN = Path(__file__).parents[3] / "recordings" / "golden"


def golden(file, count=3):
    return list(corpusfile.read(GOLDEN / f"{file}.jsonl.gz"))[:count]


@pytest.mark.parametrize("file", ["core-chat-compat", "core-claude-claude", "websocket-compat", "edge-failover"])
def test_native_played_on_the_golden_recordings_is_as_the_legacy(file):
    assert [judge(case).level for case in golden(file)] == [Level.IDENTICAL] * 3


def test_what_is_nested_deeper_than_can_be_compared_is_not_judged():
    case = golden("core-chat-compat", 1)[0]
    nest = b'{"x":' + b'{"a":' * 1_000 + b"1" + b"}" * 1_000 + b","
    exchange = case.runs[0].exchanges[0]
    call = exchange.upstream[0]
    asked = replace(exchange.request, body=nest + exchange.request.body.lstrip()[1:])
    sent = replace(call.request, body=nest + call.request.body.lstrip()[1:])
    deep = replace(exchange, request=asked, upstream=(replace(call, request=sent),))
    verdict = judge(replace(case, runs=(Run((deep,)),)))
    assert (verdict.level, verdict.reason) == (Level.UNJUDGED, Reason.TRUNCATED)


def test_a_recorded_request_that_native_does_not_send_is_a_call_missing():
    case = golden("core-chat-compat", 1)[0]
    one = case.runs[0].exchanges[0]
    twice = Exchange(one.request, one.response, one.upstream * 2)
    assert judge(a_case(a_run(twice), config=case.config)).sent == "call missing"


def test_a_case_takes_place_when_its_first_answer_says():
    said = Response(200, (("date", "Sat, 21 Nov 2026 08:46:36 GMT"),))
    asked = Request("GET", "/x")
    run = Run((Exchange(asked, Response(200)), Exchange(asked, said, pause=2.0)))
    assert hour_of(run) == datetime(2026, 11, 21, 8, 46, 34, tzinfo=UTC).timestamp()
    assert hour_of(Run(())) == hour_of(Run((Exchange(asked, Response(200, (("Date", "odd"),))),)))


@pytest.mark.parametrize(
    ("exchange", "reason"),
    [
        (an_exchange(unjudgeable="ambiguous"), Reason.AMBIGUOUS),
        (an_exchange(unjudgeable="truncated"), Reason.TRUNCATED),
        (Exchange(Request("GET", "/"), None), Reason.NO_ANSWER),
        (an_exchange(None, Interaction(Request("POST", "https://a.test/"), None)), Reason.UPSTREAM_UNSEEN),
    ],
)
def test_what_is_no_evidence_is_unjudged_with_its_reason(exchange, reason):
    verdict = judge(a_case(a_run(exchange)))
    assert (verdict.level, verdict.reason, verdict.clean) == (Level.UNJUDGED, reason, False)


def test_a_configuration_that_native_refuses_is_unjudged():
    verdict = judge(a_case(a_run(an_exchange()), config={"api-keys": {"a": 1}}, name="x"))
    assert verdict.reason is Reason.NATIVE_FAILED
    assert "the configuration of the time is refused" in verdict.detail


def test_two_plays_of_one_case_are_the_same():
    case = golden("edge-rotation", 1)[0]
    assert compare(case, play(case)).level is compare(case, play(case)).level is Level.IDENTICAL
