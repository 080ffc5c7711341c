"""Answers keep their chunks: the record gets contents, the client gets what came."""

import asyncio

from addons.verbatim import Verbatim


def test_what_is_framed_already_is_kept_by_whoever_reads_the_frames():
    kept = []
    stream = Verbatim(kept.append)
    assert stream(b"plain") == b"plain"
    stream.raw = True
    assert stream(b"5\r\nchunk\r\n") == b"5\r\nchunk\r\n"
    assert stream(b"") == b""
    assert kept == [b"plain"]


async def test_an_answer_and_the_next_in_one_read_are_told_apart(rig):
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
    legacy = await rig.origin(said)
    front = await rig.front(legacy.port)
    request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    last = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    assert await rig.send(front.port, request * 2 + last) == said * 3
    assert [ended.response.body for ended in await front.ended()] == [b"a"] * 3


async def test_a_chunked_head_answer_has_no_body(rig):
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    legacy = await rig.origin(said)
    front = await rig.front(legacy.port)
    assert await rig.ask(front.port, method="HEAD") == said


async def test_an_answer_whose_framing_makes_no_sense_is_passed_to_its_end(rig):
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\nand more"

    async def say(_, writer):
        writer.write(said)
        writer.close()

    legacy = await rig.origin(say)
    front = await rig.front(legacy.port)
    assert await rig.ask(front.port) == said
    assert not (await front.ended())[0].response.complete


async def test_when_the_port_is_left_an_answer_is_its_connections_last_and_recorded_as_it_came(rig):
    legacy = await rig.origin(rig.whole(b"{}"))
    front = await rig.front(legacy.port)
    asked = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    writer.write(asked)
    assert b"close" not in await reader.readuntil(b"{}")
    front.serving.parting.set()
    writer.write(asked)
    assert await reader.read() == rig.whole(b"{}").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    writer.close()
    assert all("Connection" not in dict(one.response.headers) for one in await front.ended())


async def test_when_the_port_is_left_a_stream_passes_unchanged_and_its_connection_ends_with_it(rig):
    body = b"1\r\na\r\n1\r\nb\r\n0\r\n\r\n"
    legacy = await rig.origin(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
    front = await rig.front(legacy.port)
    front.serving.parting.set()
    said = await rig.send(front.port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert said == b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + body
