"""What was tied together becomes a record that says what it knows, and why it is no evidence where it is none."""

import pytest

from shim.correlate import UNSEEN, Egress, Ingress
from shim.exchange import Request, Response
from shim.judge.verdict import Reason
from shim.messages import Ended, Route
from shim.store import Snapshot
from shim.tape import Cut
from shim.tied import LEFT, TRUNCATED, Left, record_of, stray_of, with_state

ASKED = Request("POST", "/v1/messages", (("Content-Type", "application/json"),), b'{"model":"read","stream":true}')
STATE = Snapshot({"debug": True}, {})
CUT = Cut(9, b"digest")


def an_end(at=5.0, status=200, **more):
    return Ended("k", Response(status, (), (b"{}",)), at, call=False, **more)


def a_call(began=1.0, end=2.0, host="up.test", **more):
    ended = None if end is None else Ended("c", Response(200), end, call=True, **more)
    return Egress("c", Request("POST", f"https://{host}/v1"), began, [], ended)


def an_exchange(*calls, end=None, request=ASKED, doubt=""):
    return Ingress("k", request, 0.5, end or an_end(), list(calls), doubt=doubt)


def test_calls_stand_in_the_order_they_began_with_their_times():
    record = record_of(an_exchange(a_call(2.0, 3.0, "late.test"), a_call(1.0, 4.0, "early.test")), None)
    assert [call.request.url for call in record.exchange.upstream] == ["https://early.test/v1", "https://late.test/v1"]
    assert record.upstream_times == ((1.0, 3.0), (2.0, 1.0))
    assert (record.began, record.took) == (0.5, 4.5)


def test_a_call_without_an_end_has_no_answer_and_took_no_time():
    record = record_of(an_exchange(a_call(end=None)), None)
    assert record.exchange.upstream[0].response is None
    assert record.upstream_times == ((1.0, 0.0),)


def test_an_exchange_without_an_end_took_no_time_and_has_no_answer():
    ingress = Ingress("k", ASKED, 0.5)
    record = record_of(ingress, None)
    assert (record.took, record.exchange.response) == (0.0, None)


def test_what_the_router_knew_comes_before_what_can_be_read():
    route = Route(endpoint="POST /v1/routed", model="routed", provider="routed", mode="native")
    known = record_of(an_exchange(a_call(), end=an_end(route=route)), None)
    assert (known.endpoint, known.model, known.provider) == ("POST /v1/routed", "routed", "routed")
    assert known.exchange.mode == "native"
    read = record_of(an_exchange(a_call(host="api.anthropic.com")), None)
    assert (read.endpoint, read.model, read.provider, read.stream) == ("POST /v1/messages", "read", "claude", True)


def test_a_provider_that_nobody_knows_goes_by_its_host():
    assert record_of(an_exchange(a_call(host="up.test")), None).provider == "up.test"
    assert record_of(an_exchange(), None).provider == ""


@pytest.mark.parametrize(
    ("ingress", "why"),
    [
        (an_exchange(), ""),
        (an_exchange(end=an_end(route=Route(unseen=True))), UNSEEN),
        (an_exchange(end=an_end(route=Route(unseen=True, left=True))), LEFT),
        (an_exchange(end=an_end(route=Route(left=True), request_cut=CUT)), TRUNCATED),
        (an_exchange(end=an_end(request_cut=CUT), doubt="ambiguous"), "ambiguous"),
    ],
)
def test_why_it_is_no_evidence_is_said_the_gravest_first(ingress, why):
    assert record_of(ingress, None).exchange.unjudgeable == why


def test_what_was_cut_is_named_by_its_place():
    ingress = an_exchange(a_call(1.0, 2.0), a_call(1.5, 2.0, response_cut=CUT), end=an_end(response_cut=CUT))
    assert record_of(ingress, None).cuts == {"response": CUT, "upstream 1 response": CUT}


def test_the_state_that_it_left_goes_with_it_and_so_does_a_doubt_about_it():
    record = with_state(record_of(an_exchange(), STATE), STATE, Left(STATE, "crossed"))
    assert (record.after, record.exchange.unjudgeable) == (STATE, "crossed")
    ambiguous = with_state(record_of(an_exchange(doubt="ambiguous"), STATE), STATE, Left(STATE, "crossed"))
    assert ambiguous.exchange.unjudgeable == "ambiguous"


@pytest.mark.parametrize(
    ("method", "state", "mode", "why"),
    [
        ("PUT", STATE, "legacy", str(Reason.STATE_UNSEEN)),
        ("GET", STATE, "legacy", ""),
        ("PUT", None, "legacy", ""),
        ("PUT", STATE, "native", ""),
    ],
)
def test_a_change_whose_state_was_not_seen_is_no_evidence(method, state, mode, why):
    request = Request(method, "/v0/management/debug")
    record = record_of(an_exchange(request=request, end=an_end(route=Route(mode=mode))), state)
    assert with_state(record, state, None).exchange.unjudgeable == why


def test_a_call_that_nobody_made_keeps_its_answer_and_times():
    stray = stray_of(a_call(1.0, 4.0))
    assert (stray.call.response.status, stray.began, stray.took) == (200, 1.0, 3.0)
