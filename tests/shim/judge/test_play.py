"""Native run on a record: in memory, on virtual time, its upstream played."""

import asyncio
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

sys.path.insert(0, str(Path(__file__).parent))
from build import a_case, a_run, an_exchange

from native.upstream import UpstreamError, UpstreamRequest
from shim import corpusfile
from shim.exchange import Exchange, Interaction, Request, Response, Run
from shim.judge import conversation, virtual_time
from shim.judge.compare import compare
from shim.judge.conversation import fill
from shim.judge.in_memory import MemoryLine
from shim.judge.judge import judge
from shim.judge.play import hour_of, play
from shim.judge.playback import MISS, PlayedUpstream
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


def test_a_case_takes_place_when_its_first_answer_says():
    said = Response(200, (("date", "Sat, 21 Nov 2026 08:46:36 GMT"),))
    asked = Request("GET", "/x")
    run = Run((Exchange(asked, Response(200)), Exchange(asked, said, pause=2.0)))
    assert hour_of(run) == datetime(2026, 11, 21, 8, 46, 34, tzinfo=UTC).timestamp()
    assert hour_of(Run(())) == hour_of(Run((Exchange(asked, Response(200, (("Date", "odd"),))),)))


def test_pauses_cost_nothing():
    async def nap():
        start = asyncio.get_running_loop().time()
        await asyncio.gather(asyncio.sleep(3600), asyncio.sleep(7200))
        return asyncio.get_running_loop().time() - start

    start = time.perf_counter()
    assert virtual_time.run(nap()) == pytest.approx(7200)
    assert time.perf_counter() - start < 5


def test_time_stands_still_while_a_thread_works():
    async def work():
        loop = asyncio.get_running_loop()
        timer = asyncio.ensure_future(asyncio.sleep(60))
        done = await loop.run_in_executor(None, lambda: "done")
        late = timer.done()
        timer.cancel()
        return done, late

    assert virtual_time.run(work()) == ("done", False)


def test_nothing_that_is_judged_reaches_a_network():
    async def dial():
        await asyncio.open_connection("127.0.0.1", 9)

    with pytest.raises(OSError, match="reaches no network"):
        virtual_time.run(dial())


def test_bytes_arrive_in_memory_in_the_pieces_they_were_written_in():
    async def answer(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in (b"one", b"two", b"three"):
            await response.write(piece)
            await asyncio.sleep(0.01)
        return response

    async def ask():
        app = web.Application()
        app.router.add_get("/", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        got = await conversation.ask(MemoryLine(runner.server, "http://x.test"), Request("GET", "/"))
        await runner.cleanup()
        return got.chunks

    assert virtual_time.run(ask()) == (b"one", b"two", b"three")


def test_what_a_later_request_takes_from_an_earlier_answer_is_filled_in():
    answers = [Response(200, chunks=(b'{"state":"a b","list":[{"x":7}]}',))]
    assert fill("/s?state={{0.state|url}}&x={{0.list.0.x}}", answers) == "/s?state=a%20b&x=7"
    assert fill("{{1.state}}", answers) == "nothing-there"


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
