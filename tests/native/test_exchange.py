import asyncio

import orjson
import pytest

from native.server import SERVICE

BODY = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
STREAM = {**BODY, "stream": True}


def refusing(a, *refused: str, status: int = 500, message: str = "no"):
    """A provider that refuses these keys and serves all others."""

    def script(request):
        key = dict(request.headers)["Authorization"].removeprefix("Bearer ")
        if key in refused:
            return a.Answer([message.encode()], status)
        return a.stream("Hi") if b'"stream":true' in request.body else a.chat()

    return script


async def post(client, body=BODY):
    async with client.post("/v1/chat/completions", json=body) as response:
        return response.status, await response.text()


async def test_a_refused_request_goes_on_to_the_next_credential(a, serving):
    async with serving(a.config(["k1", "k2", "k3"]), refusing(a, "k1", "k2")) as (client, upstream):
        assert (await post(client))[0] == 200
        assert len(set(upstream.keys)) == len(upstream.keys)
        assert upstream.keys[-1] == "k3"


async def test_no_credential_is_asked_twice_in_a_passage(a, serving):
    async with serving(a.config(["k1", "k2"]), refusing(a, "k1", "k2")) as (client, upstream):
        status, text = await post(client)
        assert (status, sorted(upstream.keys)) == (500, ["k1", "k2"])
        assert '"message":"no"' in text


async def test_a_clients_own_fault_is_never_tried_elsewhere(a, serving):
    fault = '{"error":{"type":"invalid_request_error"}}'
    async with serving(a.config(["k1", "k2"]), refusing(a, "k1", "k2", status=400, message=fault)) as (
        client,
        upstream,
    ):
        assert await post(client) == (400, fault)
        assert len(upstream.asked) == 1


async def test_at_most_so_many_credentials_are_tried_as_the_configuration_says(a, serving):
    tree = a.config(["k1", "k2", "k3"], **{"max-retry-credentials": 2})
    async with serving(tree, refusing(a, "k1", "k2", "k3")) as (client, upstream):
        assert (await post(client))[0] == 500
        assert len(upstream.asked) == 2


async def test_a_stream_that_breaks_before_its_first_chunk_fails_over(a, serving):
    def script(request):
        if dict(request.headers)["Authorization"].endswith("k1"):
            return a.Answer([], broken="cut")
        return a.stream("Hi")

    async with serving(a.config(["k1", "k2"]), script) as (client, upstream):
        for _ in range(2):
            status, text = await post(client, STREAM)
            assert status == 200
            assert '"content":"Hi"' in text
        assert "k1" in upstream.keys


async def test_a_stream_that_breaks_after_its_first_chunk_is_told_and_never_tried_again(a, serving):
    def script(_):
        return a.Answer([b'data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n'], broken="cut off")

    async with serving(a.config(["k1", "k2"]), script) as (client, upstream):
        status, text = await post(client, STREAM)
        assert status == 200
        assert text.endswith(
            'data: {"error":{"message":"cut off","type":"server_error","code":"internal_server_error"}}\n\n'
        )
        assert "[DONE]" not in text
        assert len(upstream.asked) == 1


async def test_a_stream_without_a_word_is_a_failure(a, serving):
    async with serving(a.config(), lambda _: a.Answer([])) as (client, _):
        status, text = await post(client, STREAM)
        assert status == 500
        assert "empty_stream: upstream stream closed before first payload" in text


async def test_a_stream_begins_anew_as_often_as_bootstrap_retries_say(a, serving):
    answers = [a.Answer([], broken="cut"), a.Answer([], broken="cut"), a.stream("Hi")]
    tree = a.config(streaming={"bootstrap-retries": 2})
    async with serving(tree, lambda _: answers.pop(0)) as (client, upstream):
        assert (await post(client, STREAM))[0] == 200
        assert len(upstream.asked) == 3


async def test_a_model_nobody_serves_is_a_bad_gateway(a, serving):
    async with serving(a.config()) as (client, upstream):
        status, text = await post(client, {**BODY, "model": "nope"})
        assert (status, upstream.asked) == (502, [])
        assert "unknown provider for model nope" in text


async def test_auto_is_the_newest_model_that_can_be_served(a, serving):
    async with serving(a.config()) as (client, upstream):
        assert (await post(client, {**BODY, "model": "auto"}))[0] == 200
        assert upstream.body()["model"] == "m"


