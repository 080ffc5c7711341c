"""A way only goes forward, and keeps the reason for each step."""

from mitmproxy import http

from addons.way import UNANSWERED, Target, Way

NATIVE, LEGACY = Target("native", ("127.0.0.1", 1)), Target("legacy", ("127.0.0.1", 2))


def an_answer(status=200, **headers):
    return http.Response.make(status, b"", {name.replace("_", "-"): value for name, value in headers.items()})


def test_each_step_keeps_its_reason():
    way = Way((NATIVE, LEGACY))
    assert (way.target, way.fell_back) == (NATIVE, False)
    assert way.turn("native is down")
    assert (way.target, way.fell_back, way.reason) == (LEGACY, True, "native is down")
    assert not way.turn("legacy is down")
    assert way.target == LEGACY
    assert way.reason == "native is down; legacy is down"


def test_native_declines_by_its_own_word_or_by_failing():
    way = Way((NATIVE, LEGACY))
    assert way.declined(an_answer(501, **{UNANSWERED: "no handler"})) == "native declined: no handler"
    assert way.declined(an_answer(500, content_type="text/plain; charset=utf-8")) == "native failed"
    assert way.declined(an_answer(500, content_type="application/json")) == ""
    assert way.declined(an_answer(404, content_type="text/plain")) == ""


def test_the_legacy_never_declines():
    way = Way((LEGACY,))
    assert way.declined(an_answer(500, content_type="text/plain")) == ""
    assert way.declined(an_answer(501, **{UNANSWERED: "no handler"})) == ""
