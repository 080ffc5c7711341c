"""What a Claude request becomes for chat completions; answers have test files of their own."""

import json

import orjson
import pytest

from native.accents.claude_openai import PAIR


@pytest.fixture
def asked(a_turn):
    def ask(body, *, source=b"", **turn):
        return PAIR.request(body, a_turn(model="lab-large", original=body, source=source, **turn))

    return ask


@pytest.fixture
def spoken(asked):
    def ask(role, *blocks, **turn):
        return asked({"messages": [{"role": role, "content": list(blocks)}]}, **turn)["messages"]

    return ask


def text(said):
    return {"type": "text", "text": said}


def call(given=None, **fields):
    return {"type": "tool_use", "id": "c1", "name": "Read", "input": {"path": "a"} if given is None else given} | fields


def result(content, call_id="c1"):
    return {"type": "tool_result", "tool_use_id": call_id, "content": content}


PNG = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
SHOWN = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
PDF = {
    "type": "document",
    "title": "a.pdf",
    "source": {"type": "base64", "media_type": "application/pdf", "data": "QQ"},
}


def test_the_upstreams_model_and_the_clients_wish_for_a_stream_are_told(asked):
    assert asked({"model": "alias"}, stream=True) == {"model": "lab-large", "messages": [], "stream": True}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"max_tokens": "12"}, {"max_tokens": 12}),
        ({"max_tokens": None}, {"max_tokens": 0}),
        ({"temperature": 0.5, "top_p": 0.9}, {"temperature": 0.5}),
        ({"top_p": 0.9}, {"top_p": 0.9}),
        ({"stop_sequences": ["a"]}, {"stop": "a"}),
        ({"stop_sequences": ["a", 1]}, {"stop": ["a", "1"]}),
        ({"stop_sequences": []}, {}),
        ({"user": "me"}, {"user": "me"}),
        ({"tool_choice": {"type": "any"}}, {"tool_choice": "required"}),
        ({"tool_choice": {"type": "auto"}}, {"tool_choice": "auto"}),
        (
            {"tool_choice": {"type": "tool", "name": "f"}},
            {"tool_choice": {"type": "function", "function": {"name": "f"}}},
        ),
    ],
)
def test_settings_have_their_counterparts(asked, body, told):
    out = asked(body)
    del out["model"], out["messages"], out["stream"]
    assert out == told


@pytest.mark.parametrize(
    ("thinking", "effort"),
    [
        ({"type": "enabled", "budget_tokens": 1024}, "low"),
        ({"type": "enabled", "budget_tokens": 24577}, "xhigh"),
        ({"type": "enabled"}, "auto"),
        ({"type": "enabled", "budget_tokens": -2}, None),
        ({"type": "adaptive"}, "xhigh"),
        ({"type": "disabled"}, "none"),
        ({"type": "other"}, None),
        ("enabled", None),
    ],
)
def test_thinking_is_an_effort(asked, thinking, effort):
    assert asked({"thinking": thinking}).get("reasoning_effort") == effort


def test_adaptive_thinking_takes_the_effort_beside_it(asked):
    body = {"thinking": {"type": "adaptive"}, "output_config": {"effort": " High "}}
    assert asked(body)["reasoning_effort"] == "high"


def test_a_system_prompt_comes_first_and_an_empty_one_not_at_all(asked):
    assert asked({"system": "Be terse."})["messages"] == [{"role": "system", "content": [text("Be terse.")]}]
    assert asked({"system": [text("a"), text(" "), text("b")]})["messages"][0]["content"] == [text("a"), text("b")]
    assert asked({"system": ""})["messages"] == []


def test_results_stand_before_what_their_message_says(spoken):
    assert spoken("user", text("And?"), result("21")) == [
        {"role": "tool", "tool_call_id": "c1", "content": "21"},
        {"role": "user", "content": [text("And?")]},
    ]


def test_an_assistants_thoughts_words_and_calls_are_one_message(spoken):
    thinking = {"type": "thinking", "thinking": "Hm."}
    assert spoken("assistant", thinking, {"type": "thinking", "text": "So."}, text("Look."), call()) == [
        {
            "role": "assistant",
            "content": [text("Look.")],
            "reasoning_content": "Hm.\n\nSo.",
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "Read", "arguments": '{"path":"a"}'}}],
        }
    ]


@pytest.mark.parametrize("thinking", [{"text": "Hm."}, {"thinking": "Hm."}, "Hm."])
def test_a_thought_may_be_wrapped(spoken, thinking):
    assert spoken("assistant", {"type": "thinking", "thinking": thinking})[0]["reasoning_content"] == "Hm."


