import orjson
import pytest

from native import providers
from native.credentials.credential import Credential
from native.failure import Failure
from native.providers.base import HttpProvider, LateTurn, with_headers
from native.providers.spelling import dumped
from native.turn import Memory
from native.upstream import UpstreamRequest


class Plain(HttpProvider):
    format = "claude"

    def request(self, call, body, *, stream):  # noqa: ARG002 - the base class names them
        return UpstreamRequest("POST", "https://x", [], dumped(body))


CREDENTIAL = Credential("c", "claude")


async def test_lines_are_given_whole_whatever_the_chunks(a, a_kit, a_call):
    kit = a_kit({}, lambda _: a.Answer([b"data: 1\r\nda", b"ta: 2\n\ndata: 3"]))
    call = a_call(CREDENTIAL, "m", b"{}", "unknown", stream=True)
    streamed = await Plain(kit).stream(call)
    assert [line async for some in streamed.chunks for line in some] == [b"data: 1", b"data: 2", b"data: 3"]


async def test_what_came_before_a_break_is_given_first(a, a_kit, a_call):
    answer = a.Answer([b"data: 1\ndata: half"], broken="cut")
    streamed = await Plain(a_kit({}, lambda _: answer)).stream(a_call(CREDENTIAL, "m", b"{}", "unknown", stream=True))
    seen = []

    async def read():
        async for some in streamed.chunks:
            seen.extend(some)

    with pytest.raises(Failure, match="cut"):
        await read()
    assert seen == [b"data: 1", b"data: half"]
    assert answer.closed


async def test_a_stream_that_is_left_lets_go_of_the_connection(a, a_kit, a_call):
    answer = a.Answer([b"data: 1\n", b"data: 2\n"])
    streamed = await Plain(a_kit({}, lambda _: answer)).stream(a_call(CREDENTIAL, "m", b"{}", "unknown", stream=True))
    await anext(streamed.chunks)
    await streamed.chunks.aclose()
    assert answer.closed


async def test_a_refusal_carries_the_providers_words_and_status(a, a_kit, a_call):
    kit = a_kit({}, lambda _: a.Answer([b"no ", b"room"], 529))
    with pytest.raises(Failure) as raised:
        await Plain(kit).whole(a_call(CREDENTIAL, "m", b"{}", "unknown"))
    assert (raised.value.status, raised.value.message) == (529, "no room")


async def test_protocols_without_a_pair_pass_bodies_on_under_the_upstreams_name(a_kit, a_call):
    kit = a_kit({})
    await Plain(kit).whole(a_call(CREDENTIAL, "real", b'{"model":"alias","x":1}', "unknown"))
    assert kit.upstream.body() == {"model": "real", "x": 1}


def test_the_original_is_parsed_when_it_is_asked_for_and_is_a_copy_of_its_own(a):
    turn = LateTurn("m", "m", False, {}, {}, a.StandingClock(), a.CountingIds(), Memory(), source=b'{"a":[1]}')
    del turn.original
    assert turn.original == {"a": [1]}
    assert turn.original is turn.original
    with pytest.raises(AttributeError):
        _ = turn.nothing


def test_a_credentials_headers_stand_in_place_of_ours():
    assert with_headers([("User-Agent", "a"), ("X", "1")], {"user-agent": "b"}) == [("X", "1"), ("user-agent", "b")]


def test_every_provider_is_declared_once():
    assert {"openai-compatibility", "gemini", "codex", "claude"} <= set(providers.collect())


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", orjson.dumps({"model": None, "messages": 3})])
async def test_any_body_goes_somewhere(a_kit, a_call, body):
    await Plain(a_kit({})).whole(a_call(CREDENTIAL, "m", body, "openai"))
