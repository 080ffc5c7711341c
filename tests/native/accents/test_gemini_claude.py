import pytest

from native.accents.gemini_claude import PAIR

SYSTEM = {"parts": [{"text": "Be kind."}, {"text": "Be short."}]}
IMAGE = {"inlineData": {"mimeType": "image/png", "data": "QUJD"}}


def said(*parts, role="user"):
    return {"role": role, "parts": list(parts)}


def asked(a_turn, body, **turn):
    return PAIR.request(body, a_turn(**turn))


def test_roles_are_claudes(a_turn):
    contents = [said({"text": "a"}, role=role) for role in ("user", "model", "function", "tool")]
    assert [m["role"] for m in asked(a_turn, {"contents": contents})["messages"]] == [
        "user",
        "assistant",
        "user",
        "user",
    ]


def test_results_take_the_ids_of_the_calls_in_their_order(a_turn):
    calls = said(*[{"functionCall": {"name": name, "args": {"n": 1}}} for name in "ab"], role="model")
    results = said(*[{"functionResponse": {"name": name, "response": {"result": name}}} for name in "ba"])
    first, second = asked(a_turn, {"contents": [calls, results]})["messages"]
    assert [block["id"] for block in first["content"]] == [block["tool_use_id"] for block in second["content"]]
    assert [block["content"] for block in second["content"]] == ["b", "a"]


def test_a_result_that_is_an_object_keeps_the_clients_spelling(a_turn):
    source = b'{"contents":[{"parts":[{"functionResponse":{"response":{ "a" : 1 }}}]}]}'
    body = {"contents": [said({"functionResponse": {"response": {"a": 1}}})]}
    assert asked(a_turn, body, source=source)["messages"][0]["content"][0]["content"] == '{ "a" : 1 }'


def test_the_identity_is_made_once(a_turn):
    turn = a_turn()
    assert PAIR.request({}, turn)["metadata"] == PAIR.request({}, turn)["metadata"]
    assert PAIR.request({}, turn)["metadata"] != PAIR.request({}, a_turn(ids=turn.ids))["metadata"]


def test_top_p_gives_way_to_a_temperature(a_turn):
    both = asked(a_turn, {"generationConfig": {"temperature": "0.5", "topP": 0.9, "maxOutputTokens": 7}})
    assert (both["temperature"], both["max_tokens"]) == (0.5, 7)
    assert "top_p" not in both
    assert asked(a_turn, {"generationConfig": {"topP": 0.9}})["top_p"] == 0.9


def test_schemas_are_closed_and_numbers_have_been_doubles(a_turn):
    function = {"name": "f", "parameters": {"type": "OBJECT", "maximum": 2**63 - 1}}
    tool = asked(a_turn, {"tools": [{"functionDeclarations": [function]}]})["tools"][0]
    assert tool["input_schema"] == {
        "type": "object",
        "maximum": 9223372036854776000,
        "additionalProperties": False,
        "$schema": "http://json-schema.org/draft-07/schema#",
    }


@pytest.mark.parametrize(
    "body",
    [
        {"systemInstruction": SYSTEM},
        {"contents": [said(IMAGE)]},
        {"contents": [said({"fileData": {"fileUri": "gs://a"}})]},
        {"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}},
    ],
)
def test_the_legacy_drops_what_is_spelled_in_camel_case(a_turn, body):
    told = asked(a_turn, body)
    assert told["messages"] == []
    assert "tool_choice" not in told
    assert "system" not in told


def test_the_clean_dialect_reads_both_spellings(a_turn):
    body = {
        "contents": [said(IMAGE, {"fileData": {"fileUri": "gs://a", "mimeType": "a/b"}})],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
    }
    told = asked(a_turn, body, dialect="clean")
    assert told["messages"][0]["content"] == [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QUJD"}},
        {"type": "text", "text": "File: gs://a (Type: a/b)"},
    ]
    assert told["tool_choice"] == {"type": "any"}


def test_the_legacy_makes_a_message_of_the_system_instruction(a_turn):
    told = asked(a_turn, {"system_instruction": SYSTEM})
    assert told["messages"] == [{"role": "user", "content": [{"type": "text", "text": "Be kind.\nBe short."}]}]


def test_the_clean_dialect_has_a_system(a_turn):
    told = asked(a_turn, {"systemInstruction": SYSTEM}, dialect="clean")
    assert told["system"] == [{"type": "text", "text": "Be kind.\nBe short."}]
    assert told["messages"] == []
