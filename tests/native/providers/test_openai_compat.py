import orjson
import pytest

from native.credentials.credential import Credential
from native.failure import Failure
from native.providers.base import COMPACT
from native.providers.openai_compat import OpenAICompat

LAB = Credential("c", "lab", api_key="k1", base_url="https://lab.test/v1/", headers={"X-Own": "1"})
BODY = b'{"model":"alias","messages":[]}'


async def asked(a, a_kit, a_call, raw=BODY, tree=None, **others):
    kit = a_kit(tree or {}, lambda _: a.stream("Hi") if others.get("stream") else a.chat())
    provider, call = OpenAICompat(kit), a_call(LAB, "real", raw, **others)
    await (provider.stream(call) if others.get("stream") else provider.whole(call))
    return kit.upstream.asked[0]


async def test_a_whole_request(a, a_kit, a_call):
    request = await asked(a, a_kit, a_call)
    assert (request.method, request.url) == ("POST", "https://lab.test/v1/chat/completions")
    assert dict(request.headers) == {
        "Content-Type": "application/json",
        "Authorization": "Bearer k1",
        "User-Agent": "cli-proxy-openai-compat",
        "X-Own": "1",
    }
    assert orjson.loads(request.body) == {"model": "real", "messages": []}


SPACED = b'{ "model": "real", "n": 1.0, "big": 1e2, "messages": [] }\n'


@pytest.mark.parametrize(
    ("raw", "tree", "sent"),
    [
        (SPACED, {}, SPACED),
        (SPACED.replace(b"real", b"alias"), {}, b'{"model":"real","n":1.0,"big":100.0,"messages":[]}'),
        (
            SPACED,
            {"payload": {"override": [{"models": [{"name": "*"}], "params": {"n": 2}}]}},
            b'{"model":"real","n":2,"big":100.0,"messages":[]}',
        ),
    ],
)
async def test_a_body_that_nobody_touches_goes_on_as_it_was_spelled(a, a_kit, a_call, raw, tree, sent):
    assert (await asked(a, a_kit, a_call, raw, tree)).body == sent


async def test_a_stream_asks_for_usage_and_says_what_it_wants(a, a_kit, a_call):
    raw = b'{"model":"m","stream":true,"stream_options":{"x":1}}'
    request = await asked(a, a_kit, a_call, raw, stream=True)
    assert orjson.loads(request.body)["stream_options"] == {"x": 1, "include_usage": True}
    assert {("Accept", "text/event-stream"), ("Cache-Control", "no-cache")} <= set(request.headers)


async def test_rules_come_before_thinking(a_kit, a_call):
    rule = {"models": [{"name": "*"}], "params": {"reasoning_effort": "low"}}
    kit = a_kit({"payload": {"override": [rule]}})
    await OpenAICompat(kit).whole(a_call(LAB, "real(high)", BODY))
    assert kit.upstream.body()["reasoning_effort"] == "high"


async def test_a_conversation_is_compacted_in_the_responses_terms(a, a_kit, a_call):
    request = await asked(
        a, a_kit, a_call, b'{"model":"m","input":"x","stream":false}', source="openai-response", alt=COMPACT
    )
    assert request.url.endswith("/v1/responses/compact")
    assert orjson.loads(request.body) == {"model": "real", "input": "x"}


async def test_without_an_address_there_is_nowhere_to_go(a_kit, a_call):
    with pytest.raises(Failure, match="missing provider baseURL"):
        await OpenAICompat(a_kit({})).whole(a_call(Credential("c", "lab"), "m", BODY))


@pytest.mark.parametrize("line", [b"", b": comment", b"event: x", b"id: 1"])
def test_only_data_is_read(a_kit, line):
    assert OpenAICompat(a_kit({})).line(line) is None


async def test_a_text_that_is_no_sound_json_goes_on_as_it_came(a, a_kit, a_call):
    kit = a_kit({}, lambda _: a.chat())
    call = a_call(LAB, "real", b'{"model": "alias", "temperature": NaN, "messages": [] } tail')
    call.sound = False
    await OpenAICompat(kit).whole(call)
    assert kit.upstream.asked[0].body == b'{"model": "real", "temperature": NaN, "messages": [] } tail'


async def test_tokens_are_counted_here(a_kit, a_call):
    raw = b'{"model":"m","messages":[{"role":"user","content":"Hello there"}]}'
    kit = a_kit({})
    whole = await OpenAICompat(kit).count(a_call(LAB, "gpt-4o", raw, "claude"))
    assert orjson.loads(whole.body)["input_tokens"] > 0
    assert kit.upstream.asked == []
