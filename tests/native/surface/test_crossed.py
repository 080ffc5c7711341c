import json

import pytest

from native.surface.crossed import is_responses

RESPONSES = {"model": "m", "instructions": "i", "input": "Hi"}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (RESPONSES, True),
        ({"instructions": None}, True),
        ({"input": [], "messages": None}, False),
        ({"model": "m"}, False),
        ([], False),
    ],
)
def test_a_body_without_messages_that_has_input_or_instructions_is_a_responses_request(body, found):
    assert is_responses(body) is found


async def test_a_responses_request_sent_as_a_chat_is_asked_as_a_chat(a, serving):
    async with serving(a.config()) as (client, upstream):
        async with client.post("/v1/chat/completions", json=RESPONSES) as response:
            assert (await response.json())["object"] == "chat.completion"
        assert upstream.body()["messages"] == [{"role": "system", "content": "i"}, {"role": "user", "content": "Hi"}]


@pytest.fixture
def speaking_only(monkeypatch):
    """Make the model `m` speak at one endpoint only."""
    from dataclasses import replace

    from native.models import Models

    def limit(*endpoints):
        info = Models.info
        monkeypatch.setattr(
            Models,
            "info",
            lambda self, model, provider="": replace(info(self, model, provider), supported_endpoints=endpoints),
        )

    return limit


async def test_a_model_that_only_chats_answers_a_responses_request(a, serving, speaking_only):
    async with serving(a.config()) as (client, upstream):
        speaking_only("/chat/completions")
        async with client.post("/v1/responses", json=RESPONSES) as response:
            answer = await response.json()
        assert (answer["object"], answer["output"][0]["content"][0]["text"]) == ("response", "Hello")
        assert answer["instructions"] == "i"
        assert upstream.asked[0].url.endswith("/chat/completions")


async def test_its_stream_is_told_as_responses_events(a, serving, speaking_only):
    end = b'data: {"id":"x","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n'
    async with serving(a.config(), lambda _: a.Answer([end, b"data: [DONE]\n\n"])) as (client, _):
        speaking_only("/chat/completions")
        async with client.post("/v1/responses", json=RESPONSES | {"stream": True}) as response:
            blocks = [block for block in (await response.text()).split("\n\n") if block]
        events = [json.loads(block.partition("\ndata: ")[2]) for block in blocks if "data: " in block]
        assert (events[0]["type"], events[-1]["type"]) == ("response.created", "response.completed")
