"""The stand-ins say what was recorded, or nothing."""

from dataclasses import replace

from shim.demo.script import Script, golden
from shim.demo.simulated import Simulated


def test_the_golden_cases_of_the_demo_share_one_configuration():
    cases = golden()
    assert len(cases) > 100
    assert len({str(c.config) for c in cases}) == 1


def test_a_request_finds_its_exchange_and_a_changed_one_nothing():
    case = golden()[0]
    script = Script([case])
    request = case.runs[0].exchanges[0].request
    assert script.answer(request) == case.runs[0].exchanges[0]
    assert script.answer(replace(request, body=request.body + b" ")) is None


def test_a_call_is_found_in_another_spelling_of_the_same_json_only():
    case = next(c for c in golden() if c.runs[0].exchanges[0].upstream)
    call = case.runs[0].exchanges[0].upstream[0]
    script = Script([case])
    assert script.provider(call.request) == call.response
    assert script.provider(replace(call.request, body=b" " + call.request.body)) == call.response
    assert script.provider(replace(call.request, body=b'{"another":1}')) is None


async def test_what_was_not_recorded_is_not_found():
    from aiohttp import ClientSession, web

    runner = web.AppRunner(Simulated(Script([]), "http://127.0.0.1:9").application())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}/x") as got:
        assert got.status == 404
    await runner.cleanup()
