"""Providers in HTTP/2: whole answers, long ones, and ones that broke off."""

import asyncio
import ssl

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, ResponseReceived, StreamEnded, StreamReset

from shim.binary.proxy import MISS, ProviderProxy
from shim.exchange import Response

LONG = b"0123456789abcdef" * 20_000  # more than a client takes at once


@pytest.fixture
async def proxy(tmp_path):
    asked = []

    def answer(request):
        asked.append(request)
        answers = {
            "/two": Response(200, (("X-Said", "1"), ("Connection", "close")), (b"one", b"two")),
            "/long": Response(200, (), (LONG,)),
            "/cut": Response(200, (), (b"half",), complete=False),
            "/silent": Response(0, complete=False),
        }
        return answers.get(request.url.removeprefix("https://api.example.test"))

    found = ProviderProxy(answer, tmp_path)
    found.port, found.asked = await found.start(), asked
    yield found
    await found.stop()


async def ask(proxy, path, body=b""):
    """Ask over HTTP/2; returns status (None for none), headers, body, and whether it ended well."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"CONNECT api.example.test:443 HTTP/1.1\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    context = ssl.create_default_context(cafile=str(proxy.authority))
    context.set_alpn_protocols(["h2"])
    await writer.start_tls(context, server_hostname="api.example.test")
    line = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
    line.initiate_connection()
    names = {":method": "POST", ":scheme": "https", ":authority": "api.example.test", ":path": path, "x-key": "k"}
    line.send_headers(1, list(names.items()), end_stream=not body)
    if body:
        line.send_data(1, body, end_stream=True)
    status, headers, said, well = None, {}, b"", None
    while well is None:
        writer.write(line.data_to_send())
        for event in line.receive_data(await reader.read(65536)):
            match event:
                case ResponseReceived(headers=pairs):
                    headers = dict(pairs)
                    status = int(headers[":status"])
                case DataReceived(data=data, flow_controlled_length=length):
                    said += data
                    line.acknowledge_received_data(length, 1)
                case StreamEnded():
                    well = True
                case StreamReset():
                    well = False
    writer.close()
    return status, headers, said, well


async def test_what_is_asked_and_said_is_what_it_is_in_http_1(proxy):
    status, headers, said, well = await ask(proxy, "/two", b"hello")
    assert (status, said, well) == (200, b"onetwo", True)
    assert (headers["x-said"], "connection" in headers) == ("1", False)
    (request,) = proxy.asked
    assert (request.method, request.url, request.body) == ("POST", "https://api.example.test/two", b"hello")
    assert ("x-key", "k") in request.headers


async def test_more_than_is_taken_at_once_arrives_whole(proxy):
    status, headers, said, well = await ask(proxy, "/long")
    assert (status, well, headers["content-length"]) == (200, True, str(len(LONG)))
    assert said == LONG


@pytest.mark.parametrize(("path", "status", "said"), [("/cut", 200, b"half"), ("/silent", None, b"")])
async def test_what_broke_off_breaks_off_again(proxy, path, status, said):
    found = await ask(proxy, path)
    assert (found[0], found[2], found[3]) == (status, said, False)


async def test_what_was_not_recorded_gets_what_no_provider_says(proxy):
    assert (await ask(proxy, "/unknown"))[0] == MISS
