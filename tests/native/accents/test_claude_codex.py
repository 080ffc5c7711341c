"""What a Claude request becomes for Codex; its tools and answers have test files of their own."""

import json

import pytest

from native.accents.claude_codex import PAIR


@pytest.fixture
def asked(a_turn):
    def ask(body, *, source=b"", **turn):
        return PAIR.request(body, a_turn(model="gpt-5-codex", original=body, source=source, **turn))

    return ask


@pytest.fixture
def spoken(asked):
    def ask(role, *blocks, **turn):
        return asked({"messages": [{"role": role, "content": list(blocks)}]}, **turn)["input"]

    return ask


def text(said):
    return {"type": "text", "text": said}


def result(content):
    return {"type": "tool_result", "tool_use_id": "c1", "content": content}


CALL = {"type": "tool_use", "id": "c1", "name": "Read", "input": {"path": "a"}}
PNG = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
LINKED = {"type": "image", "source": {"type": "url", "url": "https://a.test/b.png"}}
PDF = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "QQ"}}


def test_every_request_is_a_stream_that_codex_does_not_keep(asked):
    assert asked({"max_tokens": 5, "temperature": 1, "stop_sequences": ["a"]}) == {
        "model": "gpt-5-codex",
        "instructions": "",
        "input": [],
        "parallel_tool_calls": True,
        "reasoning": {"effort": "medium", "summary": "auto"},
        "stream": True,
        "store": False,
        "include": ["reasoning.encrypted_content"],
    }


def test_a_system_prompt_is_the_developers_message_without_the_clients_billing(asked):
    billing = text("x-anthropic-billing-header: cc_version=1")
    assert asked({"system": [billing, text("Be terse."), text("")]})["input"] == [
        {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "Be terse."}]}
    ]
    assert asked({"system": billing["text"]})["input"] == []


def test_calls_and_results_part_what_is_said(spoken):
    assert spoken("assistant", text("Look."), CALL, text("Done.")) == [
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Look."}]},
        {"type": "function_call", "call_id": "c1", "name": "Read", "arguments": '{"path":"a"}'},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Done."}]},
    ]


def test_an_input_keeps_the_clients_spelling(asked):
    source = json.dumps({"messages": [{"role": "assistant", "content": [CALL]}]}, indent=1)
    arguments = asked(json.loads(source), source=source.encode())["input"][0]["arguments"]
    assert json.loads(arguments) == {"path": "a"}
    assert "\n" in arguments


@pytest.mark.parametrize(
    ("content", "output"),
    [
        ("21", "21"),
        (
            [text("a"), PNG],
            [{"type": "input_text", "text": "a"}, {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}],
        ),
        ([{"x": 1}], '[{"x":1}]'),
        ({"x": 1}, '{"x":1}'),
        (None, ""),
        (True, "true"),
    ],
)
def test_a_result_is_its_texts_and_images_or_its_text(spoken, content, output):
    assert spoken("user", result(content))[0]["output"] == output


@pytest.mark.parametrize(
    ("thinking", "effort"),
    [
        ({"type": "enabled", "budget_tokens": 512}, "minimal"),
        ({"type": "enabled"}, "medium"),
        ({"type": "enabled", "budget_tokens": -5}, "medium"),
        ({"type": "auto"}, "xhigh"),
        ({"type": "disabled"}, "none"),
        (None, "medium"),
    ],
)
def test_thinking_is_an_effort(asked, thinking, effort):
    assert asked({"thinking": thinking})["reasoning"]["effort"] == effort


def test_parallel_calls_are_forbidden_with_the_choice(asked):
    assert asked({"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}})["parallel_tool_calls"] is False


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ({"type": "any"}, "required"),
        ({"type": "none"}, "none"),
        ({"type": "auto"}, "auto"),
        ({"type": "tool", "name": "Read"}, {"type": "function", "name": "Read"}),
    ],
)
def test_the_choice_of_tools_is_auto_as_it_was_or_the_clients_in_the_clean_dialect(asked, choice, told):
    body = {"tools": [{"name": "Read"}], "tool_choice": choice}
    assert asked(body)["tool_choice"] == "auto"
    assert asked(body, dialect="clean")["tool_choice"] == told


def test_what_codex_could_be_shown_vanishes_as_it_did_or_is_shown_in_the_clean_dialect(spoken):
    assert spoken("user", LINKED, PDF) == []
    assert spoken("user", LINKED, PDF, dialect="clean")[0]["content"] == [
        {"type": "input_image", "image_url": "https://a.test/b.png"},
        {"type": "input_file", "filename": "document.pdf", "file_data": "data:application/pdf;base64,QQ"},
    ]


def test_the_answers_schema_is_passed_on_in_the_clean_dialect_alone(asked):
    body = {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}
    assert "text" not in asked(body)
    told = {"type": "json_schema", "name": "answer", "schema": {"type": "object"}}
    assert asked(body, dialect="clean")["text"] == {"format": told}


def test_documents_of_every_source_are_read_in_the_clean_dialect(spoken):
    plain = {"type": "document", "source": {"type": "text", "data": "Hello"}}
    linked = {"type": "document", "source": {"type": "url", "url": "https://a.test/a.pdf"}}
    assert spoken("user", plain, linked, {"type": "document"}, dialect="clean")[0]["content"] == [
        {"type": "input_text", "text": "Hello"},
        {"type": "input_file", "file_url": "https://a.test/a.pdf"},
    ]


def test_images_take_the_other_spellings_of_their_fields(spoken):
    image = {"type": "image", "source": {"base64": "AAAA", "mime_type": "image/gif"}}
    assert spoken("user", image)[0]["content"][0]["image_url"] == "data:image/gif;base64,AAAA"
    image = {"type": "image", "source": {"data": "AAAA"}}
    assert spoken("user", image)[0]["content"][0]["image_url"] == "data:application/octet-stream;base64,AAAA"


def test_calls_in_the_history_have_the_names_that_codex_sees(asked):
    name = "mcp__" + "s" * 60 + "__read"
    call = CALL | {"name": name}
    body = {"tools": [{"name": name}], "messages": [{"role": "assistant", "content": [call]}]}
    out = asked(body)
    assert out["input"][0]["name"] == out["tools"][0]["name"] == "mcp__read"
