import jsonschema_rs
import pytest

from native.apidoc.protocols import MEDIA, SCHEMAS


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one(name):
    jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **SCHEMAS[name]})


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("ChatRequest", {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True}),
        (
            "MessageRequest",
            {"model": "m", "messages": [{"role": "user", "content": [{"type": "text"}]}], "max_tokens": 1},
        ),
        ("ResponseRequest", {"model": "m", "input": "hi", "reasoning": {"effort": "low"}}),
        ("GenerateRequest", {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}),
        ("CompletionRequest", {"model": "m", "prompt": ["a", "b"]}),
    ],
)
def test_what_clients_send_is_described(name, body):
    assert jsonschema_rs.is_valid(SCHEMAS[name], body)
    assert not jsonschema_rs.is_valid(SCHEMAS[name], [body])


def test_what_is_no_json_says_what_it_is():
    assert set(MEDIA) <= set(SCHEMAS)
