import json

import pytest

from native.accents.responses_openai import PAIR

TOOLS = [{"type": "function", "name": "f", "parameters": {"type": "object"}}, {"type": "web_search"}]


@pytest.fixture
def asked(a_turn):
    def ask(body, dialect="parity"):
        return PAIR.request(body, a_turn(model="up", stream=True, dialect=dialect))

    return ask


@pytest.fixture
def answered(a_turn):
    def answer(completion, *, asked=None, sent=None, dialect="parity"):
        turn = a_turn(original=asked or {}, sent=sent or {}, dialect=dialect)
        return json.loads(PAIR.whole(json.dumps(completion).encode(), turn))

    return answer


def completion(message, **fields):
    return {"id": "x1", "created": 7, "choices": [{"index": 0, "message": message}], **fields}


def test_items_become_messages_in_order(asked):
    items = [
        {"role": "developer", "content": "d"},
        {
            "type": "message",
            "role": "user",
            "content": [{"type": "input_text", "text": "t"}, {"type": "input_image", "image_url": "u"}],
        },
        {"type": "reasoning", "summary": []},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "o"},
    ]
    assert asked({"instructions": "i", "input": items})["messages"] == [
        {"role": "system", "content": "i"},
        {"role": "user", "content": "d"},
        {"role": "user", "content": [{"type": "text", "text": "t"}, {"type": "image_url", "image_url": {"url": "u"}}]},
        {
            "role": "assistant",
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "c", "content": "o"},
    ]


def test_functions_alone_are_declared(asked):
    assert asked({"tools": TOOLS})["tools"] == [
        {"type": "function", "function": {"name": "f", "description": "", "parameters": {"type": "object"}}}
    ]


def test_fields_that_chat_has_a_place_for_are_sent(asked):
    out = asked({"input": "Hi", "max_output_tokens": "5", "parallel_tool_calls": 0, "reasoning": {"effort": " High "}})
    assert out == {
        "model": "up",
        "stream": True,
        "messages": [{"role": "user", "content": "Hi"}],
        "max_tokens": 5,
        "parallel_tool_calls": False,
        "reasoning_effort": "high",
    }


def test_a_forced_tool_is_a_text_but_in_the_clean_dialect(asked):
    choice = {"type": "function", "name": "f"}
    assert json.loads(asked({"tool_choice": choice})["tool_choice"]) == choice
    assert asked({"tool_choice": choice}, "clean")["tool_choice"] == {"type": "function", "function": {"name": "f"}}
    assert asked({"tool_choice": "auto"}, "clean")["tool_choice"] == "auto"


def test_sampling_and_format_are_sent_in_the_clean_dialect_only(asked):
    schema = {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": True}
    body = {"temperature": 0.5, "top_p": 0.9, "text": {"format": schema}}
    assert {"temperature", "top_p", "response_format"}.isdisjoint(asked(body))
    clean = asked(body, "clean")
    assert (clean["temperature"], clean["top_p"]) == (0.5, 0.9)
    assert clean["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "n", "schema": {"type": "object"}, "strict": True},
    }


def test_a_whole_answer_has_reasoning_text_and_calls(answered):
    message = {
        "content": "Hi",
        "reasoning_content": "hm",
        "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}],
    }
    usage = {
        "prompt_tokens": 3,
        "completion_tokens": 2,
        "total_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 1},
    }
    answer = answered(completion(message, usage=usage))
    assert [item["id"] for item in answer["output"]] == ["rs_x1", "msg_x1_0", "fc_c"]
    assert answer["usage"] == {
        "input_tokens": 3,
        "output_tokens": 2,
        "total_tokens": 5,
        "input_tokens_details": {"cached_tokens": 1},
    }


def test_usage_in_another_shape_is_passed_on(answered):
    assert answered(completion({}, usage={"input": 1}))["usage"] == {"input": 1}


def test_the_answer_repeats_what_was_sent_or_in_the_clean_dialect_what_was_asked(answered):
    sent, asked = {"model": "up", "max_tokens": 9}, {"model": "mine", "store": False}
    parity = answered(completion({}), asked=asked, sent=sent)
    assert (parity["model"], parity["max_output_tokens"], "store" in parity) == ("up", 9, False)
    clean = answered(completion({}), asked=asked, sent=sent, dialect="clean")
    assert (clean["model"], clean["store"], "max_output_tokens" in clean) == ("mine", False, False)


def test_an_answer_that_says_nothing_has_no_output_but_in_the_clean_dialect(answered):
    assert "output" not in answered(completion({"content": ""}))
    assert answered(completion({"content": ""}), dialect="clean")["output"] == []


def test_an_answer_without_id_and_time_gets_its_own(a_turn):
    turn = a_turn()
    first, second = (json.loads(PAIR.whole(b"{}", turn)) for _ in range(2))
    assert first["id"].endswith("_1")
    assert second["id"].endswith("_2")
    assert first["created_at"] == 1760000000
