"""The recorded upstream: each answer once, in its own pieces, and nothing that was not recorded."""

import pytest

from native.upstream import NO_AGENT, UpstreamError, UpstreamRequest
from shim.exchange import Interaction, Request, Response
from shim.judge import virtual_time
from shim.judge.playback import MISS, PlayedUpstream, address

URL = "https://a.test/x"
JSON = ("content-type", "application/json")
BACKGROUND = "https://api.githubcopilot.com/models"


def a_call(answer, url=URL):
    return Interaction(Request("POST", url), answer)


def sent(*headers, url=URL, method="POST"):
    return UpstreamRequest(method, url, list(headers), b"")


def answers(upstream, *requests):
    """Status, headers and body of what each of some requests is answered."""

    async def ask():
        found = [await upstream.send(request) for request in requests]
        return [(one.status, one.headers, await one.read()) for one in found]

    return virtual_time.run(ask())


def an_upstream(*calls, background=()):
    upstream = PlayedUpstream(background)
    upstream.load(calls)
    return upstream


def test_an_upstream_that_was_not_recorded_is_a_miss_not_a_guess():
    async def ask():
        upstream = PlayedUpstream()
        upstream.load([Interaction(Request("POST", "https://a.test/x"), Response(200, chunks=(b"right",)))])
        missed = await upstream.send(UpstreamRequest("POST", "https://a.test/y", [("User-Agent", "u")], b""))
        hit = await upstream.send(UpstreamRequest("POST", "https://a.test/x", [("User-Agent", "u")], b""))
        again = await upstream.send(UpstreamRequest("POST", "https://a.test/x", [("User-Agent", "u")], b""))
        return missed.status, await hit.read(), again.status

    assert virtual_time.run(ask()) == (MISS, b"right", MISS)


def test_a_recorded_break_breaks_at_its_place():
    async def read():
        upstream = PlayedUpstream()
        broken = Response(200, chunks=(b"one", b"two"), complete=False)
        upstream.load([Interaction(Request("GET", "https://a.test/x"), broken)])
        got = await upstream.send(UpstreamRequest("GET", "https://a.test/x", [("User-Agent", "u")], b""))
        pieces = got.chunks()
        came = [await anext(pieces), await anext(pieces)]
        with pytest.raises(UpstreamError, match="stream error"):
            await anext(pieces)
        return came

    assert virtual_time.run(read()) == [b"one", b"two"]


def test_another_method_is_another_request():
    ((status, _, _),) = answers(an_upstream(a_call(Response(200))), sent(method="GET"))
    assert status == MISS


def test_answers_to_one_address_come_in_their_order():
    upstream = an_upstream(a_call(Response(500)), a_call(Response(200)))
    assert [status for status, _, _ in answers(upstream, sent(), sent())] == [500, 200]


def test_what_is_left_of_an_exchange_is_gone_with_the_next():
    upstream = an_upstream(a_call(Response(200)))
    upstream.load([])
    ((status, _, _),) = answers(upstream, sent())
    assert status == MISS
    assert [call.response for call in upstream.asked] == [None]


def test_the_providers_usual_port_is_the_same_address():
    assert address("https://a.test:443/x?q=1") == address("https://a.test/x") == "a.test/x"
    assert address("http://a.test:443/x") == "a.test:443/x"


def test_a_connection_that_gave_no_answer_gives_none():
    with pytest.raises(UpstreamError, match="EOF"):
        answers(an_upstream(a_call(Response(0))), sent())


def test_what_a_process_asks_by_itself_is_answered_as_often_as_it_asks():
    upstream = an_upstream(background=[a_call(Response(200, (), (b"{}",)), BACKGROUND), a_call(Response(200))])
    found = answers(upstream, sent(url=BACKGROUND), sent(url=BACKGROUND), sent())
    assert [status for status, _, _ in found] == [200, 200, MISS]


def test_an_answer_by_script_is_dated_and_measured_as_its_server_did():
    ((_, headers, _),) = answers(an_upstream(a_call(Response(200, (JSON,), (b"{}",)))), sent())
    told = {name.lower(): value for name, value in headers}
    assert (told["content-length"], told["content-type"]) == ("2", "application/json")
    assert {"date", "server"} <= told.keys()


def test_an_answer_that_was_recorded_whole_gets_nothing_added():
    recorded = (("Date", "Sat, 21 Nov 2026 08:46:36 GMT"), JSON)
    ((_, headers, _),) = answers(an_upstream(a_call(Response(200, recorded, (b"{}",)))), sent())
    assert tuple(headers) == recorded


def test_what_was_asked_is_kept_with_the_name_that_the_way_out_adds():
    upstream = an_upstream(*[a_call(Response(200))] * 3)
    answers(upstream, sent(JSON), sent(("user-agent", "mine")), sent(NO_AGENT))
    assert [call.request.headers for call in upstream.asked] == [
        (JSON, ("User-Agent", "Go-http-client/2.0")),
        (("user-agent", "mine"),),
        (),
    ]
