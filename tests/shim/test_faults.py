"""Faults: native's own doing is told from a provider's, a client's, and from native that is not there yet."""

import pytest

from shim.exchange import Exchange, Interaction, Request, Response
from shim.faults import Fault, fault_of, is_natives

ASKED = Request("POST", "/v1/messages")


def an_exchange(answer, *upstream, **changes):
    return Exchange(ASKED, answer, tuple(Interaction(ASKED, each) for each in upstream), **changes)


WELL, CUT, LIMITED = Response(200), Response(200, complete=False), Response(429)


@pytest.mark.parametrize(
    ("fallback", "fault"),
    [
        ("native cannot be reached: [Errno 111] refused", Fault.CRASH),
        ("native hung up: server closed connection", Fault.CRASH),
        ("native failed", Fault.FAILED),
        ("native declined: no handler", Fault.UNSERVED),
        ("native has no handler", Fault.UNSERVED),
        ("native is still starting", Fault.ABSENT),
        ("native does not run", Fault.ABSENT),
        ("the request is too large to be held for native", Fault.NONE),
        ("legacy cannot be reached: refused", Fault.NONE),
    ],
)
def test_a_fallback_says_whose_fault_it_was(fallback, fault):
    assert fault_of(an_exchange(WELL), fallback, left=False) is fault


@pytest.mark.parametrize(
    ("one", "left", "fault"),
    [
        (an_exchange(WELL, WELL, mode="native"), False, Fault.NONE),
        (an_exchange(Response(500), WELL, mode="native"), False, Fault.ERROR),
        (an_exchange(Response(503), mode="native"), False, Fault.ERROR),
        (an_exchange(Response(502), LIMITED), False, Fault.NONE),
        (an_exchange(Response(502), None), False, Fault.NONE),
        (an_exchange(Response(400)), False, Fault.NONE),
        (an_exchange(CUT, WELL), False, Fault.BROKEN),
        (an_exchange(None), False, Fault.BROKEN),
        (an_exchange(CUT, CUT), False, Fault.NONE),
        (an_exchange(CUT, WELL), True, Fault.NONE),
        (an_exchange(Response(500), unjudgeable="ambiguous"), False, Fault.NONE),
        (an_exchange(Response(502), mode="front"), False, Fault.NONE),
        (Exchange(Request("WEBSOCKET", "/v1/responses"), CUT), False, Fault.NONE),
    ],
)
def test_an_answer_is_at_fault_where_neither_provider_nor_client_explains_it(one, left, fault):
    assert fault_of(one, "", left=left) is fault


def test_an_error_is_natives_only_where_native_answered():
    assert is_natives("canary", Fault.ERROR)
    assert is_natives("native", Fault.BROKEN)
    assert not is_natives("legacy", Fault.ERROR)
    assert is_natives("legacy", Fault.CRASH)
    assert not is_natives("legacy", Fault.ABSENT)
