import asyncio
import json

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError

USER = {"type": "message", "role": "user", "content": "Hi"}
PATH = "/v1/responses"


def create(*items, **fields):
    return {"type": "response.create", "model": "m", "input": list(items), **fields}


def spoken(a, *texts):
    """A provider's stream with these texts, and its end."""
    chunks = [
        b'data: {"id":"x","choices":[{"index":0,"delta":{"content":%s}}]}\n\n' % json.dumps(t).encode() for t in texts
    ]
    end = b'data: {"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    return a.Answer([*chunks, end, b"data: [DONE]\n\n"])


def called(a, call_id):
    call = {"index": 0, "id": call_id, "function": {"name": "f", "arguments": "{}"}}
    chunk = {"id": "x", "choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": "tool_calls"}]}
    return a.Answer([b"data: " + json.dumps(chunk).encode() + b"\n\n"])


async def told(socket):
    """The messages of one answer."""
    events = []
    while not events or events[-1]["type"] not in {"response.completed", "error"}:
        message = await socket.receive(timeout=5)
        assert message.type is WSMsgType.TEXT
        events.append(json.loads(message.data))
    return events


async def ask(socket, message):
    await socket.send_str(message if isinstance(message, str) else json.dumps(message))
    return await told(socket)


async def test_an_answer_comes_as_one_message_an_event(a, serving):
    async with serving(a.config(), lambda _: spoken(a, "Hel", "lo")) as (client, upstream):
        async with client.ws_connect(PATH) as socket:
            events = await ask(socket, create(USER))
        assert [event["sequence_number"] for event in events] == list(range(1, len(events) + 1))
        assert events[-1]["response"]["output"][0]["content"][0]["text"] == "Hello"
        assert upstream.body()["stream"] is True


async def test_a_turn_is_appended_to_those_before(a, serving):
    async with serving(a.config(), lambda _: spoken(a, "Yes")) as (client, upstream):
        async with client.ws_connect(PATH) as socket:
            await ask(socket, create(USER))
            await ask(socket, {"type": "response.append", "input": [USER]})
        assert [message["role"] for message in upstream.body()["messages"]] == ["user", "assistant", "user"]


async def test_warming_up_asks_nobody(a, serving):
    async with serving(a.config()) as (client, upstream):
        async with client.ws_connect(PATH) as socket:
            first, last = await ask(socket, create(USER, generate=False))
        assert (first["type"], last["response"]["output"]) == ("response.created", [])
        assert upstream.asked == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda a: a.Answer([b'{"error":{"code":"x"}}'], 400), (400, {"code": "x"})),
        (lambda a: a.Answer(spoken(a, "Hi").chunks[:1]), (408, "stream closed before response.completed")),
        (lambda a: a.Answer(spoken(a, "Hi").chunks[:1], broken="cut off"), (500, "cut off")),
    ],
)
async def test_a_failure_is_a_message_and_the_conversation_goes_on(a, serving, answer, error):
    answers = [answer(a), spoken(a, "Yes")]
    config = a.config(["k1"], **{"disable-cooling": True})
    async with serving(config, lambda _: answers.pop(0)) as (client, _), client.ws_connect(PATH) as socket:
        failed = (await ask(socket, create(USER)))[-1]
        assert (failed["type"], failed["status"]) == ("error", error[0])
        assert error[1] in (failed["error"], failed["error"].get("message"))
        assert (await ask(socket, create(USER)))[-1]["type"] == "response.completed"


async def test_what_is_no_request_is_refused_in_a_message(a, serving):
    async with serving(a.config()) as (client, _), client.ws_connect(PATH) as socket:
        assert (await ask(socket, "{oops"))[0]["error"]["message"] == "unsupported websocket request type: "
        await socket.send_bytes(json.dumps({"type": "response.append"}).encode())
        assert (await told(socket))[0]["status"] == 400


async def test_a_session_is_remembered_over_connections_that_overlap(a, serving):
    answers = [called(a, "c1"), spoken(a, "Yes")]
    headers = {"Session_id": "s1"}
    result = {"type": "function_call_output", "call_id": "c1", "output": "3"}
    async with serving(a.config(), lambda _: answers.pop(0)) as (client, upstream):
        async with (
            client.ws_connect(PATH, headers=headers) as first,
            client.ws_connect(PATH, headers=headers) as second,
        ):
            await ask(first, create(USER))
            await ask(second, create(USER, result))
        assert [message["role"] for message in upstream.body()["messages"]] == ["user", "assistant", "tool"]


async def test_the_turn_state_comes_back_in_the_handshake(a, serving):
    state = {"x-codex-turn-state": "abc"}
    async with serving(a.config()) as (client, _), client.ws_connect(PATH, headers=state) as socket:
        assert socket._response.headers.items() >= state.items()


async def test_a_key_is_needed(a, serving):
    async with serving(a.config()) as (client, _):
        client.session.headers.clear()
        with pytest.raises(WSServerHandshakeError) as refused:
            await client.ws_connect(PATH)
        assert refused.value.status == 401


async def test_a_request_that_is_no_handshake_is_refused(a, serving):
    async with serving(a.config()) as (client, _), client.get(PATH) as response:
        assert (response.status, await response.read()) == (400, b"Bad Request\n")
        assert response.headers["Sec-Websocket-Version"] == "13"


async def test_a_client_that_leaves_ends_the_upstreams_request(a, serving):
    closed = asyncio.Event()

    class Endless(a.Answer):
        async def _pieces(self):
            yield spoken(a, "Hi").chunks[0]
            await asyncio.Event().wait()

        def close(self):
            closed.set()

    async with serving(a.config(), lambda _: Endless([])) as (client, _):
        socket = await client.ws_connect(PATH)
        await socket.send_str(json.dumps(create(USER)))
        await socket.receive()
        await socket.close()
        await asyncio.wait_for(closed.wait(), 5)


async def test_messages_sent_at_once_are_answered_in_turn(a, serving):
    async with serving(a.config(), lambda _: spoken(a, "Yes")) as (client, upstream):
        async with client.ws_connect(PATH) as socket:
            for _ in range(5):
                await socket.send_str(json.dumps(create(USER)))
            for _ in range(5):
                assert (await told(socket))[-1]["type"] == "response.completed"
        assert [len(json.loads(asked.body)["messages"]) for asked in upstream.asked] == [1, 3, 5, 7, 9]


async def test_a_server_that_leaves_lets_go_of_a_client_that_waits(a, serving):
    async with serving(a.config()) as (client, _):
        socket = await client.ws_connect(PATH)
        await ask(socket, create(USER, generate=False))
        await client.server.app.shutdown()
        assert (await socket.receive(timeout=5)).type in {WSMsgType.CLOSE, WSMsgType.CLOSING}
        assert socket.close_code == 1001
