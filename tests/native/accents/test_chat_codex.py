"""What a chat request becomes for Codex's responses; the legacy's own words are in test_chat_pairs."""

import json

import pytest

from native.accents.chat_codex import PAIR

USER = {"role": "user", "content": "hi"}
LONG = "mcp__" + "server_" * 10 + "__read"
PNG = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


@pytest.fixture
def asked(a_turn):
    def ask(*messages, source=None, **body):
        body = {"messages": list(messages), **body}
        source = json.dumps(body).encode() if source is None else source
        dialect = body.pop("dialect", "parity")
        return PAIR.request(body, a_turn(model="gpt-x", source=source, dialect=dialect))

    return ask


def function(name="f", **more):
    return {"type": "function", "function": {"name": name, **more}}


def call(identifier="c1", name="f", arguments="{}"):
    return {"id": identifier, "type": "function", "function": {"name": name, "arguments": arguments}}


def test_a_request_asks_for_reasoning_it_can_be_given_back(asked):
    body = asked(USER)
    assert body["reasoning"] == {"effort": "medium", "summary": "auto"}
    assert body["include"] == ["reasoning.encrypted_content"]
    assert body["store"] is False


def test_messages_calls_and_results_become_items_in_order(asked):
    said = {"role": "assistant", "content": "So.", "tool_calls": [call("a"), call("b")]}
    items = asked({"role": "system", "content": "s"}, USER, said, {"role": "tool", "tool_call_id": "a", "content": "1"})
    assert [(item["type"], item.get("role")) for item in items["input"]] == [
        ("message", "developer"),
        ("message", "user"),
        ("message", "assistant"),
        ("function_call", None),
        ("function_call", None),
        ("function_call_output", None),
    ]
    assert items["input"][2]["content"] == [{"type": "output_text", "text": "So."}]


def test_an_assistant_that_only_calls_says_nothing(asked):
    items = asked({"role": "assistant", "content": None, "tool_calls": [call()]})["input"]
    assert [item["type"] for item in items] == ["function_call"]


def test_a_result_of_parts_goes_as_the_text_its_sender_wrote(asked):
    source = b'{"messages": [{"content": [ {"type":"text","text":"\\u00e9"}]}]}'
    result = {"role": "tool", "tool_call_id": "a", "content": [{"type": "text", "text": "é"}]}
    (item,) = asked(result, source=source)["input"]
    assert item["output"] == '[ {"type":"text","text":"\\u00e9"}]'


def test_users_show_images_and_files_and_nobody_else_does(asked):
    file = {"type": "file", "file": {"filename": "a.pdf", "file_data": "JVBE"}}
    parts = [PNG, file, {"type": "file", "file": {"filename": "b"}}]
    shown = asked({"role": "user", "content": parts}, {"role": "assistant", "content": parts})["input"]
    assert [item["content"] for item in shown] == [
        [
            {"type": "input_image", "image_url": "data:image/png;base64,AAAA"},
            {"type": "input_file", "file_data": "JVBE", "filename": "a.pdf"},
        ]
    ]


def test_a_long_name_is_the_same_in_declaration_call_and_choice(asked):
    body = asked(
        {"role": "assistant", "tool_calls": [call(name=LONG)]},
        tools=[function(LONG), function(LONG.replace("server", "victim"))],
        tool_choice=function(LONG),
    )
    assert [tool["name"] for tool in body["tools"]] == ["mcp__read", "mcp__read_1"]
    assert body["input"][0]["name"] == body["tool_choice"]["name"] == "mcp__read"


def test_built_in_tools_pass_and_functions_lose_a_level(asked):
    search = {"type": "web_search", "search_context_size": "low"}
    schema = {"type": "object"}
    body = asked(
        tools=[search, function("f", parameters=schema, strict=True), {"name": "typeless"}], tool_choice=search
    )
    assert body["tools"] == [search, {"type": "function", "name": "f", "parameters": schema, "strict": True}]
    assert body["tool_choice"] == search


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, None),
        ({"text": {"verbosity": "low"}}, {"verbosity": "low"}),
        ({"response_format": {"type": "text"}}, {"format": {"type": "text"}}),
        ({"response_format": {"type": "json_object"}, "text": {"verbosity": "low"}}, {"verbosity": "low"}),
        (
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "n", "schema": {}, "description": "d"},
                }
            },
            {"format": {"type": "json_schema", "name": "n", "schema": {}}},
        ),
    ],
)
def test_the_answers_format_is_told(asked, body, told):
    assert asked(USER, **body).get("text") == told


@pytest.mark.parametrize(
    ("dialect", "parallel", "form"), [("parity", True, {}), ("clean", False, {"format": {"type": "json_object"}})]
)
def test_the_clean_dialect_passes_on_what_the_legacy_forgets(asked, dialect, parallel, form):
    body = asked(USER, parallel_tool_calls=False, response_format={"type": "json_object"}, dialect=dialect)
    assert body["parallel_tool_calls"] is parallel
    assert body["text"] == form
