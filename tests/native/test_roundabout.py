import asyncio
import ssl

import pytest

from native.config import Deadlines
from native.h1 import Broken
from native.roundabout import Roundabout
from native.upstream import UpstreamRequest


@pytest.fixture
async def roundabout():
    found = Roundabout(ssl.create_default_context(), Deadlines())
    yield found
    await found.close()


async def test_a_socks_proxy_is_told_the_name_and_looks_it_up_itself(roundabout):
    heard = asyncio.Queue()

    async def socks(reader, writer):
        await reader.readexactly(3)
        writer.write(b"\x05\x00")
        head = await reader.readexactly(5)
        await heard.put(await reader.readexactly(head[4]))
        await reader.readexactly(2)
        writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50")
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        writer.close()

    server = await asyncio.start_server(socks, "127.0.0.1", 0)
    proxy = f"socks5://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    found = await roundabout.send(UpstreamRequest("GET", "http://far.example.test/x", [], b"", proxy), [])
    assert (found.status, await found.take_all()) == (200, b"ok")
    assert await heard.get() == b"far.example.test"
    found.release()
    server.close()


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:1", "socks5://127.0.0.1:1"])
async def test_a_proxy_that_is_not_there_is_no_answer(roundabout, proxy):
    with pytest.raises(Broken):
        await roundabout.send(UpstreamRequest("GET", "http://far.example.test/x", [], b"", proxy), [])
