import pytest

from native.accents.responses_gemini import PAIR
from native.accents.responses_gemini_answer import SKIP_SIGNATURE


@pytest.fixture
def asked(a_turn):
    def ask(body, dialect="parity"):
        return PAIR.request(body, a_turn(dialect=dialect))

    return ask


@pytest.fixture
def said(asked):
    def say(*items, dialect="parity"):
        return asked({"input": list(items)}, dialect)["contents"]

    return say


def message(role, *parts):
    return {"type": "message", "role": role, "content": list(parts)}


def text(words, kind="input_text"):
    return {"type": kind, "text": words}


def call(call_id, name="f"):
    return {"type": "function_call", "call_id": call_id, "name": name, "arguments": "{}"}


def result(call_id, output="ok"):
    return {"type": "function_call_output", "call_id": call_id, "output": output}


def part(content):
    (only,) = content["parts"]
    return only


def ids(contents):
    return [next(iter(part(content).values()))["id"] for content in contents]


def test_instructions_and_system_messages_are_the_system_instruction(asked):
    body = {"instructions": "i", "input": [message("System", text("a"), text("b")), {"role": "system", "content": "c"}]}
    out = asked(body)
    assert out["systemInstruction"] == {"parts": [{"text": words} for words in "iabc"]}
    assert out["contents"] == []


def test_a_message_is_parted_where_the_speaker_changes(said):
    assert said(message("user", text("a"), text("b", "output_text"), text("c", "output_text"), text("d"))) == [
        {"role": "user", "parts": [{"text": "a"}]},
        {"role": "model", "parts": [{"text": "b"}, {"text": "c"}]},
        {"role": "user", "parts": [{"text": "d"}]},
    ]


def test_each_call_is_followed_by_its_own_result(said):
    contents = said(call("1"), call("2"), result("2"), result("9"), result("1"))
    assert ids(contents) == ["1", "1", "2", "2", "9"]
    assert [content["role"] for content in contents] == ["model", "function", "model", "function", "function"]


def test_a_result_is_named_after_its_call(said):
    contents = said(call("1", "my tool"), result("1"), result("2"))
    assert [next(iter(part(content).values()))["name"] for content in contents] == ["my_tool", "my_tool", "unknown"]


def test_a_call_tells_gemini_not_to_check_its_signature(said):
    assert part(said(call("1"))[0])["thoughtSignature"] == SKIP_SIGNATURE


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ('{"a": 1}', {"result": {"a": 1}}),
        (" [1]", {"result": [1]}),
        ("3", {"result": "3"}),
        ("{oops", {"result": "{oops"}),
        ("", {}),
        ("null", {}),
        (5, {}),
    ],
)
def test_a_result_that_is_json_goes_as_json(said, output, told):
    assert part(said(result("1", output))[0])["functionResponse"]["response"] == told


def test_a_result_in_parts_is_lost_but_in_the_clean_dialect(said):
    parts = [text("a"), text("b")]
    assert part(said(result("1", parts))[0])["functionResponse"]["response"] == {}
    clean = said(result("1", parts), dialect="clean")
    assert part(clean[0])["functionResponse"]["response"] == {"result": "a\nb"}


def test_images_and_sounds_go_inline_and_addresses_not_at_all(said):
    image = {"type": "input_image", "image_url": "data:image/png;base64,QUJD"}
    plain = {"type": "input_image", "image_url": "data:,abc"}
    far = {"type": "input_image", "image_url": "https://a.test/b.png"}
    sound = {"type": "input_audio", "data": "QUJD", "format": "mp3"}
    odd = {"type": "input_audio", "data": "QUJD", "format": "opus"}
    parts = said(message("user", image, plain, far, sound, odd))[0]["parts"]
    assert [given["inline_data"]["mime_type"] for given in parts] == [
        "image/png",
        "application/octet-stream",
        "audio/mpeg",
        "audio/opus",
    ]


def test_reasoning_comes_back_as_a_thought_with_its_signature(said):
    item = {"type": "reasoning", "summary": [{"text": "hm"}], "encrypted_content": "sig"}
    assert part(said(item)[0]) == {"text": "hm", "thoughtSignature": "sig", "thought": True}


def test_the_developer_is_a_role_of_its_own_but_in_the_clean_dialect(said):
    assert said({"role": "developer", "content": "d"})[0]["role"] == "developer"
    assert said({"role": "developer", "content": "d"}, dialect="clean")[0]["role"] == "user"


def test_settings_are_the_generation_config(asked):
    body = {
        "max_output_tokens": 5,
        "temperature": "0.5",
        "top_p": 1,
        "stop_sequences": ["x", 1],
        "reasoning": {"effort": "Low"},
    }
    assert asked(body)["generationConfig"] == {
        "maxOutputTokens": 5,
        "temperature": 0.5,
        "topP": 1.0,
        "stopSequences": ["x", "1"],
        "thinkingConfig": {"thinkingLevel": "low", "includeThoughts": True},
    }


@pytest.mark.parametrize(
    ("effort", "told"),
    [
        ("auto", {"thinkingBudget": -1, "includeThoughts": True}),
        ("none", {"thinkingLevel": "none", "includeThoughts": False}),
    ],
)
def test_effort_is_told_in_geminis_words(asked, effort, told):
    assert asked({"reasoning": {"effort": effort}})["generationConfig"]["thinkingConfig"] == told


def test_functions_alone_are_declared_under_names_that_gemini_takes(asked):
    tools = [{"type": "function", "name": "9 lives", "parameters": {"type": "object"}}, {"type": "web_search"}]
    assert asked({"tools": tools})["tools"] == [
        {"functionDeclarations": [{"name": "_9_lives", "description": "", "parametersJsonSchema": {"type": "object"}}]}
    ]


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ("required", {"mode": "ANY"}),
        ("none", {"mode": "NONE"}),
        ({"type": "function", "name": "a b"}, {"mode": "ANY", "allowedFunctionNames": ["a_b"]}),
    ],
)
def test_a_tool_choice_is_told_in_the_clean_dialect_only(asked, choice, told):
    body = {"tools": [{"type": "function", "name": "a b"}], "tool_choice": choice}
    assert "toolConfig" not in asked(body)
    assert asked(body, "clean")["toolConfig"] == {"functionCallingConfig": told}


def test_a_schema_for_the_answer_is_told_in_the_clean_dialect_only(asked):
    body = {"text": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}
    assert "generationConfig" not in asked(body)
    assert asked(body, "clean")["generationConfig"]["responseJsonSchema"] == {"type": "object"}
