import orjson
import pytest

from native.credentials.credential import Credential
from native.failure import Failure
from native.providers.base import COMPACT
from native.providers.codex import AGENT, Codex

KEY = Credential("c", "codex", api_key="x1", base_url="https://codex.test/v1")
LOG_IN = Credential("f", "codex", kind="oauth", metadata={"access_token": "t1", "account_id": "acc"})
COMPLETED = b'data: {"type":"response.completed","response":{"id":"r","output":[]}}\n\n'
BODY = b'{"model":"alias","input":"Hi","previous_response_id":"p","stream_options":{},"prompt_cache_key":"pk"}'


async def asked(a, a_kit, a_call, credential=KEY, *, raw=BODY, source="openai-response", tree=None, **others):
    kit = a_kit(tree or {}, lambda _: a.Answer([COMPLETED]))
    await Codex(kit).whole(a_call(credential, "gpt-5", raw, source, **others))
    return kit.upstream.asked[0]


async def test_what_codex_refuses_is_left_out(a, a_kit, a_call):
    body = orjson.loads((await asked(a, a_kit, a_call)).body)
    assert body.keys().isdisjoint({"previous_response_id", "stream_options"})
    assert (body["model"], body["stream"], body["instructions"]) == ("gpt-5", True, "")


async def test_a_key_and_a_log_in_say_who_they_are(a, a_kit, a_call):
    key = dict((await asked(a, a_kit, a_call)).headers)
    log_in = await asked(a, a_kit, a_call, LOG_IN)
    assert (key["Authorization"], "Originator" in key) == ("Bearer x1", False)
    headers = dict(log_in.headers)
    assert log_in.url == "https://chatgpt.com/backend-api/codex/responses"
    assert (headers["Authorization"], headers["Originator"], headers["Chatgpt-Account-Id"]) == (
        "Bearer t1",
        "codex-tui",
        "acc",
    )


async def test_a_clients_own_headers_go_on(a, a_kit, a_call):
    own = {"User-Agent": "codex_cli_rs/1", "Originator": "codex_cli_rs", "Version": "1", "X-Client-Request-Id": "q"}
    headers = dict((await asked(a, a_kit, a_call, headers=own)).headers)
    assert own.items() <= headers.items()
    assert headers["Session_id"] == "pk"


async def test_who_sends_no_agent_is_codex_on_a_mac_with_a_session(a, a_kit, a_call):
    headers = dict((await asked(a, a_kit, a_call, raw=b'{"input":"Hi"}')).headers)
    assert (headers["User-Agent"], len(headers["Session_id"])) == (AGENT, 36)


async def test_a_conversation_keeps_its_cache_key(a, a_kit, a_call):
    kit = a_kit({}, lambda _: a.Answer([COMPLETED]))
    codex = Codex(kit)
    body = b'{"messages":[],"metadata":{"user_id":"u"}}'
    for _ in range(2):
        await codex.whole(a_call(KEY, "gpt-5", body, "claude"))
    first, second = kit.upstream.body(0)["prompt_cache_key"], kit.upstream.body(1)["prompt_cache_key"]
    kit.clock.time += 3601
    await codex.whole(a_call(KEY, "gpt-5", body, "claude"))
    assert first == second != kit.upstream.body(2)["prompt_cache_key"]


async def test_a_chat_clients_cache_key_is_its_keys(a, a_kit, a_call):
    one = orjson.loads((await asked(a, a_kit, a_call, raw=b'{"messages":[]}', source="openai")).body)
    other = orjson.loads((await asked(a, a_kit, a_call, raw=b'{"messages":[]}', source="openai", key="sk-b")).body)
    assert one["prompt_cache_key"] != other["prompt_cache_key"]


async def test_a_streams_refusal_that_breaks_off_is_what_broke_off(a, a_kit, a_call):
    kit = a_kit({}, lambda _: a.Answer([b'{"err'], 400, broken="unexpected EOF"))
    with pytest.raises(Failure, match=r"^unexpected EOF$") as raised:
        await Codex(kit).stream(a_call(KEY, "gpt-5", BODY, "openai-response", stream=True))
    assert raised.value.shown == 500
    with pytest.raises(Failure, match=r'^{"err$') as raised:
        await Codex(kit).whole(a_call(KEY, "gpt-5", BODY, "openai-response"))
    assert raised.value.status == 400


async def test_a_stream_that_never_completes_is_no_answer(a, a_kit, a_call):
    kit = a_kit({}, lambda _: a.Answer([b'data: {"type":"response.created"}\n\n']))
    with pytest.raises(Failure) as raised:
        await Codex(kit).whole(a_call(KEY, "gpt-5", BODY, "openai-response"))
    assert raised.value.status == 408


@pytest.mark.parametrize(
    ("body", "status", "wait"),
    [
        (b'{"error":{"type":"usage_limit_reached","resets_in_seconds":70}}', 429, 70),
        (b'{"error":{"type":"usage_limit_reached","resets_at":1760000100}}', 429, 100),
        (b'{"error":{"type":"usage_limit_reached","resets_at":5}}', 429, None),
        (b'{"error":{"type":"other","resets_in_seconds":70}}', 429, None),
        (b"slow down", 429, None),
    ],
)
def test_a_limit_says_when_it_ends(a_kit, body, status, wait):
    assert Codex(a_kit({})).refusal(status, [], body).retry_after == wait


def test_a_full_model_is_a_quota_that_ran_out(a_kit):
    failure = Codex(a_kit({})).refusal(400, [], b'{"error":{"message":"Selected model is at capacity."}}')
    assert failure.status == 429


async def test_a_conversation_is_compacted_whole(a, a_kit, a_call):
    kit = a_kit({}, lambda _: a.Answer([b'{"id":"c"}']))
    whole = await Codex(kit).whole(a_call(KEY, "gpt-5", BODY, "openai-response", alt=COMPACT))
    assert whole.body == b'{"id":"c"}'
    assert kit.upstream.asked[0].url == "https://codex.test/v1/responses/compact"
    assert dict(kit.upstream.asked[0].headers)["Accept"] == "application/json"
    with pytest.raises(Failure, match="streaming not supported"):
        await Codex(kit).stream(a_call(KEY, "gpt-5", BODY, "openai-response", alt=COMPACT, stream=True))
