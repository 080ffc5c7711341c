import asyncio
import gzip

import pytest

from native.config import Deadlines
from native.egress import Egress
from native.upstream import NO_AGENT, UpstreamError, UpstreamRequest


@pytest.fixture
async def provider():
    """A provider on loopback: `answers` are given in order, what it was sent is in `asked`."""

    class Provider:
        answers: list[bytes]
        asked: list[bytes]
        connections = 0

    found = Provider()
    found.answers, found.asked = [], []

    async def serve(reader, writer):
        found.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next((int(x[15:]) for x in head.lower().split(b"\r\n") if x.startswith(b"content-length:")), 0)
                found.asked.append(head + await reader.readexactly(length))
                answer = found.answers.pop(0)
                writer.write(answer)
                if answer.endswith(b"<cut>"):
                    writer.close()
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1?a=b"
    found.egress = Egress(Deadlines())
    yield found
    await found.egress.close()
    server.close()


def an_answer(body: bytes = b"{}", *headers: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *headers, b"", body])


async def ask(provider, headers=(), body=b"hi"):
    return await provider.egress.send(UpstreamRequest("POST", provider.url, list(headers), body))


async def test_nothing_is_added_but_what_the_way_itself_needs(provider):
    provider.answers = [an_answer()]
    await (await ask(provider, [("X-A", "1")])).read()
    head, _, body = provider.asked[0].partition(b"\r\n\r\n")
    first, *headers = head.split(b"\r\n")
    assert first == b"POST /v1?a=b HTTP/1.1"
    assert {h.split(b":")[0] for h in headers} == {
        b"Host",
        b"X-A",
        b"User-Agent",
        b"Accept-Encoding",
        b"Content-Length",
    }
    assert b"User-Agent: Go-http-client/1.1" in headers
    assert body == b"hi"


async def test_a_connection_is_used_again_once_its_answer_was_read(provider):
    provider.answers = [an_answer(), an_answer()]
    await (await ask(provider)).read()
    await (await ask(provider)).read()
    assert provider.connections == 1


async def test_an_answer_that_was_let_go_early_ends_its_connection(provider):
    provider.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel", an_answer()]
    answer = await ask(provider)
    assert await anext(aiter(answer.chunks())) == b"hel"
    answer.close()
    await (await ask(provider)).read()
    assert provider.connections == 2


async def test_a_coding_is_undone_unless_whoever_asks_names_what_they_take(provider):
    packed = gzip.compress(b"hello")
    provider.answers = [an_answer(packed, b"Content-Encoding: gzip"), an_answer(packed, b"Content-Encoding: gzip")]
    assert await (await ask(provider)).read() == b"hello"
    assert await (await ask(provider, [("Accept-Encoding", "gzip, br")])).read() == packed


async def test_a_body_that_breaks_off_says_so(provider):
    provider.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<cut>"]
    with pytest.raises(UpstreamError, match="unexpected EOF"):
        await (await ask(provider)).read()


async def test_who_hangs_up_without_a_word_gave_no_answer(provider):
    provider.answers = [b"<cut>"]
    with pytest.raises(UpstreamError, match=r'^Post "http'):
        await ask(provider)


async def test_where_nobody_listens_there_is_no_answer():
    egress = Egress(Deadlines())
    with pytest.raises(UpstreamError):
        await egress.send(UpstreamRequest("POST", "http://127.0.0.1:1/x", [], b""))
    await egress.close()


async def test_a_header_cannot_smuggle_another(provider):
    provider.answers = [an_answer()]
    with pytest.raises(UpstreamError, match="line break"):
        await ask(provider, [("X-A", "1\r\nX-B: 2")])
    assert provider.asked == []


async def test_a_silent_provider_is_given_up_where_a_deadline_says_so(provider):
    provider.egress = Egress(Deadlines(idle=0.02))
    provider.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel"]
    answer = await ask(provider)
    with pytest.raises(UpstreamError, match="fell silent"):
        async for _ in answer.chunks():
            pass
    answer.close()
    await provider.egress.close()


async def test_a_proxy_is_asked_for_the_whole_address(provider):
    provider.answers = [an_answer(b"through")]
    proxy = provider.url.split("/v1")[0]
    answer = await provider.egress.send(UpstreamRequest("POST", "http://far.example.test/x", [], b"hi", proxy))
    assert await answer.read() == b"through"
    assert provider.asked[0].startswith(b"POST http://far.example.test/x HTTP/1.1")


async def test_an_answer_to_head_has_no_body_whatever_length_it_names(provider):
    provider.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", an_answer(b"next")]
    answer = await provider.egress.send(UpstreamRequest("HEAD", provider.url, [], b""))
    assert (answer.status, await answer.read()) == (200, b"")
    assert await (await ask(provider)).read() == b"next"
    assert provider.connections == 1


async def test_a_request_may_have_no_agent(provider):
    provider.answers = [an_answer()]
    await (await ask(provider, [NO_AGENT, ("X-A", "1")])).read()
    assert b"user-agent" not in provider.asked[0].lower()
