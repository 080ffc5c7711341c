"""A given socket is served without a refused connection, and handed over without a broken answer."""

import asyncio
import os
import socket

import pytest
from aiohttp import web

from native.listening import GivenError, Serving, given, site_on
from native.surface.prompt import said


@pytest.fixture
def held():
    """A listening socket that is held for others, as a supervisor holds it."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield found


class Server:
    """A small server on a socket that was given."""

    def __init__(self, sock):
        self.go_on = asyncio.Event()
        self.began = asyncio.Event()
        self.told = []
        self.runner = Serving(self.answer, self, shutdown_timeout=1)
        self.sock = given(sock.fileno(), {})

    async def begin(self):
        await self.runner.setup()
        self.site = site_on(self.runner, self.sock, ("unused", 0))
        await self.site.start()
        return self

    async def start(self):
        self.told.append("start")

    async def leave(self):
        self.told.append("leave")

    async def close(self):
        self.told.append("close")

    async def answer(self, request):
        if request.path == "/stream":
            return await self.stream(request)
        if request.path in {"/slow", "/prompt"}:
            self.began.set()
            await self.go_on.wait()
            return said(request, b"whole") if request.path == "/prompt" else web.Response(text="whole")
        return web.Response(text=(await request.text()) or "whole")

    async def stream(self, request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"first ")
        self.began.set()
        await self.go_on.wait()
        await response.write(b"last")
        return response

    def hand_over(self, idle):
        return asyncio.ensure_future(self.runner.hand_over(self.site, idle))


async def asked(reader, writer, path):
    """One request over an open connection: head and body."""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    return head, (await reader.readexactly(5) if b"Content-Length: 5" in head else b"")


def opened(sock):
    return asyncio.open_connection(*sock.getsockname())


async def test_who_knocks_while_nobody_serves_is_answered_by_the_next(held):
    reader, writer = await opened(held)
    writer.write(b"GET /whole HTTP/1.1\r\nHost: a\r\n\r\n")
    server = await Server(held).begin()
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.close()
    await server.runner.cleanup()
    assert held.fileno() != -1


async def test_handing_over_ends_a_stream_at_its_end_and_an_idle_connection_with_its_next_answer(held):
    first, second = await Server(held).begin(), None
    idle, streaming = await opened(held), await opened(held)
    assert b"Connection: close" not in (await asked(*idle, "/whole"))[0]
    streaming[1].write(b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
    await first.began.wait()
    handing = first.hand_over(idle=30)
    await asyncio.sleep(0)
    second = await Server(held).begin()
    head, body = await asked(*idle, "/whole")
    assert (b"Connection: close" in head, body) == (True, b"whole")
    assert await idle[0].read() == b""
    fresh = await opened(held)
    assert b"Connection: close" not in (await asked(*fresh, "/whole"))[0]
    assert not handing.done()
    first.go_on.set()
    assert b"last" in await streaming[0].readuntil(b"0\r\n\r\n")
    assert b"Connection: close" in (await asked(*streaming, "/whole"))[0]
    await asyncio.wait_for(handing, 5)
    for _, writer in (idle, streaming, fresh):
        writer.close()
    await first.runner.cleanup()
    await second.runner.cleanup()


@pytest.mark.parametrize("path", ["/slow", "/prompt"])
async def test_what_was_asked_before_the_hand_over_is_answered_last(held, path):
    server = await Server(held).begin()
    reader, writer = await opened(held)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    await server.began.wait()
    handing = server.hand_over(idle=30)
    await asyncio.sleep(0)
    server.go_on.set()
    assert b"Connection: close" in await reader.readuntil(b"\r\n\r\n")
    assert await reader.read() == b"whole"
    await asyncio.wait_for(handing, 5)
    writer.close()
    await server.runner.cleanup()


async def test_an_idle_connection_is_not_waited_for_for_ever(held):
    server = await Server(held).begin()
    reader, writer = await opened(held)
    await asked(reader, writer, "/whole")
    await asyncio.wait_for(server.hand_over(idle=0.05), 5)
    assert await reader.read() == b""
    assert server.told == ["start", "leave"]
    writer.close()
    await server.runner.cleanup()
    assert server.told[-1] == "close"


@pytest.mark.parametrize(("said", "status"), [(b"100-Continue", b"100"), (b"a pony", b"417")])
async def test_who_waits_for_leave_to_send_a_body_gets_it(held, said, status):
    server = await Server(held).begin()
    reader, writer = await opened(held)
    writer.write(b"POST /whole HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: " + said + b"\r\n\r\n")
    assert (await reader.readuntil(b"\r\n\r\n")).split()[1] == status
    if status == b"100":
        writer.write(b"given")
        assert b"Content-Length: 5" in await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(5) == b"given"
    writer.close()
    await server.runner.cleanup()


def test_systemds_way_of_passing_a_socket_is_understood(monkeypatch, held):
    monkeypatch.setattr("native.listening.FIRST_GIVEN", held.fileno())
    mine = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
    with given(None, mine) as found:
        assert found.getsockname() == held.getsockname()
    assert given(None, {**mine, "LISTEN_PID": "1"}) is None
    assert given(None, {}) is None


def test_a_descriptor_that_is_no_socket_is_said(tmp_path):
    with (tmp_path / "a").open("w") as file, pytest.raises(GivenError, match="is no socket"):
        given(file.fileno(), {})
