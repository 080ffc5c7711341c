"""An answer that goes out at once is, to the client, the answer that aiohttp would have written."""

import asyncio
import socket

import pytest
from aiohttp import web

from native.listening import Serving, site_on
from native.surface.prompt import WHOLE, Prompt, said


class Nothing:
    """Nothing lives beside the server."""

    async def start(self):
        pass

    leave = close = start


@pytest.fixture
async def served():
    """Serves bodies; returns how to ask for one: (raw request, body, promptly or not) -> raw answer."""
    bodies = {}

    async def answer(request):
        body = bodies["body"]
        return said(request, body) if bodies["prompt"] else web.Response(body=body, headers=WHOLE)

    runner = Serving(answer, Nothing(), access_log=None)
    await runner.setup()
    with socket.create_server(("127.0.0.1", 0)) as sock:
        await site_on(runner, sock, ("unused", 0)).start()

        async def ask(request, body, *, prompt=True):
            bodies.update(body=body, prompt=prompt)
            reader, writer = await asyncio.open_connection(*sock.getsockname())
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            got = b"" if request.startswith(b"HEAD") else await reader.readexactly(len(body))
            writer.write_eof()
            assert await reader.read() == b""
            writer.close()
            return head, got

        yield ask
        await runner.cleanup()


def lines(head):
    first, *rest = head.decode().strip().split("\r\n")
    return first, sorted(line for line in rest if not line.startswith("Date:"))


@pytest.mark.parametrize("body", [b"", b"{}", b"x" * 300_000])
@pytest.mark.parametrize(
    "request_head",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.0\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
        b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
async def test_the_client_sees_what_it_would_see_of_aiohttps(served, request_head, body):
    prompt, slow = await served(request_head, body), await served(request_head, body, prompt=False)
    assert lines(prompt[0]) == lines(slow[0])
    assert (b"\r\nDate: " in prompt[0], prompt[1]) == (True, body if prompt[1] else b"")
    assert prompt[1] == slow[1]


async def test_a_client_that_has_left_is_a_connection_that_broke():
    class Gone:
        transport = None

    response = Prompt(b"{}")
    with pytest.raises(ConnectionError):
        await response.prepare(Gone())
    assert not response.prepared
