import orjson
import pytest

from native.credentials.credential import Credential
from native.failure import Failure
from native.providers.base import COMPACT
from native.providers.gemini import Gemini
from native.providers.gemini_stream import payload_of, without_early_usage

GOOGLE = Credential("c", "gemini", api_key="g1")
BODY = b'{"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"session_id":"s"}'
ANSWER = b'{"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":"STOP"}]}'


def answering(a):
    return lambda _: a.Answer([ANSWER])


@pytest.mark.parametrize(
    ("stream", "alt", "tail"),
    [
        (False, "", ":generateContent"),
        (True, "", ":streamGenerateContent?alt=sse"),
        (True, "json", ":streamGenerateContent?$alt=json"),
        (False, "json", ":generateContent?$alt=json"),
    ],
)
async def test_the_address_says_model_and_action(a, a_kit, a_call, *, stream, alt, tail):
    kit = a_kit({}, answering(a))
    call = a_call(GOOGLE, "gemini-2.5-pro", BODY, "gemini", stream=stream, alt=alt)
    await (Gemini(kit).stream(call) if stream else Gemini(kit).whole(call))
    assert kit.upstream.asked[0].url == "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro" + tail
    assert dict(kit.upstream.asked[0].headers)["x-goog-api-key"] == "g1"


async def test_a_body_bears_its_model_and_no_session(a, a_kit, a_call):
    kit = a_kit({}, answering(a))
    await Gemini(kit).whole(a_call(GOOGLE, "gemini-2.5-pro(1024)", BODY, "gemini"))
    assert kit.upstream.body()["model"] == "gemini-2.5-pro"
    assert "session_id" not in kit.upstream.body()
    assert kit.upstream.body()["generationConfig"]["thinkingConfig"]["thinkingBudget"] == 1024


async def test_an_own_address_stands_in_place_of_googles(a, a_kit, a_call):
    kit = a_kit({}, answering(a))
    own = Credential("c", "gemini", api_key="g1", base_url="https://own.test/")
    await Gemini(kit).whole(a_call(own, "m", BODY, "gemini"))
    assert kit.upstream.asked[0].url.startswith("https://own.test/v1beta/models/m:")


async def test_a_count_is_asked_of_google_without_what_it_does_not_count(a, a_kit, a_call):
    kit = a_kit({}, lambda _: a.Answer([b'{"totalTokens":7}']))
    raw = b'{"contents":[],"tools":[1],"generationConfig":{"a":1},"safetySettings":[]}'
    whole = await Gemini(kit).count(a_call(GOOGLE, "m", raw, "claude"))
    assert orjson.loads(whole.body) == {"input_tokens": 7}
    assert kit.upstream.body().keys().isdisjoint({"tools", "generationConfig", "safetySettings"})


@pytest.mark.parametrize("stream", [False, True])
async def test_nothing_can_be_compacted(a_kit, a_call, stream):
    call = a_call(GOOGLE, "m", BODY, "openai-response", stream=stream, alt=COMPACT)
    with pytest.raises(Failure, match="not supported"):
        await (Gemini(a_kit({})).stream(call) if stream else Gemini(a_kit({})).whole(call))


@pytest.mark.parametrize(
    ("line", "payload"),
    [
        (b'data: {"a":1}', b'{"a":1}'),
        (b'  {"a":1} ', b'{"a":1}'),
        (b"data: [DONE]", None),
        (b"event: x", None),
        (b": c", None),
        (b"", None),
        (b"data: [1]", None),
    ],
)
def test_a_line_is_its_json(line, payload):
    assert payload_of(line) == payload


def test_usage_before_the_end_is_renamed():
    early = orjson.loads(without_early_usage(b'{"candidates":[{}],"usageMetadata":{"a":1}}'))
    assert early == {"candidates": [{}], "cpaUsageMetadata": {"a": 1}}
    last = b'{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"a":1}}'
    assert without_early_usage(last) == last
    wrapped = orjson.loads(without_early_usage(b'{"response":{"usageMetadata":{"a":1}}}'))
    assert wrapped == {"response": {"cpaUsageMetadata": {"a": 1}}}


async def test_a_text_that_is_no_json_goes_on_as_it_came_but_for_what_is_edited(a, a_kit, a_call):
    kit = a_kit({}, answering(a))
    broken = b'{"contents":[{"role":"user","parts":[{"text":"a\tb \\ud800"}]}],"n":1e400,"session_id":"s",} x'
    await Gemini(kit).whole(a_call(GOOGLE, "gemini-2.5-pro", broken, "gemini"))
    sent = kit.upstream.asked[0].body
    assert sent.startswith(b'{"contents":[{"role":"user","parts":[{"text":"a\tb \\ud800"}]}],"n":1e400,')
    assert b"session_id" not in sent
    assert sent.endswith(b'"model":"gemini-2.5-pro"}')


async def test_what_stands_before_a_chats_first_brace_is_passed_over(a, a_kit, a_call):
    kit = a_kit({}, answering(a))
    chat = b'\xef\xbb\xbf{"messages":[{"role":"user","content":"Hi"}]}'
    await Gemini(kit).whole(a_call(GOOGLE, "gemini-2.5-pro", chat, "openai"))
    assert kit.upstream.body()["contents"][0]["parts"] == [{"text": "Hi"}]


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (b"[1,2]", b"[1,2]"),
        (b'\xef\xbb\xbf{"contents":[{"parts":[{"text":"Hi"}]}],"safetySettings":[]}', None),
    ],
)
async def test_a_text_that_does_not_begin_as_an_object_is_what_the_legacy_makes_of_it(a, a_kit, a_call, raw, kept):
    kit = a_kit({}, answering(a))
    await Gemini(kit).whole(a_call(GOOGLE, "gemini-2.5-pro", raw, "gemini"))
    sent = kit.upstream.asked[0].body
    assert sent == kept if kept else orjson.loads(sent) == {"model": "gemini-2.5-pro"}
