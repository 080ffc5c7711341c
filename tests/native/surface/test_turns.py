import asyncio
from contextlib import suppress

import orjson
import pytest
from aiohttp import ClientConnectionResetError, ClientError, web

from native.server import SERVICE

CHAT = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
PATHS = {
    "/v1/chat/completions": CHAT,
    "/v1/messages": {**CHAT, "max_tokens": 9},
    "/v1/responses": {"model": "m", "input": "Hi"},
    "/v1beta/models/m:generateContent": {"contents": [{"parts": [{"text": "Hi"}]}]},
    "/v1/completions": {"model": "m", "prompt": "Hi"},
}


async def post(client, path, body, **options):
    async with client.post(path, json=body, **options) as response:
        return response, await response.text()


@pytest.mark.parametrize(("path", "body"), PATHS.items())
async def test_an_error_has_its_status_and_the_providers_own_words_in_every_protocol(a, serving, path, body):
    said = '{"error":{"message":"no room"}}'
    async with serving(a.config(), lambda _: a.Answer([said.encode()], 418)) as (client, _):
        response, text = await post(client, path, body)
        assert (response.status, text) == (418, said)
        assert response.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (401, "authentication_error", "invalid_api_key"),
        (403, "permission_error", "insufficient_quota"),
        (404, "invalid_request_error", "model_not_found"),
        (418, "invalid_request_error", None),
        (429, "rate_limit_error", "rate_limit_exceeded"),
        (503, "server_error", "internal_server_error"),
    ],
)
async def test_words_that_are_no_json_become_openais_error(a, serving, status, kind, code):
    async with serving(a.config(), lambda _: a.Answer([b" plain words "], status)) as (client, _):
        error = orjson.loads((await post(client, "/v1/messages", PATHS["/v1/messages"]))[1])["error"]
        assert error == {"message": "plain words", "type": kind, **({"code": code} if code else {})}


async def test_what_was_not_modified_has_no_type_of_content(a, serving):
    async with serving(a.config(), lambda _: a.Answer([b"{}"], 304)) as (client, _):
        response, text = await post(client, "/v1/messages", PATHS["/v1/messages"])
        assert (response.status, text) == (304, "")
        assert "Content-Type" not in response.headers


async def test_a_stream_is_framed_and_ends_as_its_protocol_wants(a, serving):
    async with serving(a.config(), lambda _: a.stream("Hi")) as (client, _):
        response, text = await post(client, "/v1/chat/completions", {**CHAT, "stream": True})
        assert response.headers["Content-Type"] == "text/event-stream"
        assert text == 'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\ndata: [DONE]\n\n'


async def test_each_chunk_goes_out_before_the_next_comes_in(a, serving):
    go = asyncio.Event()

    class Slow(a.Answer):
        async def _pieces(self):
            yield b'data: {"n":1}\n\n'
            await go.wait()
            yield b'data: {"n":2}\n\n'

    async with (
        serving(a.config(), lambda _: Slow([])) as (client, _),
        client.post("/v1/chat/completions", json={**CHAT, "stream": True}) as response,
    ):
        assert await response.content.readany() == b'data: {"n":1}\n\n'
        go.set()
        assert b'"n":2' in await response.content.read()


async def test_blank_lines_go_out_while_a_whole_answer_is_awaited(a, serving):
    go = asyncio.Event()

    class Slow(a.Answer):
        async def _pieces(self):
            await go.wait()
            yield a.chat().chunks[0]

    async with serving(a.config(), lambda _: Slow([])) as (client, _):
        client.app[SERVICE].config.nonstream_keepalive_interval = 0.001
        async with client.post("/v1/messages", json=PATHS["/v1/messages"]) as response:
            assert (await response.content.readany()).strip() == b""
            go.set()
            assert (await response.content.read()).strip().startswith(b"{")


async def test_a_silent_stream_is_kept_alive(a, serving):
    go = asyncio.Event()

    class Slow(a.Answer):
        async def _pieces(self):
            yield b'data: {"n":1}\n\n'
            await go.wait()

    async with serving(a.config(), lambda _: Slow([])) as (client, _):
        client.app[SERVICE].config.streaming.keepalive_seconds = 0.001
        async with client.post("/v1/chat/completions", json={**CHAT, "stream": True}) as response:
            assert await response.content.readuntil(b"\n\n") == b'data: {"n":1}\n\n'
            assert await response.content.readuntil(b"\n\n") == b": keep-alive\n\n"
            go.set()
            assert (await response.content.read()).endswith(b"data: [DONE]\n\n")


async def test_upstream_headers_are_passed_only_where_the_configuration_says_so(a, serving):
    headers = [("X-Limit", "5"), ("Set-Cookie", "a=b"), ("Content-Type", "x/y"), ("Transfer-Encoding", "chunked")]
    headers += [("X-Two", "b"), ("x-two", "a")]
    for wanted in (False, True):
        tree = a.config(**{"passthrough-headers": wanted})
        async with serving(tree, lambda _: a.Answer(a.chat().chunks, headers=headers)) as (client, _):
            response, _ = await post(client, "/v1/chat/completions", CHAT)
            assert response.headers.get("X-Limit") == ("5" if wanted else None)
            assert response.headers.getall("X-Two", []) == (["b", "a"] if wanted else [])
            assert "Set-Cookie" not in response.headers
            assert response.headers["Content-Type"] == "application/json"


async def test_when_all_cool_down_the_wait_is_a_header_where_headers_are_passed(a, serving):
    tree = a.config(**{"passthrough-headers": True})
    async with serving(tree, lambda _: a.Answer([b"no"], 429)) as (client, _):
        await post(client, "/v1/chat/completions", CHAT)
        response, text = await post(client, "/v1/chat/completions", CHAT)
        assert (response.status, response.headers["Retry-After"]) == (429, "1")
        assert orjson.loads(text)["error"]["code"] == "model_cooldown"


@pytest.mark.parametrize("raw", [b"", b"null", b"[1]", b'"x"', b"{oops", b'{"model":7}', b"\xff\xfe", b"[" * 3000])
@pytest.mark.parametrize("path", PATHS)
async def test_bad_input_is_refused_in_words_and_never_crashes(a, serving, raw, path):
    async with serving(a.config()) as (client, _), client.post(path, data=raw) as response:
        assert response.status in {200, 502}
        orjson.loads(await response.read())


@pytest.mark.parametrize(
    ("action", "status"), [("m", 404), ("m:a:b", 404), ("m:nonsense", 200), ("m:generateContent", 200)]
)
async def test_gemini_actions_are_what_stands_behind_the_colon(a, serving, action, status):
    async with serving(a.config()) as (client, _), client.post(f"/v1beta/models/{action}", json={}) as response:
        assert response.status == status


async def test_a_stream_cannot_be_compacted(a, serving):
    async with serving(a.config()) as (client, upstream):
        response, text = await post(client, "/v1/responses/compact", {"model": "m", "stream": True})
        assert (response.status, upstream.asked) == (400, [])
        assert "Streaming not supported for compact responses" in text


async def test_a_client_that_has_left_while_it_is_written_to_is_no_error(a, serving, monkeypatch, caplog):
    async def gone(_response, _data):
        raise ClientConnectionResetError("Cannot write to closing transport")

    monkeypatch.setattr(web.StreamResponse, "write", gone)
    async with serving(a.config(), lambda _: a.stream("Hi")) as (client, _):
        body = {"model": "m", "stream": True, "messages": []}
        with suppress(ClientError):
            await (await client.post("/v1/chat/completions", json=body)).read()
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
