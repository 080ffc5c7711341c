"""The tap passes on what the legacy asks, to whom the legacy asks it, and hangs up where it cannot."""

import asyncio
import ssl

import pytest

from shim.messages import Begun
from shim.run.disguise import Caller

NAME = "localhost"


async def socks(tap, port, name="", host=NAME):
    """A connection to somewhere through the tap."""
    reader, writer = await asyncio.open_connection("127.0.0.1", tap.port)
    if name:
        writer.write(b"\x05\x02\x00\x02")
        assert await reader.readexactly(2) == b"\x05\x02"
        writer.write(b"\x01" + bytes([len(name)]) + name.encode() + b"\x03tap")
        assert await reader.readexactly(2) == b"\x01\x00"
    else:
        writer.write(b"\x05\x01\x00")
        assert await reader.readexactly(2) == b"\x05\x00"
    writer.write(b"\x05\x01\x00\x03" + bytes([len(host)]) + host.encode() + port.to_bytes(2))
    assert (await reader.readexactly(10))[:2] == b"\x05\x00"
    return reader, writer


REQUEST = b"POST /v1/x?a=1 HTTP/1.1\r\nhost: up\r\nX-Odd: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


async def ask(tap, port, *, tls=True, name="", host=NAME, alpn=("http/1.1",)):
    reader, writer = await socks(tap, port, name, host)
    if tls:
        tap.trust.set_alpn_protocols(list(alpn))
        await writer.start_tls(tap.trust, server_hostname=host)
    writer.write(REQUEST)
    try:
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.close()


async def test_a_call_over_tls_arrives_and_is_recorded(rig, roots, tmp_path):
    trusted, context = roots
    provider = await rig.origin(rig.whole(b"{}"), context(NAME))
    tap = await rig.tap(tmp_path, trusted)
    assert await ask(tap, provider.port) == rig.whole(b"{}")
    assert provider.heard[0].head + provider.heard[0].body == REQUEST
    ended = (await tap.ended())[0]
    assert ended.call
    assert ended.request.url == f"https://localhost:{provider.port}/v1/x?a=1"
    assert ended.request.body == b"{}"
    assert ended.response.body == b"{}"


async def test_a_call_without_tls_arrives_too(rig, roots, tmp_path):
    provider = await rig.origin(rig.whole(b"{}"))
    tap = await rig.tap(tmp_path, roots[0])
    assert await ask(tap, provider.port, tls=False) == rig.whole(b"{}")
    assert (await tap.ended())[0].request.url.startswith("http://localhost:")


async def test_a_call_is_offered_before_it_is_sent_on(rig, roots, tmp_path):
    tap = await rig.tap(tmp_path, roots[0])

    async def say(_, writer):
        assert isinstance(tap.recorder._queue[0], Begun)
        writer.write(rig.whole(b"{}"))

    provider = await rig.origin(say)
    assert b"200" in await ask(tap, provider.port, tls=False)


async def test_a_provider_that_is_not_who_it_says_is_not_spoken_to(rig, roots, tmp_path):
    trusted, context = roots
    provider = await rig.origin(rig.whole(b"{}"), context("somebody.else"))
    tap = await rig.tap(tmp_path, trusted)
    assert await ask(tap, provider.port) == b""
    assert provider.heard == []
    assert (await tap.ended())[0].response is None


async def test_a_provider_that_nobody_vouches_for_is_not_spoken_to(rig, roots, tmp_path):
    provider = await rig.origin(rig.whole(b"{}"), roots[1](NAME))
    tap = await rig.tap(tmp_path, (tmp_path / "tap-world", tmp_path)[1] / "world" / "tap-ca.pem")
    stranger = await rig.tap(tmp_path / "other", _other_roots(tmp_path))
    assert b"200" in await ask(tap, provider.port)
    assert await ask(stranger, provider.port) == b""
    assert len(provider.heard) == 1


def _other_roots(tmp_path):
    from shim.run.authority import authority

    return authority(tmp_path / "another-world", {}).certificate


async def test_a_provider_that_cannot_be_reached_is_a_connection_that_ends(rig, roots, tmp_path):
    gone = await rig.origin(b"")
    await rig.stack.aclose()
    tap = await rig.tap(tmp_path, roots[0])
    assert await ask(tap, gone.port) == b""
    assert await ask(tap, gone.port, tls=False) == b""


