import pytest

from native.credentials.credential import Credential
from native.logs.overheard import overheard
from native.logs.record import CURRENT, Record, Trace
from native.upstream import SocketUpstream, UpstreamError, UpstreamRequest

REQUEST = UpstreamRequest("POST", "https://a.test/v1", [("A", "b")], b"asked")


@pytest.fixture
def trace():
    found = Trace(0.0, Credential("c", "lab"), record=Record(lambda: 5.0))
    token = CURRENT.set(found)
    yield found
    CURRENT.reset(token)


async def test_what_passes_is_recorded_in_the_same_pieces(a, trace):
    upstream = overheard(a.ScriptedUpstream(lambda _: a.Answer([b"one", b"two"], 201, [("C", "d")])))
    answer = await upstream.send(REQUEST)
    assert [piece async for piece in answer.chunks()] == [b"one", b"two"]
    (attempt,) = trace.record.attempts
    assert (attempt.request, attempt.asked, attempt.status, attempt.headers) == (
        REQUEST,
        trace.asked,
        201,
        [("C", "d")],
    )
    assert (attempt.body.read(), attempt.whole) == (b"onetwo", False)


async def test_a_whole_answer_is_recorded_as_one(a, trace):
    answer = await overheard(a.ScriptedUpstream(lambda _: a.Answer([b"one"]))).send(REQUEST)
    assert await answer.read() == b"one"
    assert (trace.record.attempts[0].body.read(), trace.record.attempts[0].whole) == (b"one", True)


@pytest.mark.parametrize("how", ["chunks", "read"])
async def test_an_answer_that_breaks_off_breaks_off_and_is_recorded_so(a, trace, how):
    answer = await overheard(a.ScriptedUpstream(lambda _: a.Answer([b"one"], broken="cut"))).send(REQUEST)
    with pytest.raises(UpstreamError, match="cut"):
        await answer.read() if how == "read" else [piece async for piece in answer.chunks()]
    assert trace.record.attempts[0].errors == ["cut"]


async def test_an_answer_that_never_comes_is_recorded_so(a, trace):
    def refuse(_):
        raise UpstreamError("nobody there")

    with pytest.raises(UpstreamError, match="nobody there"):
        await overheard(a.ScriptedUpstream(refuse)).send(REQUEST)
    assert (trace.record.attempts[0].status, trace.record.attempts[0].errors) == (0, ["nobody there"])


async def test_nothing_is_recorded_of_a_request_that_nobody_wants_to_know_of(a):
    scripted = a.ScriptedUpstream(lambda _: a.chat())
    answer = await overheard(scripted).send(REQUEST)
    assert type(answer) is type(await scripted.send(REQUEST))


class Socket:
    def __init__(self):
        self.headers, self.said, self.closed = [("H", "i")], [b"a", b"b"], False

    async def send(self, message):
        self.sent = message

    async def receive(self):
        if not self.said:
            raise UpstreamError("closed")
        return self.said.pop(0)

    async def close(self):
        self.closed = True


async def test_a_sockets_turns_are_recorded_as_calls(a, trace):
    class Sockets(a.ScriptedUpstream):
        async def connect(self, _):
            return inner

    inner = Socket()
    assert not isinstance(overheard(a.ScriptedUpstream(lambda _: a.chat())), SocketUpstream)
    upstream = overheard(Sockets(lambda _: a.chat()))
    assert isinstance(upstream, SocketUpstream)
    socket = await upstream.connect(REQUEST)
    await socket.send(b"first")
    assert [await socket.receive(), await socket.receive()] == [b"a", b"b"]
    await socket.send(b"second")
    with pytest.raises(UpstreamError):
        await socket.receive()
    await socket.close()
    first, second = trace.record.attempts
    assert (first.request.method, first.request.body, first.body.read(), first.status) == (
        "WEBSOCKET",
        b"first",
        b"a\nb\n",
        101,
    )
    assert (second.errors, inner.closed, inner.sent) == (["closed"], True, b"second")
