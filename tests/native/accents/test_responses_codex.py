import json

import pytest

from native.accents.responses_codex import PAIR


@pytest.fixture
def asked(a_turn):
    return lambda body: PAIR.request(body, a_turn())


def test_what_codex_demands_is_set_and_what_it_refuses_is_left_out(asked):
    out = asked(
        {
            "model": "m",
            "input": [],
            "store": True,
            "temperature": 1,
            "user": "u",
            "service_tier": "flex",
            "metadata": {},
        }
    )
    assert out == {
        "model": "m",
        "input": [],
        "metadata": {},
        "stream": True,
        "store": False,
        "parallel_tool_calls": True,
        "include": ["reasoning.encrypted_content"],
    }


def test_priority_is_the_one_service_tier_that_is_sent(asked):
    assert asked({"service_tier": "priority"})["service_tier"] == "priority"


def test_a_text_becomes_a_message(asked):
    assert asked({"input": "Hi"})["input"] == [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}
    ]


def test_system_messages_are_the_developers(asked):
    assert asked({"input": [{"role": "system", "content": "x"}, {"role": "user"}]})["input"] == [
        {"role": "developer", "content": "x"},
        {"role": "user"},
    ]


def test_previews_of_tools_get_their_lasting_names(asked):
    tools = [{"type": "web_search_preview", "a": 1}, {"type": "function", "name": "web_search_preview"}]
    out = asked({"tools": tools, "tool_choice": {"type": "web_search_preview_2025_03_11", "tools": tools}})
    renamed = [{"type": "web_search", "a": 1}, tools[1]]
    assert out["tools"] == renamed
    assert out["tool_choice"] == {"type": "web_search", "tools": renamed}


def test_lines_pass_on_with_one_blank_behind_their_data(a_turn):
    stream = PAIR.stream(a_turn())
    lines = [b"event: x", b'data:{"a":1} ', b"", b": note"]
    assert [stream.feed(line) for line in lines] == [[b"event: x"], [b'data: {"a":1}'], [b""], [b": note"]]


def test_names_and_data_stay_together_in_the_clean_dialect(a_turn):
    stream = PAIR.stream(a_turn(dialect="clean"))
    lines = [b"event: x", b"data: 1", b"data: 2"]
    assert [stream.feed(line) for line in lines] == [[], [b"event: x\ndata: 1"], [b"data: 2"]]


def test_a_whole_answer_is_the_response_of_the_completing_event_as_it_is_spelled(a_turn):
    event = b'{"type": "response.completed", "response": {"id" : "r1", "n": 1.0}}'
    assert PAIR.whole(event, a_turn()) == b'{"id" : "r1", "n": 1.0}'
    assert PAIR.whole(json.dumps({"type": "response.failed", "response": {}}).encode(), a_turn()) == b""
    assert PAIR.whole(b"{oops", a_turn()) == b""
