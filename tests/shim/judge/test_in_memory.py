"""Two ends in one loop: what is written at one arrives at the other, in order and in its pieces."""

import asyncio

from aiohttp import web

from shim.exchange import Request
from shim.judge import conversation, virtual_time
from shim.judge.in_memory import MemoryLine, joined


class End(asyncio.Protocol):
    """Writes down what happens to it."""

    def __init__(self):
        self.heard = []

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.heard.append(data)

    def connection_lost(self, exc):
        self.heard.append(exc)


def two_ends(work):
    """What both ends of a connection heard of some work with them."""

    async def run():
        one, other = End(), End()
        joined(one, other)
        work(one, other)
        await asyncio.sleep(1)
        return one.heard, other.heard

    return virtual_time.run(run())


def test_bytes_arrive_in_memory_in_the_pieces_they_were_written_in():
    async def answer(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in (b"one", b"two", b"three"):
            await response.write(piece)
            await asyncio.sleep(0.01)
        return response

    async def ask():
        app = web.Application()
        app.router.add_get("/", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        got = await conversation.ask(MemoryLine(runner.server, "http://x.test"), Request("GET", "/"))
        await runner.cleanup()
        return got.chunks

    assert virtual_time.run(ask()) == (b"one", b"two", b"three")


def test_a_piece_stays_a_piece_and_nothing_is_no_piece():
    def write(one, other):
        one.transport.writelines([b"a", b"b"])
        one.transport.write(b"")
        one.transport.write(bytearray(b"c"))
        other.transport.write(b"back")

    assert two_ends(write) == ([b"back"], [b"ab", b"c"])


def test_what_was_written_arrives_before_the_end_and_nothing_behind_it():
    def write_and_close(one, _):
        one.transport.write(b"last words")
        one.transport.close()
        assert one.transport.is_closing()
        one.transport.write(b"too late")
        one.transport.close()

    assert two_ends(write_and_close) == ([None], [b"last words", None])


def test_what_is_under_way_to_an_end_that_is_gone_is_lost():
    def cross(one, other):
        one.transport.abort()
        other.transport.write(b"on its way")

    assert two_ends(cross) == ([None], [None])


def test_what_was_written_before_an_upgrade_goes_to_who_is_there_when_it_arrives():
    later = End()

    def upgrade(one, other):
        one.transport.write(b"frame")
        other.transport.set_protocol(later)

    assert two_ends(upgrade) == ([], [])
    assert later.heard == [b"frame"]


def test_a_session_reaches_the_server_whatever_the_host_and_adds_no_name():
    async def told(request):
        return web.json_response({"host": request.host, "named": "User-Agent" in request.headers})

    async def ask():
        server = web.Server(told)
        async with MemoryLine(server, "http://x.test").session() as session, session.get("http://y.test/") as answer:
            found = await answer.json()
        await server.shutdown()
        return found

    assert virtual_time.run(ask()) == {"host": "y.test", "named": False}
