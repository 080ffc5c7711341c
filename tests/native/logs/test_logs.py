import asyncio
import logging
import re
from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import TestClient, TestServer

from native import config as configuration
from native.logs.logs import span
from native.server import SERVICE, build
from native.stores import Stores

BODY = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
FULL = {"request-log": True}


@pytest.fixture
def logging_in(a, tmp_path):
    """A server that logs into a folder; what it has written is there when the block is left."""

    @asynccontextmanager
    async def serve(script=lambda _: a.chat(), **settings):
        app = build(
            configuration.parse(a.config(**settings)),
            upstream=a.ScriptedUpstream(script),
            clock=a.StandingClock(),
            ids=a.CountingIds(),
            stores=Stores(tmp_path, None, tmp_path / "logs"),
        )
        async with TestClient(
            TestServer(app, handler_cancellation=True), headers={"Authorization": "Bearer sk-client"}
        ) as client:
            yield client, app[SERVICE]

    return serve


@pytest.fixture
def written(tmp_path):
    """What the folder's files say, by the beginning of their names."""

    def read():
        files = sorted((tmp_path / "logs").glob("*.log"))
        return {re.sub(r"-\d{4}-\d\d-.*", "", file.name): file.read_text() for file in files}

    return read


async def post(client, body=None, path="/v1/chat/completions"):
    async with client.post(path, json=body or BODY) as response:
        return response.status, await response.text()


async def test_a_failure_leaves_a_file_and_a_success_none(a, logging_in, written):
    async with logging_in(lambda _: a.Answer([b"no"], 500)) as (client, _):
        assert (await post(client))[0] == 500
    ((name, text),) = written().items()
    assert name == "error-v1-chat-completions"
    assert '"content": "Hi"' in text
    assert "=== API REQUEST" not in text
    assert "=== API RESPONSE ===" in text
    assert "Status: 500" in text
    assert "sk-client" not in text


async def test_a_success_leaves_no_file(logging_in, tmp_path):
    async with logging_in() as (client, _):
        assert (await post(client))[0] == 200
    assert not (tmp_path / "logs").exists()


async def test_a_stream_that_breaks_off_is_a_failure(a, logging_in, written):
    broken = a.Answer([b'data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n'], broken="cut off")
    async with logging_in(lambda _: broken) as (client, _):
        assert (await post(client, {**BODY, "stream": True}))[0] == 200
    assert "=== API ERROR RESPONSE ===\nHTTP Status: 500\ncut off" in written()["error-v1-chat-completions"]


async def test_everything_is_written_where_it_is_wanted(a, logging_in, written):
    async with logging_in(lambda _: a.stream("Hello", "you"), **FULL) as (client, _):
        assert "you" in (await post(client, {**BODY, "stream": True}))[1]
    text = written()["v1-chat-completions"]
    sections = re.findall(r"=== ([A-Z ]+?)(?: \d)? ===", text)
    assert sections == ["REQUEST INFO", "HEADERS", "REQUEST BODY", "API REQUEST", "API RESPONSE", "RESPONSE"]
    assert "Upstream URL: https://lab.example.test/v1/chat/completions" in text
    assert "Auth: provider=lab," in text
    assert text.count('"content":"Hello"') == 2
    assert "Authorization: Bearer sk-c...ient" in text


async def test_every_try_is_written(a, logging_in, written):
    def script(request):
        refused = dict(request.headers)["Authorization"].endswith("k1")
        return a.Answer([b"not now"], 500) if refused else a.chat()

    lab = a.config(["k1", "k2"])["openai-compatibility"]
    async with logging_in(script, **FULL, **{"openai-compatibility": lab}) as (client, _):
        for _ in range(2):
            await post(client)
    assert any("=== API REQUEST 2 ===" in text and "not now" in text for text in written().values())


async def test_requests_that_read_and_those_of_the_owner_leave_no_file(logging_in, tmp_path):
    async with logging_in(**FULL) as (client, _):
        for method, path in (("GET", "/v1/models"), ("PUT", "/v0/management/debug"), ("OPTIONS", "/v1/messages")):
            async with client.request(method, path, data=b"{}"):
                pass
    assert not (tmp_path / "logs").exists()


async def test_each_request_has_its_line_and_its_id(logging_in, written):
    async with logging_in(**{"logging-to-file": True}) as (client, _):
        await post(client, path="/v1/chat/completions?key=secretsecret")
        async with client.get("/v1/nothing"):
            pass
    first, second = written()["main.log"].splitlines()
    assert re.fullmatch(
        r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] \[[0-9a-f]{8}\] \[info \] \[access\] "
        r'200 \|            0s \|       127\.0\.0\.1 \| POST    "/v1/chat/completions\?key=secr\.\.\.cret"',
        first,
    )
    assert "[--------] [warn ] [access] 404" in second


async def test_what_the_process_says_is_in_its_log_as_well(logging_in, written):
    async with logging_in(**{"logging-to-file": True}) as (client, service):
        service.logs.listen()
        logging.getLogger("native").warning("look here")
        await post(client)
    assert re.search(r"\[warn \] \[test_logs.py:\d+\] look here", written()["main.log"])


async def test_the_newest_requests_are_remembered(a, logging_in):
    async with logging_in(lambda _: a.Answer([b"full"], 429)) as (client, service):
        await post(client)
        async with client.get("/v1/models"):
            pass
        (entry,) = service.logs.recent
    assert (entry.method, entry.path, entry.status) == ("POST", "/v1/chat/completions", 429)
    assert (entry.provider, entry.model, "full" in entry.error) == ("lab", "m", True)


async def test_a_change_of_mind_takes_effect_at_once(a, logging_in, written):
    async with logging_in() as (client, service):
        await post(client)
        service.apply(configuration.parse(a.config(**FULL)))
        await post(client)
        service.apply(configuration.parse(a.config()))
        await post(client)
    assert len(written()) == 1


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0s"), (0.0084, "8ms"), (1.25, "1.25s"), (59.9999, "59.999s"), (65.5, "1m5s"), (3725, "1h2m5s")],
)
def test_a_span_is_spelled_as_the_legacy_spells_it(seconds, said):
    assert span(seconds) == said


@pytest.mark.parametrize("settings", [{}, FULL])
async def test_a_client_that_does_not_wait_is_noted(a, logging_in, written, settings):
    asked, left = asyncio.Event(), asyncio.Event()

    class Silent(a.ScriptedUpstream):
        async def send(self, _):
            asked.set()
            try:
                await asyncio.Event().wait()
            finally:
                left.set()

    async with logging_in(**settings) as (client, service):
        service.kit.upstream = Silent(None)
        asking = asyncio.ensure_future(post(client))
        await asked.wait()
        asking.cancel()
        await left.wait()
        await asyncio.sleep(0)
        assert [entry.status for entry in service.logs.recent] == [499]
    assert ("Status: 499" in written().get("v1-chat-completions", "")) == bool(settings)
