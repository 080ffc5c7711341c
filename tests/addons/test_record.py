"""What passes is offered to the recorder whole, and nothing that happens there touches a request."""

import asyncio
import base64
import os

import pytest
import wsproto
from wsproto import ConnectionType
from wsproto.events import BytesMessage, CloseConnection, TextMessage
from wsproto.extensions import PerMessageDeflate

from shim.messages import Begun
from shim.recorder import Recorder


async def test_an_exchange_is_offered_with_its_chunks_and_times(rig):
    go_on = asyncio.Queue()

    async def say(_, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nX-a: 1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        await go_on.get()
        writer.write(b"3\r\ntwo\r\n4\r\nfive\r\n0\r\n\r\n")

    legacy = await rig.origin(say)
    front = await rig.front(legacy.port)
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    writer.write(b'POST /v1/messages?beta=true HTTP/1.1\r\nX-Key: k\r\nHost: a\r\nContent-Length: 4\r\n\r\n"hi"')
    await reader.readuntil(b"one\r\n")
    go_on.put_nowait(None)
    await reader.readuntil(b"0\r\n\r\n")
    writer.close()
    ended = (await front.ended())[0]
    assert ended.request.method == "POST"
    assert ended.request.url == "/v1/messages?beta=true"
    assert ended.request.headers[0] == ("X-Key", "k")
    assert ended.request.body == b'"hi"'
    assert ended.response.status == 200
    assert ended.response.headers[0] == ("X-a", "1")
    assert ended.response.chunks == (b"one", b"two", b"five")
    assert len(ended.response.times) == 3
    assert list(ended.response.times) == sorted(ended.response.times)
    assert ended.response.complete
    assert ended.route.endpoint == "POST /v1/messages"


async def test_what_begins_is_offered_before_it_ends(rig):
    front = None

    async def say(_, writer):
        assert [type(message) for message in front.recorder._queue][:1] == [Begun]
        writer.write(rig.whole(b"{}"))

    legacy = await rig.origin(say)
    front = await rig.front(legacy.port)
    assert b"200" in await rig.ask(front.port)


async def test_a_full_recorder_drops_and_counts_and_requests_pass(rig):
    legacy = await rig.origin(rig.whole(b"{}"))
    front = await rig.front(legacy.port, recorder=Recorder(lambda _: None, messages=0))
    for _ in range(3):
        assert (await rig.ask(front.port)).endswith(b"{}")
    assert front.recorder.counters.seen == front.recorder.counters.refused == 3


class Failing(Recorder):
    """Fails at every offer."""

    def begin(self, *_, **__):
        raise OSError("the disk is gone")

    ask = finish = begin


async def test_a_recorder_that_fails_touches_no_request(rig):
    legacy = await rig.origin(rig.whole(b"{}"))
    front = await rig.front(legacy.port, recorder=Failing(lambda _: None))
    for _ in range(2):
        assert (await rig.ask(front.port, body=b"{}")).endswith(b"{}")
    assert len(legacy.heard) == 2


async def _handshake(reader, writer, *fields):
    key = base64.b64encode(os.urandom(16)).decode()
    lines = ["GET /v1/responses HTTP/1.1", "Host: a", "Upgrade: websocket", "Connection: Upgrade"]
    lines += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", *fields, "", ""]
    writer.write("\r\n".join(lines).encode())
    return await reader.readuntil(b"\r\n\r\n")


@pytest.mark.parametrize("deflated", [False, True])
async def test_a_websocket_passes_byte_for_byte_and_is_recorded_by_messages(rig, deflated):
    sent, got = bytearray(), bytearray()
    named = "Sec-WebSocket-Extensions: permessage-deflate" if deflated else "X-No: 1"
    client, server = (_speaker(kind, deflated) for kind in (ConnectionType.CLIENT, ConnectionType.SERVER))

    async def say(heard, writer):
        def tell(*events):
            out = b"".join(server.send(event) for event in events)
            sent.extend(out)
            writer.write(out)

        writer.write(f"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{named}\r\n\r\n".encode())
        messages = 0
        while messages < 2:
            data = await heard.reader.read(1 << 16)
            got.extend(data)
            server.receive_data(data)
            for event in server.events():
                if event.message_finished:
                    messages += 1
                    tell(TextMessage(f"answer {messages}"), BytesMessage(b"raw"))
        tell(CloseConnection(1000))
        writer.close()

    legacy = await rig.origin(say)
    front = await rig.front(legacy.port)
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    assert b" 101 " in await _handshake(reader, writer, named)
    said = client.send(TextMessage("first ", message_finished=False)) + client.send(TextMessage("half"))
    said += client.send(TextMessage("second"))
    for byte in said:  # however the network cuts it
        writer.write(bytes([byte]))
    assert await reader.read() == bytes(sent)
    writer.close()
    assert bytes(got) == said
    ended = (await front.ended())[0]
    assert ended.request.method == "WEBSOCKET"
    assert ended.request.frames == ("first half", "second")
    text = ended.response.body.decode()
    assert "event: 1\ndata: answer 2\n\n" in text
    assert text.endswith("event: close\ndata: 1000\n\n")


async def test_a_websocket_that_breaks_off_breaks_off_for_the_client(rig):
    async def say(_, writer):
        writer.write(b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x05he")
        writer.close()

    legacy = await rig.origin(say)
    front = await rig.front(legacy.port)
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    await _handshake(reader, writer)
    assert await reader.read() == b"\x81\x05he"
    writer.close()
    assert not (await front.ended())[0].response.complete


def _speaker(kind, deflated):
    extensions = [PerMessageDeflate()] if deflated else []
    for extension in extensions:
        extension.finalize("permessage-deflate")
    return wsproto.Connection(kind, extensions)


async def test_without_a_tap_an_exchange_says_that_half_of_it_was_not_seen(rig):
    legacy = await rig.origin(rig.whole(b"{}"))
    alone, tapped = await rig.front(legacy.port), await rig.front(legacy.port, settings={"tap": -1})
    for front, unseen in ((alone, True), (tapped, False)):
        await rig.ask(front.port)
        assert (await front.ended())[0].route.unseen is unseen
