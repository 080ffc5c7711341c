"""What a Claude request becomes for Gemini; answers have a test file of their own."""

import json

import pytest

from native.accents.claude_gemini import PAIR


@pytest.fixture
def asked(a_turn):
    def ask(body, *, source=b"", **turn):
        turn = {"model": "gemini-2.5-flash"} | turn
        return PAIR.request(body, a_turn(original=body, source=source, **turn))

    return ask


@pytest.fixture
def parts(asked):
    def ask(*blocks, before=(), **turn):
        messages = [{"role": "assistant", "content": list(before)}, {"role": "user", "content": list(blocks)}]
        return asked({"messages": messages}, **turn)["contents"][1]["parts"]

    return ask


def text(said):
    return {"type": "text", "text": said}


def call(name="Read", call_id="toolu_1", **fields):
    return {"type": "tool_use", "id": call_id, "name": name, "input": {"path": "a"}} | fields


def result(content, call_id="toolu_1"):
    return {"type": "tool_result", "tool_use_id": call_id, "content": content}


PNG = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
PDF = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "QQ"}}
LINKED = {"type": "image", "source": {"type": "url", "url": "https://a.test/b.png"}}


def test_an_empty_request_is_safe_from_filters(asked):
    out = asked({})
    assert out["contents"] == []
    assert out["model"] == "gemini-2.5-flash"
    assert {entry["threshold"] for entry in out["safetySettings"]} == {"OFF", "BLOCK_NONE"}
    assert out.keys() == {"contents", "model", "safetySettings"}


def test_a_system_prompt_is_an_instruction(asked):
    assert asked({"system": "Be terse."})["system_instruction"] == {"parts": [{"text": "Be terse."}]}
    parts = {"role": "user", "parts": [{"text": "a"}, {"text": ""}]}
    assert asked({"system": [text("a"), text(""), text(None)]})["system_instruction"] == parts
    assert "system_instruction" not in asked({"system": []})


def test_messages_are_contents_of_their_role(asked):
    messages = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": [text("Ho"), {"type": "thinking", "thinking": "Hm"}]},
        {"role": 5, "content": "nobody"},
        {"role": "user", "content": None},
    ]
    assert asked({"messages": messages})["contents"] == [
        {"role": "user", "parts": [{"text": "Hi"}]},
        {"role": "model", "parts": [{"text": "Ho"}]},
    ]


def test_a_call_asks_gemini_to_skip_the_check_of_its_signature(parts):
    assert parts(call()) == [
        {
            "thoughtSignature": "skip_thought_signature_validator",
            "functionCall": {"name": "Read", "args": {"path": "a"}},
        }
    ]


@pytest.mark.parametrize(("given", "args"), [('{"a":1}', {"a": 1}), ({}, {})])
def test_a_calls_input_may_be_spelled(parts, given, args):
    assert parts(call(input=given))[0]["functionCall"]["args"] == args


@pytest.mark.parametrize("given", [None, [1], "x", 5])
def test_a_call_whose_input_is_no_object_is_left_out(parts, given):
    assert parts(call(input=given)) == []


def test_calls_and_results_are_named_by_their_ids_as_they_were(parts):
    assert parts(call(call_id="ls-files-7"))[0]["functionCall"]["name"] == "ls-files"
    assert parts(result("x", "ls-files-7"))[0]["functionResponse"]["name"] == "ls-files"
    assert parts(result("x"))[0]["functionResponse"]["name"] == "toolu_1"
    assert parts(result("x", "")) == []


def test_results_are_named_by_their_call_in_the_clean_dialect(parts):
    told = parts(result("x"), result("y", "ls-7"), before=[call("my tool")], dialect="clean")
    assert [part["functionResponse"]["name"] for part in told] == ["my_tool", "ls"]
    assert parts(call("list", call_id="other-1"), dialect="clean")[0]["functionCall"]["name"] == "list"


def test_a_result_is_json_as_the_client_spelled_it_or_plain_text_in_the_clean_dialect(asked):
    source = json.dumps({"messages": [{"role": "user", "content": [result("21 °C\n")]}]})

    def told(**turn):
        out = asked(json.loads(source), source=source.encode(), **turn)
        return out["contents"][0]["parts"][0]["functionResponse"]["response"]["result"]

    assert told() == '"21 \\u00b0C\\n"'
    assert told(dialect="clean") == "21 °C\n"


def test_a_failed_tool_is_told_in_the_clean_dialect_alone(parts):
    failed = result("boom") | {"is_error": True}
    assert parts(failed)[0]["functionResponse"]["response"] == {"result": '"boom"'}
    assert parts(failed, dialect="clean")[0]["functionResponse"]["response"] == {"error": "boom"}


