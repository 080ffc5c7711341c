import pytest

from native.accents.gemini_openai import PAIR
from native.accents.gemini_reading import effort_of


def said(*parts, role="user"):
    return {"role": role, "parts": list(parts)}


def call(name, **args):
    return {"functionCall": {"name": name, "args": args}}


def response(name, answer):
    return {"functionResponse": {"name": name, "response": answer}}


def messages(a_turn, *contents, **turn):
    return PAIR.request({"contents": list(contents)}, a_turn(**turn))["messages"]


def test_texts_of_one_content_are_one_text(a_turn):
    assert messages(a_turn, said({"text": "a"}, {"text": "b"})) == [{"role": "user", "content": "ab"}]


def test_beside_an_image_texts_stay_in_pieces(a_turn):
    (message,) = messages(a_turn, said({"text": "a"}, {"inlineData": {"data": "QUJD"}}))
    assert message["content"] == [
        {"type": "text", "text": "a"},
        {"type": "image_url", "image_url": {"url": "data:application/octet-stream;base64,QUJD"}},
    ]


@pytest.mark.parametrize("name", ["systemInstruction", "system_instruction"])
def test_a_system_instruction_comes_first(a_turn, name):
    told = PAIR.request({name: {"parts": [{"text": "x"}]}}, a_turn())["messages"]
    assert told == [{"role": "system", "content": [{"type": "text", "text": "x"}]}]


def test_a_calls_arguments_keep_the_clients_spelling(a_turn):
    source = b'{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{ "a" : 1.0 }}}]}]}'
    (message,) = messages(a_turn, said(call("f", a=1.0), role="model"), source=source)
    assert message["tool_calls"][0]["function"] == {"name": "f", "arguments": '{ "a" : 1.0 }'}


def test_the_legacy_gives_every_result_to_the_last_call(a_turn):
    calls = said(call("a"), call("b"), role="model")
    results = said(response("b", {"content": [1]}), response("a", {"x": 2}))
    asked, first, second, empty = messages(a_turn, calls, results)
    last = asked["tool_calls"][1]["id"]
    assert [first["tool_call_id"], second["tool_call_id"]] == [last, last]
    assert [first["content"], second["content"]] == ["[1]", '{"x":2}']
    assert empty == {"role": "user", "content": ""}


def test_the_clean_dialect_finds_the_call_by_name_and_leaves_no_empty_message(a_turn):
    calls = said(call("a"), call("b"), role="model")
    results = said(response("b", {}), response("a", {}))
    asked, *told = messages(a_turn, calls, results, dialect="clean")
    by_name = {made["function"]["name"]: made["id"] for made in asked["tool_calls"]}
    assert [message["tool_call_id"] for message in told] == [by_name["b"], by_name["a"]]


def test_the_clean_dialect_goes_by_order_where_names_do_not_tell(a_turn):
    calls = said(call("f", n=1), call("f", n=2), role="model")
    results = said(response("f", {}), response("other", {}))
    asked, *told = messages(a_turn, calls, results, dialect="clean")
    assert [message["tool_call_id"] for message in told] == [made["id"] for made in asked["tool_calls"]]


def test_sampling_is_told_in_openais_words(a_turn):
    config = {"temperature": 1, "topP": 0.5, "topK": 3.7, "maxOutputTokens": "9", "candidateCount": 2}
    told = PAIR.request({"generationConfig": {**config, "stopSequences": ["END", 5]}}, a_turn())
    assert {key: told[key] for key in ("temperature", "top_p", "top_k", "max_tokens", "n", "stop")} == {
        "temperature": 1,
        "top_p": 0.5,
        "top_k": 3,
        "max_tokens": 9,
        "n": 2,
        "stop": ["END", "5"],
    }


@pytest.mark.parametrize(("mode", "choice"), [("NONE", "none"), ("AUTO", "auto"), ("ANY", "required")])
def test_a_mode_of_calling_is_a_choice(a_turn, mode, choice):
    body = {"toolConfig": {"functionCallingConfig": {"mode": mode}}}
    assert PAIR.request(body, a_turn())["tool_choice"] == choice


def test_schemas_are_passed_as_they_are(a_turn):
    functions = [{"name": "a", "parameters": {"type": "STRING"}}, {"name": "b", "parametersJsonSchema": {}}, {}]
    told = PAIR.request({"tools": [{"functionDeclarations": functions}]}, a_turn())["tools"]
    assert [tool["function"] for tool in told] == [
        {"name": "a", "description": "", "parameters": {"type": "STRING"}},
        {"name": "b", "description": "", "parameters": {}},
        {"name": "", "description": ""},
    ]


@pytest.mark.parametrize(
    ("config", "effort"),
    [
        ({"thinkingLevel": " HIGH "}, "high"),
        ({"thinking_level": "odd"}, "odd"),
        ({"thinkingBudget": 600}, "low"),
        ({"thinking_budget": -1}, "auto"),
        ({"thinkingBudget": 0}, "none"),
        ({"thinkingBudget": -5}, ""),
        ({}, ""),
        (None, ""),
    ],
)
def test_thinking_is_an_effort(config, effort):
    assert effort_of(config) == effort
