"""The front passes on what it gets, and asks the next only while the client has got nothing."""

import asyncio

import pytest

from addons.way import UNANSWERED
from shim.exchange import Exchange, Request
from shim.faults import Fault, fault_of

CLAUDE = "POST /v1/messages"

ANSWERS = {
    "a length": (
        b"HTTP/1.1 200 OK\r\nX-b: 1\r\nx-A: 2\r\nX-b: 3\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
    ),
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "chunks with extensions and trailers": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-End\r\nConnection: close\r\n\r\n"
        b"005;name=value\r\nhello\r\nA\r\n0123456789\r\n0\r\nX-End: 1\r\n\r\n"
    ),
    "neither": b"HTTP/1.0 200 Fine\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n",
    "nothing": b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
    "an odd reason": (
        b"HTTP/1.1 429 Slow Down, Please\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    ),
    "no reason": b"HTTP/1.1 200 \r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    "a length it does not keep": b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhel",
    "chunks that break off between": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "chunks that break off within": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nFF\r\nhalf",
    "chunks that break off in a size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nF",
    "a head only": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "silence": b"",
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
async def test_a_client_gets_the_very_bytes_that_the_legacy_sent(rig, answer):
    async def say(_, writer):
        writer.write(answer)
        writer.close()

    legacy = await rig.origin(say)
    front = await rig.front(legacy.port)
    assert await rig.ask(front.port) == answer


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
async def test_chunks_pass_however_the_network_cuts_them(rig, size):
    answer = ANSWERS["chunks with extensions and trailers"]

    async def say(_, writer):
        for at in range(0, len(answer), size):
            writer.write(answer[at : at + size])
            await asyncio.sleep(0)
        writer.close()

    legacy = await rig.origin(say)
    front = await rig.front(legacy.port)
    assert await rig.ask(front.port) == answer
    assert b"".join((await front.ended())[0].response.chunks) == b"hello0123456789"


async def test_the_legacy_gets_the_very_bytes_that_a_client_sent(rig):
    legacy = await rig.origin(rig.whole(b"{}"))
    front = await rig.front(legacy.port)
    sent = b"POST /v1/x?b=2&a=%20 HTTP/1.1\r\nhOST: agent\r\nX-b: 1\r\nx-A: 2\r\nX-B: 3\r\nContent-Length: 2\r\n\r\n{}"
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    writer.write(sent)
    await reader.readuntil(b"{}")
    writer.close()
    assert legacy.heard[0].head + legacy.heard[0].body == sent


async def test_a_body_sent_in_chunks_arrives(rig):
    legacy = await rig.origin(rig.whole(b"{}"))
    front = await rig.front(legacy.port)
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    await rig.send(front.port, head + b"5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n")
    assert legacy.heard[0].body == b"hello!"


async def test_a_head_request_gets_a_head(rig):
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\nConnection: close\r\n\r\n"
    legacy = await rig.origin(answer)
    front = await rig.front(legacy.port)
    assert await rig.ask(front.port, method="HEAD") == answer


async def test_each_chunk_reaches_the_client_before_the_next_is_sent(rig):
    got = asyncio.Queue()

    async def say(_, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for number in range(5):
            writer.write(b"8\r\ndata: %d\n\r\n" % number)
            assert await got.get() == number
        writer.write(b"0\r\n\r\n")

    legacy = await rig.origin(say)
    front = await rig.front(legacy.port)
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    for number in range(5):
        await reader.readuntil(b"data: %d\n\r\n" % number)
        got.put_nowait(number)
    assert await reader.readuntil(b"0\r\n\r\n") == b"0\r\n\r\n"
    writer.close()


async def test_one_connection_carries_many_exchanges(rig):
    legacy = await rig.origin(rig.whole(b"{}"))
    front = await rig.front(legacy.port)
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    for _ in range(3):
        writer.write(b"GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n")
        await reader.readuntil(b"{}")
    writer.write(b"GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n" * 3)  # not waiting for answers
    for _ in range(3):
        await reader.readuntil(b"{}")
    writer.close()
    assert len(legacy.heard) == 6
    assert front.recorder.counters.seen == 6


async def test_fifty_megabytes_pass_both_ways(rig):
    size = 50 << 20

    async def echo(heard, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(heard.body))
        writer.write(heard.body)
        await writer.drain()
        writer.close()

    legacy = await rig.origin(echo)
    front = await rig.front(legacy.port)
    body = bytes(range(256)) * (size // 256)
    answer = await rig.ask(front.port, "/anything", body)
    assert answer.endswith(body)
    ended = (await front.ended())[0]
    assert ended.request_cut.size == ended.response_cut.size == size
    assert len(ended.response.body) < size


async def test_a_client_that_leaves_ends_the_request(rig):
    gone = asyncio.Event()

    async def say(_, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        await writer.drain()
        while not writer.is_closing():
            writer.write(b"1\r\nb\r\n")
            await asyncio.sleep(0.001)
        gone.set()

    legacy = await rig.origin(say)
    front = await rig.front(legacy.port)
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    await reader.readuntil(b"a\r\n")
    writer.close()
    await asyncio.wait_for(gone.wait(), 5)
    ended = (await front.ended())[0]
    assert not ended.response.complete
    assert ended.route.left


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/v1/messages", b'"type": "error", "error": {"type": "api_error"'),
        ("/v1beta/models/g:generateContent", b'"code": 502'),
        ("/v1/chat/completions", b'"type": "server_error"'),
    ],
)
async def test_with_the_legacy_down_a_client_is_told_so_in_its_own_protocol(rig, path, shape):
    nobody = await rig.origin(b"")
    await rig.stack.aclose()
    front = await rig.front(nobody.port)
    answer = await rig.ask(front.port, path, b"{}")
    assert answer.startswith(b"HTTP/1.1 502 ")
    assert shape in answer
    ended = (await front.ended())[0]
    assert (ended.route.mode, ended.response.status) == ("front", 502)


async def test_the_legacy_is_asked_again_once_it_is_back(rig):
    nobody = await rig.origin(b"")
    await rig.stack.aclose()
    front = await rig.front(nobody.port)
    assert b"502" in await rig.ask(front.port)

    async def back(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(rig.whole(b"back"))
        writer.close()

    server = await asyncio.start_server(back, "127.0.0.1", nobody.port)
    assert (await rig.ask(front.port)).endswith(b"back")
    server.close()


async def test_native_answers_where_its_flag_says_so(rig):
    legacy, native = await rig.origin(rig.whole(b"legacy")), await rig.origin(rig.whole(b"native"))
    front = await rig.front(legacy.port, native=native.port, flags={CLAUDE: "native"})
    assert (await rig.ask(front.port, "/v1/messages", b"{}")).endswith(b"native")
    assert (await rig.ask(front.port, "/v1/chat/completions", b"{}")).endswith(b"legacy")
    assert [ended.route.mode for ended in await front.ended()] == ["native", "legacy"]


def _declines(answer):
    return lambda rig: rig.origin(answer)


async def _down(rig):
    """Somebody who was there once."""
    found = await rig.origin(b"")
    await rig.stack.aclose()
    return found


async def _hangs_up(rig):
    async def leave(_, writer):
        writer.close()

    return await rig.origin(leave)


def _exchange(ended):
    return Exchange(Request("POST", "/v1/messages"), ended.response, mode=ended.route.mode)


FAILURES = {
    "down": (_down, "cannot be reached", Fault.CRASH),
    "hangs up": (_hangs_up, "server closed connection", Fault.CRASH),
    "has no handler": (
        _declines(b"HTTP/1.1 501 No\r\n" + UNANSWERED.encode() + b": no handler\r\nContent-Length: 3\r\n\r\nnot"),
        "no handler",
        Fault.UNSERVED,
    ),
    "has failed": (
        _declines(b"HTTP/1.1 500 Oh\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n\r\nnot"),
        "native failed",
        Fault.FAILED,
    ),
    "fails in chunks": (
        _declines(
            b"HTTP/1.1 500 Oh\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nnot\r\n0\r\n\r\n"
        ),
        "native failed",
        Fault.FAILED,
    ),
}


@pytest.mark.parametrize(("failing", "reason", "fault"), FAILURES.values(), ids=FAILURES)
async def test_native_that_fails_before_the_first_byte_leaves_it_to_the_legacy(rig, failing, reason, fault):
    native = await failing(rig)
    legacy = await rig.origin(rig.whole(b"legacy"))
    front = await rig.front(legacy.port, native=native.port, flags={CLAUDE: "native"})
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    for _ in range(2):  # the second time over connections that are there
        writer.write(b'POST /v1/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\n{"a":1}')
        assert await asyncio.wait_for(reader.readuntil(b"legacy"), 5) == rig.whole(b"legacy")
    writer.close()
    assert [heard.body for heard in legacy.heard] == [b'{"a":1}'] * 2
    for ended in await front.ended():
        assert ended.route.mode == "legacy"
        assert reason in ended.route.fallback
        assert fault_of(_exchange(ended), ended.route.fallback, left=False) is fault
        assert ended.response.body == b"legacy"


async def test_native_that_breaks_off_later_is_not_answered_again(rig):
    async def break_off(_, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        writer.close()

    legacy, native = await rig.origin(rig.whole(b"legacy")), await rig.origin(break_off)
    front = await rig.front(legacy.port, native=native.port, flags={CLAUDE: "native"})
    assert (await rig.ask(front.port, "/v1/messages", b"{}")).endswith(b"5\r\nhello\r\n")
    assert legacy.heard == []
    (ended,) = await front.ended()
    assert not ended.response.complete
    assert fault_of(_exchange(ended), ended.route.fallback, left=ended.route.left) is Fault.BROKEN


async def test_an_error_of_the_provider_that_native_passes_on_is_an_answer(rig):
    legacy, native = await rig.origin(rig.whole(b"legacy")), await rig.origin(rig.whole(b"{}", "500 Internal Error"))
    front = await rig.front(legacy.port, native=native.port, flags={CLAUDE: "native"})
    assert b" 500 " in await rig.ask(front.port, "/v1/messages", b"{}")
    assert legacy.heard == []


async def test_when_nobody_is_there_the_client_is_told_why(rig):
    nobody = await _down(rig)
    front = await rig.front(nobody.port, native=nobody.port, flags={CLAUDE: "native"})
    answer = await rig.ask(front.port, "/v1/messages", b"{}")
    assert b"native cannot be reached" in answer
    assert b"legacy cannot be reached" in answer


async def test_who_expects_a_go_ahead_gets_one(rig):
    legacy = await rig.origin(rig.whole(b"{}"))
    front = await rig.front(legacy.port)
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    writer.write(b"POST /v1/x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"hello")
    assert await reader.readuntil(b"{}") == rig.whole(b"{}")
    writer.close()
    assert legacy.heard[0].body == b"hello"
    assert (await front.ended())[0].response.status == 200


@pytest.mark.parametrize(
    "said", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"\x16\x03\x01\x00\x05hello"]
)
async def test_what_is_no_request_ends_its_connection_and_nothing_else(rig, said):
    legacy = await rig.origin(rig.whole(b"{}"))
    front = await rig.front(legacy.port)
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    writer.write(said)
    writer.write_eof()
    await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert (await rig.ask(front.port)).endswith(b"{}")
