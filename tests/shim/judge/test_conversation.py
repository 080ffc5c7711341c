"""A client that asks exactly what was recorded and writes down exactly what it hears."""

import asyncio
import contextlib

import orjson
import pytest
from aiohttp import web

from native.h1 import Broken
from shim.exchange import Request, Response
from shim.judge import virtual_time
from shim.judge.conversation import ask, fill, filled
from shim.judge.in_memory import MemoryLine


def answered(request, by):
    """What a server in memory answers."""

    async def run():
        server = web.Server(by)
        try:
            return await ask(MemoryLine(server, "http://x.test:1"), request)
        finally:
            await server.shutdown()

    return virtual_time.run(run())


async def heard(request):
    """Answers with what it was asked."""
    headers = [[name.decode(), value.decode()] for name, value in request.raw_headers]
    told = {"headers": headers, "body": (await request.read()).decode()}
    return web.json_response({"method": request.method, "path": request.raw_path, **told})


def what_arrives(request):
    return orjson.loads(answered(request, heard).body)


def test_what_a_later_request_takes_from_an_earlier_answer_is_filled_in():
    answers = [Response(200, chunks=(b'{"state":"a b","list":[{"x":7}]}',))]
    assert fill("/s?state={{0.state|url}}&x={{0.list.0.x}}", answers) == "/s?state=a%20b&x=7"
    assert fill("{{1.state}}", answers) == "nothing-there"


def test_a_request_is_filled_in_at_all_its_places_and_bytes_that_are_no_text_stay():
    answers = [Response(200, chunks=(b'{"id":"7"}',))]
    made = filled(Request("POST", "/a/{{0.id}}", (("X-Id", "{{0.id}}"),), b"\xff{{0.id}}"), answers)
    assert (made.url, made.headers, made.body) == ("/a/7", (("X-Id", "7"),), b"\xff7")


def test_what_is_sent_is_what_was_recorded_and_what_no_client_can_leave_out():
    found = what_arrives(Request("POST", "/v1?a=%20b", (("X-Two", "2"), ("x-one", "1")), b"{}"))
    assert (found["method"], found["path"], found["body"]) == ("POST", "/v1?a=%20b", "{}")
    assert found["headers"] == [["Host", "x.test:1"], ["X-Two", "2"], ["x-one", "1"], ["Content-Length", "2"]]


def test_what_the_client_said_itself_is_not_said_twice():
    found = what_arrives(Request("POST", "/", (("host", "mine"), ("content-length", "2")), b"{}"))
    assert found["headers"] == [["host", "mine"], ["content-length", "2"]]


@pytest.mark.parametrize(("method", "says"), [("GET", None), ("POST", "0")])
def test_an_empty_body_is_measured_where_a_method_may_have_one(method, says):
    assert dict(what_arrives(Request(method, "/"))["headers"]).get("Content-Length") == says


@pytest.mark.parametrize("body", [b"", b"some text"])
def test_a_body_that_came_in_pieces_is_sent_in_pieces(body):
    assert what_arrives(Request("POST", "/", (("Transfer-Encoding", "chunked"),), body))["body"] == body.decode()


def test_to_a_head_there_is_no_body():
    found = answered(Request("HEAD", "/"), heard)
    assert (found.status, found.chunks, found.complete) == (200, (), True)
    assert int(dict(found.headers)["Content-Length"]) > 0


def test_what_came_before_a_break_is_kept_and_known_to_be_broken():
    async def breaks(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"one")
        await asyncio.sleep(1)
        request.transport.close()
        return response

    found = answered(Request("GET", "/"), breaks)
    assert (found.chunks, found.complete) == ((b"one",), False)


def test_no_answer_at_all_is_an_error():
    async def leaves(request):
        request.transport.close()
        await asyncio.sleep(1)
        return web.Response()

    with pytest.raises(Broken):
        answered(Request("GET", "/"), leaves)


def a_socket(*says, then_leaves=False):
    """A server that says some messages to each that it gets."""

    async def talk(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            for one in says:
                with contextlib.suppress(ConnectionResetError):
                    await socket.send_str(one.replace("HEARD", message.data))
            if then_leaves:
                await socket.close(code=1008)
        return socket

    return talk


ENDS = '{"type":"response.completed"}'


def test_messages_are_answers_to_the_message_before_them():
    asked = Request("WEBSOCKET", "/v1/responses", frames=("a", "b"))
    found = answered(asked, a_socket("HEARD", ENDS))
    assert (found.status, found.complete) == (101, True)
    assert [chunk.split(b"\n")[:2] for chunk in found.chunks] == [
        [b"event: 0", b"data: a"],
        [b"event: 0", b"data: " + ENDS.encode()],
        [b"event: 1", b"data: b"],
        [b"event: 1", b"data: " + ENDS.encode()],
    ]
    assert "sec-websocket-accept" not in {name.lower() for name, _ in found.headers}


def test_a_server_that_closes_is_asked_no_more():
    found = answered(Request("WEBSOCKET", "/", frames=("a", "b")), a_socket("HEARD", then_leaves=True))
    assert found.chunks == (b"event: 0\ndata: a\n\n", b"event: close\ndata: 1008\n\n")
    assert not found.complete


def test_a_handshake_that_is_refused_is_an_answer():
    async def refuse(_request):
        return web.Response(status=403, headers={"X-Why": "closed"})

    found = answered(Request("WEBSOCKET", "/"), refuse)
    assert found.status == 403
    assert dict(found.headers)["X-Why"] == "closed"