@pytest.mark.parametrize("thinking", [{"x": "Hm."}, [], " "])
def test_a_thought_without_a_text_is_none(spoken, thinking):
    assert spoken("assistant", {"type": "thinking", "thinking": thinking}) == []


def test_nobody_else_may_think_or_call(spoken):
    assert spoken("user", {"type": "thinking", "thinking": "Obey."}, call()) == []


def test_a_calls_input_keeps_the_clients_spelling(asked):
    source = json.dumps({"messages": [{"role": "assistant", "content": [call({"city": "Łódź"})]}]})
    out = asked(json.loads(source), source=source.encode())
    assert out["messages"][0]["tool_calls"][0]["function"]["arguments"] == '{"city": "\\u0141\\u00f3d\\u017a"}'


def test_a_call_without_input_has_an_empty_object(spoken):
    bare = call()
    del bare["input"]
    assert spoken("assistant", bare)[0]["tool_calls"][0]["function"]["arguments"] == "{}"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ([text("a"), text("b")], "a\n\nb"),
        (["a", {"text": "b"}], "a\n\nb"),
        ([text("a"), PNG], [text("a"), SHOWN]),
        (PNG, [SHOWN]),
        ({"text": "a"}, "a"),
        ({"x": 1}, '{"x":1}'),
        ([], "[]"),
        ([text(" ")], '[{"type":"text","text":" "}]'),
        ([text("a"), {"x": 1}], 'a\n\n{"x":1}'),
        (None, "null"),
        (5, "5"),
    ],
)
def test_a_result_is_text_unless_it_shows_something(spoken, content, told):
    assert spoken("user", result(content))[0]["content"] == told


def test_images_go_by_their_data_or_their_address(spoken):
    linked = {"type": "image", "source": {"type": "url", "url": "https://a.test/b.png"}}
    own = {"type": "image", "url": "https://a.test/c.png"}
    parts = spoken("user", PNG, linked, own, {"type": "image"})[0]["content"]
    assert parts[0] == SHOWN
    assert [part["image_url"]["url"] for part in parts[1:]] == ["https://a.test/b.png", "https://a.test/c.png"]


def test_a_document_vanishes_as_it_did_or_is_a_file_in_the_clean_dialect(spoken):
    assert spoken("user", text("Read."), PDF)[0]["content"] == [text("Read.")]
    _, file = spoken("user", text("Read."), PDF, dialect="clean")[0]["content"]
    assert file == {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,QQ"}}
    plain = {"type": "document", "source": {"type": "text", "data": "Hello"}}
    assert spoken("user", plain, dialect="clean")[0]["content"] == [text("Hello")]
    assert spoken("user", {"type": "document", "source": {"type": "url", "url": "u"}}, dialect="clean") == []


def test_a_choice_of_no_tool_is_auto_as_it_was_or_none_in_the_clean_dialect(asked):
    assert asked({"tool_choice": {"type": "none"}})["tool_choice"] == "auto"
    assert asked({"tool_choice": {"type": "none"}}, dialect="clean")["tool_choice"] == "none"


FORM = {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}


def test_the_answers_schema_is_passed_on_in_the_clean_dialect_alone(asked):
    told = {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}}
    assert "response_format" not in asked(FORM)
    assert asked(FORM, dialect="clean")["response_format"] == told


def test_parallel_calls_are_forbidden_in_the_clean_dialect_alone(asked):
    body = {"tool_choice": {"type": "any", "disable_parallel_tool_use": True}}
    assert "parallel_tool_calls" not in asked(body)
    assert asked(body, dialect="clean")["parallel_tool_calls"] is False
    assert "parallel_tool_calls" not in asked({"tool_choice": {"type": "any"}}, dialect="clean")


def test_tools_are_functions(asked):
    tool = {"name": "Read", "description": "Reads.", "input_schema": {"type": "object"}, "cache_control": {}}
    assert asked({"tools": [tool, {"name": "bare"}]})["tools"] == [
        {"type": "function", "function": {"name": "Read", "description": "Reads.", "parameters": {"type": "object"}}},
        {"type": "function", "function": {"name": "bare", "description": ""}},
    ]


def test_numbers_past_a_double_are_rounded_as_they_were_or_kept_in_the_clean_dialect(asked):
    body = {"tools": [{"name": "f", "input_schema": {"maximum": 2**53 + 1}}]}

    def most(**turn):
        return orjson.loads(orjson.dumps(asked(body, **turn)))["tools"][0]["function"]["parameters"]["maximum"]

    assert most() == 2**53
    assert most(dialect="clean") == 2**53 + 1


def test_the_clients_body_is_left_as_it_was(asked):
    body = {"system": "s", "messages": [{"role": "user", "content": [text("a"), result([text("b")])]}]}
    before = orjson.dumps(body)
    asked(body)
    assert orjson.dumps(body) == before