async def test_after_a_wait_within_bounds_a_request_is_tried_again(a, serving):
    answers = [a.Answer([b"slow down"], 429), a.chat()]
    tree = a.config(**{"request-retry": 1, "max-retry-interval": 5})
    clock, refused = a.StandingClock(), asyncio.Event()

    def script(_):
        refused.set()
        return answers.pop(0)

    async with serving(tree, script, clock) as (client, upstream):
        asked = asyncio.ensure_future(post(client))
        await refused.wait()
        clock.time += 2
        assert (await asked)[0] == 200
        assert len(upstream.asked) == 2


@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_that_leaves_ends_the_upstream_request_at_once(a, serving, stream):
    left = asyncio.Event()

    class Endless(a.Answer):
        async def _pieces(self):
            yield b'data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n'
            try:
                await asyncio.Event().wait()
            finally:
                left.set()

    async with serving(a.config(), lambda _: Endless([])) as (client, _):
        asked = asyncio.ensure_future(client.post("/v1/chat/completions", json=STREAM if stream else BODY))
        if stream:
            response = await asked
            await response.content.readany()
            response.close()
        else:
            await asyncio.sleep(0.05)
            asked.cancel()
        async with asyncio.timeout(5):
            await left.wait()


# ---- what it costs -------------------------------------------------------------------------------------------------

COUNTING = {
    "usage-statistics-enabled": True,
    "disable-cooling": True,
    "claude-api-key": [{"api-key": "k", "base-url": "https://a.example.test"}],
    "gemini-api-key": [{"api-key": "k", "base-url": "https://g.example.test"}],
    "codex-api-key": [{"api-key": "k", "base-url": "https://c.example.test"}],
}
CLAUDE, GEMINI, CODEX = "claude-sonnet-4-5-20250929", "gemini-2.5-flash", "gpt-5.2"
SAID = {
    "m": {"usage": {"prompt_tokens": 5, "completion_tokens": 2}},
    CLAUDE: {"type": "message_delta", "usage": {"input_tokens": 5, "output_tokens": 2}},
    GEMINI: {
        "candidates": [{"finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 2},
    },
    CODEX: {"type": "response.completed", "response": {"usage": {"input_tokens": 5, "output_tokens": 2}}},
}


async def counted(client):
    """Provider, tokens and failure of each try, in the order they ended."""
    usage = client.server.app[SERVICE].kit.usage
    usage.settle()
    return [(one.provider, one.tokens.sum, one.failed) for one in usage.details]


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("model", "provider"), [("m", "lab"), (CLAUDE, "claude"), (GEMINI, "gemini"), (CODEX, "codex")]
)
async def test_tokens_are_counted_whatever_the_protocols(a, serving, path, stream, model, provider):
    def script(request):
        event = orjson.dumps(SAID[model])
        whole = not stream and b'"stream":true' not in request.body
        return a.Answer([event] if whole else [b"data: ", event, b"\n\ndata: [DONE]\n\n"])

    async with serving(a.config(**COUNTING), script) as (client, _):
        async with client.post(path, json={**BODY, "model": model, "stream": stream, "max_tokens": 9}) as response:
            await response.read()
        assert await counted(client) == [(provider, 7, False)]


async def test_each_try_counts_and_those_that_fail_count_as_failed(a, serving):
    async with serving(a.config(["k1", "k2"], **COUNTING), refusing(a, "k1", "k2")) as (client, _):
        await post(client)
        assert await counted(client) == [("lab", 0, True)] * 2


async def test_a_stream_that_breaks_off_counts_as_failed_unless_it_told_its_usage(a, serving):
    told = b'data: {"choices":[{"delta":{"content":"Hi"}}],"usage":{"prompt_tokens":3}}\n\n'
    for piece, counts in ((b'data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n', (0, True)), (told, (3, False))):
        script = lambda _, piece=piece: a.Answer([piece], broken="cut off")  # noqa: E731
        async with serving(a.config(**COUNTING), script) as (client, _):
            await post(client, STREAM)
            assert await counted(client) == [("lab", *counts)]


async def test_questions_for_a_count_cost_nothing(a, serving):
    async with serving(a.config(**COUNTING), lambda _: a.Answer([b'{"input_tokens":5}'])) as (client, _):
        async with client.post("/v1/messages/count_tokens", json={**BODY, "model": CLAUDE}) as response:
            assert response.status == 200
        assert await counted(client) == []


async def test_without_keys_usage_is_put_down_to_the_endpoint(a, serving):
    async with serving(a.config(**COUNTING, **{"api-keys": []})) as (client, _):
        await post(client)
        usage = client.server.app[SERVICE].kit.usage
        usage.settle()
        assert [key for _, key, _, _ in usage.rows] == ["POST /v1/chat/completions"]
