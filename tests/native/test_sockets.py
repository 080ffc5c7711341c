import ssl

import pytest
from aiohttp import WSCloseCode, web
from aiohttp.test_utils import TestServer

from native.sockets import AGENT, COMPRESSION, connect
from native.upstream import HandshakeError, UpstreamError, UpstreamRequest


@pytest.fixture
async def provider():
    """A provider whose paths are what it does."""
    asked = []

    async def answer(request):
        asked.append(request)
        if request.path == "/refuse":
            return web.Response(status=404, text="no such thing")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if request.path == "/echo":
                await socket.send_str(message.data)
            elif request.path == "/binary":
                await socket.send_bytes(b"x")
            elif request.path == "/cut":
                request.transport.abort()
            else:
                await socket.close(code=WSCloseCode.GOING_AWAY)
        return socket

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app) as server:
        server.asked = asked
        yield server


def to(provider, path, **headers):
    return UpstreamRequest("GET", f"ws://127.0.0.1:{provider.port}{path}", list(headers.items()), b"")


async def opened(provider, path, **headers):
    return await connect(to(provider, path, **headers), ssl.create_default_context())


async def test_texts_go_and_come(provider):
    socket = await opened(provider, "/echo", Authorization="Bearer k")
    await socket.send("żółw".encode())
    assert await socket.receive() == "żółw".encode()
    await socket.close()
    (request,) = provider.asked
    assert request.headers["Authorization"] == "Bearer k"
    assert request.headers["User-Agent"] == AGENT
    assert request.headers["Sec-WebSocket-Extensions"] == COMPRESSION
    assert "Accept" not in request.headers
    assert dict(socket.headers)["Upgrade"].lower() == "websocket"


async def test_what_a_provider_says_instead_is_read(provider):
    with pytest.raises(HandshakeError) as refused:
        await opened(provider, "/refuse")
    assert (refused.value.status, refused.value.body) == (404, b"no such thing")


async def test_nobody_there_is_no_answer():
    with pytest.raises(UpstreamError):
        await connect(UpstreamRequest("GET", "ws://127.0.0.1:1/", [], b""), ssl.create_default_context())


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/close", "websocket: close 1001 (going away)"),
        ("/cut", "websocket: close 1006 (abnormal closure): unexpected EOF"),
        ("/binary", "unexpected binary message"),
    ],
)
async def test_an_end_is_told_as_it_was(provider, path, said):
    socket = await opened(provider, path)
    await socket.send(b"x")
    with pytest.raises(UpstreamError, match=said.replace("(", r"\(").replace(")", r"\)")):
        await socket.receive()
    await socket.close()


async def test_a_text_after_the_end_cannot_be_sent(provider):
    socket = await opened(provider, "/echo")
    await socket.close()
    with pytest.raises(UpstreamError):
        await socket.send(b"x")