async def test_an_answer_that_breaks_off_breaks_off_at_the_same_byte(rig, roots, tmp_path):
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"

    async def say(_, writer):
        writer.write(answer)
        writer.close()

    provider = await rig.origin(say)
    tap = await rig.tap(tmp_path, roots[0])
    assert await ask(tap, provider.port, tls=False) == answer
    ended = (await tap.ended())[0]
    assert (ended.response.body, ended.response.complete) == (b"hello", False)


async def test_the_legacys_certificates_name_the_provider_and_only_the_tap_vouches(rig, roots, tmp_path):
    provider = await rig.origin(rig.whole(b"{}"), roots[1](NAME))
    tap = await rig.tap(tmp_path, roots[0])
    _, writer = await socks(tap, provider.port)
    with pytest.raises(ssl.SSLCertVerificationError):
        await writer.start_tls(ssl.create_default_context(cafile=str(roots[0])), server_hostname=NAME)
    writer.close()


async def test_an_http_proxy_is_spoken_too(rig, roots, tmp_path):
    provider = await rig.origin(rig.whole(b"{}"), roots[1](NAME))
    tap = await rig.tap(tmp_path, roots[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", tap.port)
    writer.write(b"CONNECT localhost:%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % provider.port)
    assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
    await writer.start_tls(tap.trust, server_hostname=NAME)
    writer.write(REQUEST)
    assert await reader.read() == rig.whole(b"{}")
    writer.close()


async def a_proxy(rig):
    """An HTTP proxy that remembers where it was asked to go."""

    async def tunnel(heard, writer):
        host, _, port = heard.path.rpartition(":")
        there, back = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")

        async def pour(reader, sink):
            while data := await reader.read(1 << 16):
                sink.write(data)
            sink.close()

        await asyncio.gather(pour(heard.reader, back), pour(there, writer))

    return await rig.origin(tunnel)


async def test_the_users_own_proxy_is_behind_the_tap(rig, roots, tmp_path):
    provider = await rig.origin(rig.whole(b"{}"), roots[1](NAME))
    proxy = await a_proxy(rig)
    tap = await rig.tap(tmp_path, roots[0])
    name = Caller("legacy", f"http://ann:p%40ss@127.0.0.1:{proxy.port}").name
    assert await ask(tap, provider.port, name=name) == rig.whole(b"{}")
    assert proxy.heard[0].path == f"localhost:{provider.port}"
    assert b"Proxy-Authorization: Basic YW5uOnBAc3M=\r\n" in proxy.heard[0].head


async def test_a_socks_proxy_of_the_users_is_behind_the_tap_too(rig, roots, tmp_path):
    provider = await rig.origin(rig.whole(b"{}"), roots[1](NAME))
    outer, tap = await rig.tap(tmp_path, roots[0]), await rig.tap(tmp_path / "inner", tmp_path / "tap" / "trusted.pem")
    name = Caller("legacy", f"socks5://127.0.0.1:{outer.port}").name
    assert await ask(tap, provider.port, name=name) == rig.whole(b"{}")
    assert len(await outer.ended()) == len(await tap.ended()) == 1


async def test_a_proxy_that_is_not_there_fails_the_call(rig, roots, tmp_path):
    provider = await rig.origin(rig.whole(b"{}"), roots[1](NAME))
    tap = await rig.tap(tmp_path, roots[0])
    for proxy in ("http://127.0.0.1:1", "socks5://127.0.0.1:1", "gopher://x"):
        assert await ask(tap, provider.port, name=Caller("legacy", proxy).name) == b""
    assert provider.heard == []


async def test_direct_goes_straight_whatever_the_environment_says(rig, roots, tmp_path):
    provider = await rig.origin(rig.whole(b"{}"), roots[1](NAME))
    tap = await rig.tap(tmp_path, roots[0], {"HTTPS_PROXY": "http://127.0.0.1:1"})
    assert await ask(tap, provider.port, name=Caller("legacy", "direct").name) == rig.whole(b"{}")


async def test_with_the_tap_down_the_front_still_passes_on_what_the_legacy_says(rig, roots, tmp_path):
    tap = await rig.tap(tmp_path, roots[0])
    await tap.serving.host.drain(lambda: 0, 0)

    async def try_the_tap(_, writer):
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", tap.port)
        writer.write(rig.whole(b'{"error":"the proxy refused"}', "500 Internal Server Error"))

    legacy = await rig.origin(try_the_tap)
    front = await rig.front(legacy.port, settings={"tap": -1})
    answer = await rig.ask(front.port, "/v1/messages", b"{}")
    assert answer == rig.whole(b'{"error":"the proxy refused"}', "500 Internal Server Error")
