import json
from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import TestClient, TestServer

from native import config as configuration
from native.server import build
from native.settings import Settings
from native.stores import Stores
from native.upstream import HandshakeError, UpstreamError

USER = {"type": "message", "role": "user", "content": "Hi"}
DONE = {"type": "response.done", "response": {"id": "r1", "output": []}}
ERROR = {"type": "error", "status": 429, "error": {"message": "slow"}, "headers": {"Retry-After": 3}}


class Line:
    """A provider's socket that answers each message by the next script."""

    def __init__(self, answers):
        self.headers = []
        self.answers = answers
        self.sent = []
        self.waiting = []
        self.closed = False

    async def send(self, message):
        if self.closed or not self.answers:
            raise UpstreamError("gone")
        self.sent.append(json.loads(message))
        self.waiting += self.answers.pop(0)

    async def receive(self):
        if not self.waiting:
            raise UpstreamError("websocket: close 1000 (normal)")
        return json.dumps(self.waiting.pop(0)).encode()

    async def close(self):
        self.closed = True


@pytest.fixture
def serving_sockets(a, tmp_path):
    @asynccontextmanager
    async def serve(*lines, http=None, **key):
        asked = []

        class Upstream(a.ScriptedUpstream):
            async def connect(self, request):
                asked.append(request)
                line = lines[len(asked) - 1]
                if isinstance(line, Exception):
                    raise line
                return line

        upstream = Upstream(lambda _: http)
        entry = {"api-key": "k", "base-url": "https://codex.test/v1", "websockets": True, **key}
        app = build(
            configuration.parse({"api-keys": ["sk-client"], "codex-api-key": [entry], "disable-cooling": True}),
            upstream=upstream,
            clock=a.StandingClock(),
            ids=a.CountingIds(),
            stores=Stores(tmp_path),
            settings=Settings(),
        )
        headers = {"Authorization": "Bearer sk-client", "x-client-request-id": "rq"}
        async with TestClient(TestServer(app), headers=headers) as client, client.ws_connect("/v1/responses") as socket:
            yield socket, asked, upstream

    return serve


async def ask(socket, *items, **fields):
    await socket.send_str(
        json.dumps({"type": "response.create", "model": "gpt-5-codex", "input": list(items), **fields})
    )
    return await told(socket)


async def told(socket):
    events = []
    while not events or events[-1]["type"] not in {"response.completed", "error"}:
        events.append(await socket.receive_json(timeout=5))
    return events


async def test_all_turns_of_a_connection_go_over_one_socket(serving_sockets):
    line = Line([[DONE], [DONE]])
    async with serving_sockets(line) as (socket, asked, upstream):
        assert (await ask(socket, USER, store=True))[-1] == DONE | {"type": "response.completed"}
        await ask(socket, USER, previous_response_id="r1")
    assert [request.url for request in asked] == ["wss://codex.test/v1/responses"]
    first, second = line.sent
    assert (first["type"], first["store"], first["stream"]) == ("response.create", True, True)
    assert (second["input"], second["previous_response_id"]) == ([USER], "r1")
    assert upstream.asked == []
    assert line.closed


async def test_the_handshake_says_who_asks(serving_sockets):
    async with serving_sockets(Line([[DONE]]), headers={"X-Own": "1"}) as (socket, asked, _):
        await ask(socket, USER, prompt_cache_key="pk")
    headers = dict(asked[0].headers)
    assert headers == {
        "Authorization": "Bearer k",
        "Conversation_id": "pk",
        "X-Client-Request-Id": "rq",
        "OpenAI-Beta": "responses_websockets=2026-02-06",
        "X-Own": "1",
    }


async def test_a_socket_that_was_closed_between_turns_is_opened_again(serving_sockets):
    first, second = Line([[DONE]]), Line([[DONE]])
    async with serving_sockets(first, second) as (socket, asked, _):
        await ask(socket, USER)
        first.closed = True
        assert (await ask(socket, USER))[-1]["type"] == "response.completed"
    assert len(asked) == 2


async def test_an_error_in_a_message_is_the_clients_with_its_headers(serving_sockets):
    async with serving_sockets(Line([[ERROR]]), Line([[DONE]])) as (socket, _, _upstream):
        assert await ask(socket, USER) == [
            {"type": "error", "status": 429, "headers": {"Retry-After": "3"}, "error": {"message": "slow"}}
        ]


async def test_a_socket_that_ends_too_soon_says_so(serving_sockets):
    line = Line([[{"type": "response.created", "response": {}}]])
    async with serving_sockets(line) as (socket, _, _upstream):
        events = await ask(socket, USER)
        assert events[-1]["error"]["message"] == "websocket: close 1000 (normal)"
        assert line.closed


async def test_a_refused_handshake_is_told_as_the_provider_told_it(serving_sockets):
    async with serving_sockets(HandshakeError(404, b'{"error":{"code":"x"}}')) as (socket, _, _upstream):
        assert await ask(socket, USER) == [{"type": "error", "status": 404, "error": {"code": "x"}}]


async def test_who_wants_plain_http_gets_it(a, serving_sockets):
    http = a.Answer([b"data: " + json.dumps(DONE | {"type": "response.completed"}).encode() + b"\n\n"])
    async with serving_sockets(HandshakeError(426, b""), http=http) as (socket, _, upstream):
        assert (await ask(socket, USER))[-1]["type"] == "response.completed"
        assert [request.url for request in upstream.asked] == ["https://codex.test/v1/responses"]


async def test_a_credential_without_sockets_is_asked_by_http(a, serving_sockets):
    http = a.Answer([b"data: " + json.dumps(DONE | {"type": "response.completed"}).encode() + b"\n\n"])
    async with serving_sockets(http=http, websockets=False) as (socket, asked, upstream):
        await ask(socket, USER)
        await ask(socket, USER, previous_response_id="r1")
        assert asked == []
        assert len(upstream.body()["input"]) == 2
