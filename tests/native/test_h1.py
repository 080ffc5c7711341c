import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.h1 import Broken, Connection

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: 1\r\n\r\n"
CLOSED = b"HTTP/1.1 200 OK\r\n\r\nhello"


class Wire(asyncio.Transport):
    """What a connection writes to; bytes are given to it by the test."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closing = self.reading = False

    def write(self, data) -> None:
        self.written += data

    def abort(self) -> None:
        self.closing = True

    def is_closing(self) -> bool:
        return self.closing

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


async def answered(pieces, *, lost: bool = False):
    """A connection that was asked, and was given these pieces."""
    connection, wire = Connection(asyncio.get_running_loop()), Wire()
    connection.connection_made(wire)
    asked = asyncio.ensure_future(connection.ask(b"GET / HTTP/1.1\r\n\r\n", b""))
    await asyncio.sleep(0)
    for piece in pieces:
        connection.data_received(piece)
    if lost:
        connection.connection_lost(None)
    await asked
    return connection


@pytest.mark.parametrize("answer", [WHOLE, CHUNKED])
@given(cuts=st.sets(st.integers(1, 90), max_size=12))
async def test_an_answer_is_the_same_however_it_is_cut(answer, cuts):
    marks = [0, *sorted(cut for cut in cuts if cut < len(answer)), len(answer)]
    connection = await answered([answer[a:b] for a, b in pairwise(marks)])
    assert (connection.status, await connection.take_all()) == (200, b"hello")
    assert connection.reusable


async def test_headers_keep_their_order_and_spelling():
    assert (await answered([WHOLE])).headers == [("Content-Type", "a/b"), ("Content-Length", "5")]


async def test_a_body_without_a_length_ends_with_the_connection():
    connection = await answered([CLOSED], lost=True)
    assert await connection.take_all() == b"hello"
    assert not connection.reusable


@pytest.mark.parametrize("answer", [WHOLE[:-1], CHUNKED[:-5], CHUNKED[:-30]])
async def test_a_body_that_ends_too_early_is_broken(answer):
    connection = await answered([answer], lost=True)
    with pytest.raises(Broken):
        await connection.take_all()


@pytest.mark.parametrize(
    "answer",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: " + b"b" * 300_000,
    ],
)
async def test_what_is_no_http_is_broken(answer):
    with pytest.raises(Broken):
        await answered([answer])


@pytest.mark.parametrize("size", [b"zz", b"-1", b"1" * 5000])
async def test_a_chunk_without_a_size_is_broken(size):
    connection = await answered([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\nhello"])
    with pytest.raises(Broken):
        await connection.take_all()


async def test_more_body_than_told_ends_the_connection():
    connection = await answered([WHOLE + b"!"])
    assert not connection.reusable


async def test_an_answer_in_between_is_passed_over():
    assert (await answered([b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE])).status == 200


async def test_no_content_has_no_body():
    connection = await answered([b"HTTP/1.1 204 No Content\r\n\r\n"])
    assert await connection.take() == b""
    assert connection.reusable


@pytest.mark.parametrize("head", [b"HTTP/1.0 200 OK\r\n", b"HTTP/1.1 200 OK\r\nConnection: close\r\n"])
async def test_who_says_close_is_not_asked_again(head):
    assert not (await answered([head + b"Content-Length: 0\r\n\r\n"])).reusable


async def test_a_second_request_finds_a_clean_slate():
    connection = await answered([WHOLE])
    await connection.take_all()
    asked = asyncio.ensure_future(connection.ask(b"GET /b HTTP/1.1\r\n\r\n", b""))
    await asyncio.sleep(0)
    connection.data_received(CHUNKED)
    await asked
    assert await connection.take_all() == b"hello"


async def test_bytes_nobody_asked_for_end_the_connection():
    connection = await answered([WHOLE])
    await connection.take_all()
    connection.data_received(b"HTTP/1.1 200 OK\r\n\r\n")
    assert not connection.idle


async def test_reading_stops_while_nobody_takes_what_has_come():
    connection = await answered([b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n"])
    connection.data_received(b"x" * 2_000_000)
    assert connection.transport.reading is False
    assert len(await connection.take()) == 2_000_000
    assert connection.transport.reading is True


@given(st.binary(max_size=300))
async def test_arbitrary_bytes_never_hang_and_raise_nothing_else(data):
    try:
        connection = await answered([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", data], lost=True)
        await connection.take_all()
    except Broken:
        pass
