import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.wire import counted
from native.wire.spelled import Spelled

NAMES = (
    "messages role content type text tools function parameters input system source image tool_result tool_use "
    "message instructions output format schema image_url url"
)
WORDS = st.sampled_from(NAMES.split())
ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.text(max_size=5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=20,
)


def lines(texts):
    return counted.joined(texts).split("\n")


@given(st.dictionaries(WORDS, ODD, max_size=6))
def test_any_body_has_texts(body):
    for read in (counted.chat, counted.claude, counted.codex):
        assert isinstance(counted.joined(read(body)), str)
    assert counted.claude_images(body) >= 0


def test_texts_are_trimmed_and_the_empty_ones_left_out():
    assert counted.joined(iter([" a\n", "", "\u2003", "b"])) == "a\nb"


def test_a_chat_counts_who_spoke_what_was_said_and_called_and_the_tools():
    body = {
        "messages": [
            {
                "role": "user",
                "name": "me",
                "content": [{"type": "text", "text": "Hi"}, {"type": "image_url", "image_url": {"url": "u"}}],
            },
            {
                "role": "assistant",
                "content": "So",
                "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            },
            {"role": "tool", "tool_call_id": "c1", "content": {"a": 1}},
        ],
        "tools": [
            {"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}}
        ],
        "functions": [{"name": "g", "parameters": {}}],
        "tool_choice": {"type": "function"},
        "response_format": {"type": "json_schema", "json_schema": {"name": "s"}},
        "prompt": "p",
    }
    assert lines(counted.chat(body)) == [
        *("user", "me", "Hi", "u"),
        *("assistant", "So", "c1", "function", "f", "{}"),
        *("tool", '{"a":1}'),
        *("function", "f", "d", '{"type":"object"}'),
        *("g", "{}"),
        '{"type":"function"}',
        *("json_schema", '{"name":"s"}'),
        "p",
    ]


@pytest.mark.parametrize(
    ("part", "texts"),
    [
        ("said", ["said"]),
        ({"type": "input_audio", "id": "a1"}, ["a1"]),
        ({"type": "tool_result", "name": "n", "content": "c"}, ["n", "c"]),
        ([{"type": "text", "text": "in"}], ["in"]),
        ({"type": "other"}, ['{"type":"other"}']),
    ],
)
def test_every_kind_of_part_counts_in_its_way(part, texts):
    assert lines(counted.chat({"messages": [{"content": [part]}]})) == texts


def test_a_claude_request_counts_its_system_blocks_and_tools():
    blocks = [
        {"type": "thinking", "thinking": "Hm"},
        {"type": "tool_use", "id": "t1", "name": "f", "input": {"a": 1}},
        {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "21"}]},
        {"type": "document"},
    ]
    body = {
        "system": "S",
        "messages": [{"role": "user", "content": blocks}],
        "tools": [{"name": "f", "input_schema": {}}],
    }
    assert lines(counted.claude(body)) == [
        *("S", "user", "Hm", "t1", "f", '{"a":1}', "t1", "21", '{"type":"document"}'),
        *("f", "{}"),
    ]


def test_images_count_by_their_size():
    def image(**size):
        return {"type": "image", "source": size}

    def count(*blocks):
        return counted.claude_images({"messages": [{"content": list(blocks)}]})

    assert count(image()) == 1000
    assert count(image(width=10, height=10)) == 85
    assert count(image(width=750, height=100)) == 100
    assert count(image(width=9000, height=9000)) == 1590
    assert count({"type": "tool_result", "content": [image(), image()]}) == 2000


def test_codex_counts_instructions_items_tools_and_the_answers_form():
    body = {
        "instructions": " I ",
        "input": [
            {"type": "message", "content": [{"type": "input_text", "text": "Hi"}]},
            {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "output": "21"},
            {"type": "other", "text": "t"},
        ],
        "tools": [{"name": "f", "description": "d", "parameters": "spelled"}],
        "text": {"format": {"name": "n", "schema": {"a": 1}}},
    }
    assert lines(counted.codex(body)) == ["I", "Hi", "f", "{}", "21", "t", "f", "d", "spelled", "n", '{"a":1}']


def test_a_schema_counts_as_it_is_spelled():
    tool = {"name": "f", "parameters": Spelled({"a": 1}, lambda: '{"a": 1 }')}
    assert lines(counted.codex({"tools": [tool]})) == ["f", '{"a": 1 }']