def test_the_answers_schema_is_passed_on_in_the_clean_dialect_alone(asked):
    body = {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}
    assert "generationConfig" not in asked(body)
    told = {"responseMimeType": "application/json", "responseJsonSchema": {"type": "object"}}
    assert asked(body, dialect="clean")["generationConfig"] == told


def test_results_in_blocks_are_their_texts_in_the_clean_dialect(parts):
    def told(content):
        return parts(result(content), dialect="clean")[0]["functionResponse"]["response"]["result"]

    assert told([text("a"), text("b")]) == "a\n\nb"
    assert json.loads(told([text("a"), PNG])) == [text("a"), PNG]


def test_only_data_is_shown_as_it_was_or_documents_and_links_too_in_the_clean_dialect(parts):
    image = {"inline_data": {"mime_type": "image/png", "data": "AAAA"}}
    assert parts(PNG, LINKED, PDF) == [image]
    assert parts(PNG, LINKED, PDF, dialect="clean") == [
        image,
        {"file_data": {"file_uri": "https://a.test/b.png"}},
        {"inline_data": {"mime_type": "application/pdf", "data": "QQ"}},
    ]
    plain = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Hello"}}
    assert parts(plain, dialect="clean") == [{"text": "Hello"}]


def test_tools_with_a_schema_are_declared_under_names_that_gemini_takes(asked):
    tools = [
        {"name": "my tool", "description": "d", "input_schema": {"type": "object"}, "type": "custom", "strict": True},
        {"name": "7zip", "input_schema": {}},
        {"name": "none"},
    ]
    assert asked({"tools": tools})["tools"] == [
        {
            "functionDeclarations": [
                {"name": "my_tool", "description": "d", "parametersJsonSchema": {"type": "object"}},
                {"name": "_7zip", "parametersJsonSchema": {}},
            ]
        }
    ]
    assert "tools" not in asked({"tools": [{"name": "none"}]})


def test_a_url_loses_its_format_only_in_json_without_blanks(asked):
    url = {"type": "string", "format": "uri", "minLength": 1}
    body = {"tools": [{"name": "f", "input_schema": {"properties": {"url": url, "urls": [{"url": dict(url)}]}}}]}

    def told(source):
        schema = asked(body, source=source.encode())["tools"][0]["functionDeclarations"][0]["parametersJsonSchema"]
        return schema["properties"]["url"], schema["properties"]["urls"][0]["url"]

    bare = {"type": "string", "minLength": 1}
    assert told(json.dumps(body, separators=(",", ":"))) == (bare, bare)
    assert told(json.dumps(body)) == (url, url)


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ({"type": "auto"}, {"mode": "AUTO"}),
        ("any", {"mode": "ANY"}),
        ({"type": "none"}, {"mode": "NONE"}),
        ({"type": "tool", "name": "my tool"}, {"mode": "ANY", "allowedFunctionNames": ["my_tool"]}),
        ({"type": "tool"}, {"mode": "ANY"}),
    ],
)
def test_a_choice_of_tools_is_a_mode(asked, choice, told):
    assert asked({"tool_choice": choice})["toolConfig"] == {"functionCallingConfig": told}
    assert "toolConfig" not in asked({"tool_choice": {"type": "whatever"}})


def test_sampling_is_passed_on_where_it_is_numbers(asked):
    body = {"temperature": 0.5, "top_p": 1, "top_k": "40"}
    assert asked(body)["generationConfig"] == {"temperature": 0.5, "topP": 1}


def test_limits_are_passed_on_in_the_clean_dialect_alone(asked):
    body = {"max_tokens": 100, "stop_sequences": ["END"]}
    assert "generationConfig" not in asked(body)
    assert asked(body, dialect="clean")["generationConfig"] == {"maxOutputTokens": 100, "stopSequences": ["END"]}


@pytest.mark.parametrize(
    ("body", "model", "told"),
    [
        ({"thinking": {"type": "enabled", "budget_tokens": 100}}, "m", {"thinkingBudget": 100}),
        ({"thinking": {"type": "enabled", "budget_tokens": "100"}}, "m", None),
        ({"thinking": {"type": "adaptive"}}, "gemini-2.5-pro", {"thinkingBudget": 32768}),
        ({"thinking": {"type": "adaptive"}}, "m", {"thinkingLevel": "high"}),
        ({"thinking": {"type": "auto"}, "output_config": {"effort": "LOW "}}, "m", {"thinkingLevel": "low"}),
        ({"thinking": {"type": "disabled"}}, "m", None),
    ],
)
def test_thinking_is_a_budget_or_a_level(asked, body, model, told):
    config = asked(body, model=model).get("generationConfig", {}).get("thinkingConfig")
    assert config == (told and told | {"includeThoughts": True})
