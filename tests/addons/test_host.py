"""Addons that fail are passed over; draining waits for what is still being said."""

import asyncio
import logging
import socket

import pytest

from addons.host import hooks_of, settled


class Broken:
    """Fails at every turn."""

    def requestheaders(self, _):
        raise RuntimeError("requestheaders")

    def request(self, _):
        raise RuntimeError("request")

    def responseheaders(self, _):
        raise RuntimeError("responseheaders")

    def response(self, _):
        raise RuntimeError("response")


async def test_an_addon_that_fails_is_never_the_requests_failure(rig, caplog):
    legacy = await rig.origin(rig.whole(b"{}"))
    front = await rig.front(legacy.port, before=[Broken()])
    assert (await rig.ask(front.port)).endswith(b"{}")
    failures = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(failures) == 4


async def test_draining_waits_for_the_stream_that_is_being_told(rig):
    go_on = asyncio.Event()

    async def say(_, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        await go_on.wait()
        writer.write(b"1\r\nb\r\n0\r\n\r\n")

    legacy = await rig.origin(say)
    front = await rig.front(legacy.port)
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    await reader.readuntil(b"a\r\n")
    draining = asyncio.ensure_future(front.serving.host.drain(lambda: front.serving.busy, 10))
    await asyncio.sleep(0)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", front.port)
    go_on.set()
    assert (await reader.read()).endswith(b"0\r\n\r\n")
    assert await draining == 0
    writer.close()


async def test_draining_says_how_many_it_cut_off(rig):
    async def say(_, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        await asyncio.Event().wait()

    legacy = await rig.origin(say)
    front = await rig.front(legacy.port)
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    await reader.readuntil(b"a\r\n")
    assert await front.serving.host.drain(lambda: front.serving.busy, 0.01) == 1
    assert await reader.read() == b""
    writer.close()


async def test_small_writes_are_sent_at_once(rig):
    seen = []

    class Look:
        def requestheaders(self, flow):
            seen.append(flow)

    legacy = await rig.origin(rig.whole(b"{}"))
    front = await rig.front(legacy.port, before=[Look()])
    listener = front.serving.host._servers["front"].sockets[0]
    assert listener.getsockopt(socket.SOL_SOCKET, socket.SO_PROTOCOL) == socket.IPPROTO_TCP  # so asyncio sets NODELAY


def test_hooks_run_in_the_order_of_the_addons():
    first, second = Broken(), Broken()
    assert hooks_of([first, second])["request"] == (first.request, second.request)


def test_nothing_is_held_back_or_checked():
    chosen = settled()
    assert not chosen.validate_inbound_headers
    assert not chosen.store_streamed_bodies
    assert chosen.keep_host_header
    assert chosen.stream_large_bodies is None


async def test_a_side_that_refuses_keeps_the_connections_it_has(rig):
    legacy = await rig.origin(rig.whole(b"{}"))
    front = await rig.front(legacy.port)
    host = front.serving.host
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    await reader.readuntil(b"{}")
    assert host.connected("front") == 1
    host.refuse("front")
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", front.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    await reader.readuntil(b"{}")
    writer.close()
