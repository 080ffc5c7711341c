"""The proxy that is every provider: CONNECT, SOCKS5 and plain, with the real address told to who answers."""

import ssl

import aiohttp
import pytest
from aiohttp_socks import ProxyConnector

from shim.binary.proxy import MISS, ProviderProxy
from shim.exchange import Response


@pytest.fixture
async def proxy(tmp_path):
    asked = []

    def answer(request):
        asked.append((request.method, request.url, request.body))
        if "silent" in request.url:
            return Response(0, complete=False)
        if "cut" in request.url:
            return Response(200, chunks=(b"half", b""), complete=False)
        return None if "unknown" in request.url else Response(200, (("X-Said", "1"),), (b"one", b"two"))

    found = ProviderProxy(answer, tmp_path)
    found.port, found.asked = await found.start(), asked
    yield found
    await found.stop()


def trusting(proxy):
    return ssl.create_default_context(cafile=str(proxy.authority))


@pytest.mark.parametrize("kind", ["http", "socks5"])
async def test_tls_ends_here_and_the_real_address_is_told(proxy, kind):
    if kind == "http":
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=trusting(proxy)), proxy=f"http://127.0.0.1:{proxy.port}"
        )
    else:
        session = aiohttp.ClientSession(
            connector=ProxyConnector.from_url(f"socks5://127.0.0.1:{proxy.port}", rdns=True, ssl=trusting(proxy))
        )
    async with session, session.post("https://api.example.test/v1/x?y=1", data=b"hello") as got:
        assert (got.status, got.headers["X-Said"], await got.read()) == (200, "1", b"onetwo")
    assert proxy.asked == [("POST", "https://api.example.test/v1/x?y=1", b"hello")]


async def test_plain_http_is_answered_too(proxy):
    address = f"http://127.0.0.1:{proxy.port}"
    async with aiohttp.ClientSession(proxy=address) as session, session.get("http://api.example.test/x") as got:
        assert await got.read() == b"onetwo"
    assert proxy.asked[0][1] == "http://api.example.test/x"


async def test_what_was_not_recorded_gets_what_no_provider_says(proxy):
    address = f"http://127.0.0.1:{proxy.port}"
    async with aiohttp.ClientSession(proxy=address) as session, session.get("http://api.example.test/unknown") as got:
        assert got.status == MISS


async def test_a_cut_answer_is_cut(proxy):
    address = f"http://127.0.0.1:{proxy.port}"
    async with aiohttp.ClientSession(proxy=address) as session, session.get("http://api.example.test/cut") as got:
        with pytest.raises(aiohttp.ClientError):
            await got.read()


async def test_a_provider_at_a_port_of_its_own_is_spoken_to_in_tls_where_it_was(tmp_path):
    told = []
    found = ProviderProxy(
        lambda request: told.append(request.url) or Response(200), tmp_path, lambda host, _: host == "relay.test"
    )
    address = f"http://127.0.0.1:{await found.start()}"
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusting(found)), proxy=address)
    async with session, session.get("https://relay.test:8443/x") as got:
        assert got.status == 200
    await found.stop()
    assert told == ["https://relay.test:8443/x"]


async def test_a_provider_that_said_nothing_says_nothing_again(proxy):
    address = f"http://127.0.0.1:{proxy.port}"
    async with aiohttp.ClientSession(proxy=address) as session:
        with pytest.raises(aiohttp.ClientError):
            await session.post("http://api.example.test/silent", data=b"x")
