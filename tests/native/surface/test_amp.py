import orjson
import pytest

from native.config import AmpCode
from native.surface.amp import mapped

CHAT = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
RULES = AmpCode.read(
    {
        "model-mappings": [
            {"from": "gpt-9", "to": "m"},
            {"from": "^zz", "to": "m(high)", "regex": True},
            {"from": "(", "to": "m", "regex": True},
        ]
    }
)


@pytest.mark.parametrize(
    ("asked", "stand_in"),
    [("GPT-9", "m"), ("gpt-9(low)", "m(low)"), ("ZZ-top(low)", "m(high)"), ("gpt-9x", ""), ("", "")],
)
def test_which_model_stands_in(asked, stand_in):
    assert mapped(asked, RULES) == stand_in


async def test_the_answer_bears_the_name_that_was_asked_for(a, serving):
    tree = a.config(ampcode={"model-mappings": [{"from": "gpt-9", "to": "m"}]})
    async with serving(tree) as (client, upstream):
        async with client.post("/api/provider/openai/v1/chat/completions", json={**CHAT, "model": "gpt-9"}) as response:
            assert (await response.json())["model"] == "gpt-9"
        assert upstream.body()["model"] == "m"


async def test_a_model_that_is_served_is_not_mapped_unless_forced(a, serving):
    rules = {"model-mappings": [{"from": "m", "to": "n"}]}
    for forced, model in ((False, "m"), (True, "n")):
        tree = a.config(ampcode={**rules, "force-model-mappings": forced})
        tree["openai-compatibility"][0]["models"].append({"name": "n", "alias": "n"})
        async with serving(tree) as (client, upstream):
            await (await client.post("/api/provider/x/chat/completions", json=CHAT)).read()
            assert upstream.body()["model"] == model


async def test_thinking_without_a_signature_is_left_out_of_a_request(a, serving):
    blocks = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "so"}]
    body = {"model": "m", "max_tokens": 9, "messages": [{"role": "assistant", "content": blocks}]}
    async with serving(a.config()) as (client, upstream):
        await (await client.post("/api/provider/anthropic/v1/messages", json=body)).read()
        assert b"hm" not in upstream.asked[0].body


async def test_amps_control_plane_is_not_here(a, serving):
    async with serving(a.config()) as (client, upstream):
        for method, path in (
            ("GET", "/api/user"),
            ("POST", "/api/telemetry/x"),
            ("GET", "/threads/x"),
            ("GET", "/auth"),
        ):
            async with client.request(method, path) as response:
                assert (response.status, await response.json()) == (503, {"error": "amp upstream proxy not available"})
        assert upstream.asked == []


@pytest.mark.parametrize(("provider", "key"), [("anthropic", "first_id"), ("google", "models"), ("openai", "object")])
async def test_each_provider_lists_models_in_its_own_shape(a, serving, provider, key):
    async with serving(a.config()) as (client, _), client.get(f"/api/provider/{provider}/v1/models") as response:
        assert key in orjson.loads(await response.read())
