import json

import pytest

from native.accents.claude_openai import PAIR


@pytest.fixture
def answered(a_turn):
    def answer(message, *, tools=(), dialect="parity", **choice):
        completion = {"id": "x1", "model": "lab", "choices": [{"message": message} | choice]}
        turn = a_turn(original={"tools": [{"name": name} for name in tools]}, dialect=dialect)
        return json.loads(PAIR.whole(json.dumps(completion).encode(), turn))

    return answer


def called(name="Read", arguments='{"path":"a"}', call_id="c1"):
    return {"id": call_id, "function": {"name": name, "arguments": arguments}}


def test_an_answer_is_a_message(answered):
    assert answered({"content": "Hello"}, finish_reason="stop") == {
        "id": "x1",
        "type": "message",
        "role": "assistant",
        "model": "lab",
        "content": [{"type": "text", "text": "Hello"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[1]", b'{"choices":null}', b'{"choices":[5]}'])
def test_an_answer_of_another_kind_is_an_empty_message(a_turn, answer):
    told = json.loads(PAIR.whole(answer, a_turn()))
    assert told["content"] == []
    assert told["stop_reason"] == "end_turn"


def test_tokens_from_the_cache_are_told_apart(a_turn):
    usage = {"prompt_tokens": 12, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 4}}
    told = json.loads(PAIR.whole(json.dumps({"usage": usage}).encode(), a_turn()))
    assert told["usage"] == {"input_tokens": 8, "output_tokens": 5, "cache_read_input_tokens": 4}


def test_thinking_stands_behind_the_text_as_it_did_or_before_it_in_the_clean_dialect(answered):
    message = {"content": "4", "reasoning_content": ["2+2", {"text": " is"}]}
    kinds = ["text", "thinking", "thinking"]
    assert [block["type"] for block in answered(message)["content"]] == kinds
    assert [block["type"] for block in answered(message, dialect="clean")["content"]] == kinds[::-1]


def test_a_call_has_the_clients_spelling_of_its_name_and_an_id_that_claude_takes(answered):
    call = called(name="read", call_id="c:1/ü")
    block = answered({"tool_calls": [call]}, tools=("_Read",), finish_reason="tool_calls")["content"][0]
    assert block == {"type": "tool_use", "id": "c_1__", "name": "_Read", "input": {"path": "a"}}


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ("{'a': 'b'}", {"a": "b"}),
        ({"a": 1}, {"a": 1}),
        ("[1]", {}),
        ("{broken", {}),
        ("", {}),
        (None, {}),
    ],
)
def test_arguments_that_spell_no_object_are_an_empty_one(answered, arguments, given):
    assert answered({"tool_calls": [called(arguments=arguments)]})["content"][0]["input"] == given


def test_a_content_in_parts_joins_neighbours(answered):
    parts = [
        {"type": "text", "text": "a"},
        {"type": "text", "text": "b"},
        {"type": "reasoning", "text": "h"},
        {"type": "reasoning", "text": "m"},
        {"type": "tool_calls", "tool_calls": [called()]},
        {"type": "text", "text": "c"},
        {"type": "image"},
        {"type": "text", "text": "d"},
    ]
    blocks = answered({"content": parts})["content"]
    assert [block.get("text") or block.get("thinking") or block["name"] for block in blocks] == [
        "ab",
        "hm",
        "Read",
        "c",
        "d",
    ]


@pytest.mark.parametrize(
    ("finish", "reason"),
    [
        ({"finish_reason": "length"}, "max_tokens"),
        ({"finish_reason": "function_call"}, "tool_use"),
        ({"finish_reason": "content_filter"}, "end_turn"),
        ({"finish_reason": None}, "end_turn"),
        ({}, "end_turn"),
    ],
)
def test_reasons_have_their_counterparts(answered, finish, reason):
    assert answered({"content": "a"}, **finish)["stop_reason"] == reason


def test_calls_ask_to_be_made_whatever_the_finish_says_in_the_clean_dialect_alone(answered):
    message = {"tool_calls": [called()]}
    assert answered(message)["stop_reason"] == "tool_use"
    assert answered(message, finish_reason="stop")["stop_reason"] == "end_turn"
    assert answered(message, finish_reason="stop", dialect="clean")["stop_reason"] == "tool_use"


def test_what_a_filter_cut_is_a_refusal_in_the_clean_dialect(answered):
    assert answered({"content": "a"}, finish_reason="content_filter", dialect="clean")["stop_reason"] == "refusal"
