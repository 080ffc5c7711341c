import json

import pytest

from native.accents.responses_claude_answer import ClaudeStream
from native.accents.responses_claude_whole import whole

BLOCKS = {
    "text": ("text_delta", "text"),
    "thinking": ("thinking_delta", "thinking"),
    "tool_use": ("input_json_delta", "partial_json"),
}


def lines(*events):
    return [b"data: " + json.dumps(event).encode() for event in events]


def block(index, kind, *pieces, **fields):
    delta, key = BLOCKS[kind]
    return [
        {"type": "content_block_start", "index": index, "content_block": {"type": kind, **fields}},
        *({"type": "content_block_delta", "index": index, "delta": {"type": delta, key: piece}} for piece in pieces),
        {"type": "content_block_stop", "index": index},
    ]


def answer_of(*events, reason="end_turn"):
    start = {
        "type": "message_start",
        "message": {"id": "m1", "usage": {"input_tokens": 10, "cache_read_input_tokens": 4}},
    }
    ended = {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 5}}
    return lines(start, *events, ended, {"type": "message_stop"})


@pytest.fixture
def answered(a_turn):
    def answer(*events, dialect="parity", **end):
        turn = a_turn(original={"model": "asked"}, dialect=dialect)
        return json.loads(whole(b"\n\n".join(answer_of(*events, **end)), turn))

    return answer


def test_every_thought_is_kept_and_no_arguments_are_an_empty_object(answered):
    thoughts = (*block(0, "thinking", "a"), *block(1, "text", "x"), *block(2, "thinking", "b"))
    answer = answered(*thoughts, *block(3, "tool_use", id="c1", name="f"))
    assert [item["type"] for item in answer["output"]] == ["reasoning", "message", "function_call"]
    assert answer["output"][0]["summary"][0]["text"] == "ab"
    assert answer["output"][2]["arguments"] == "{}"


def test_the_cache_is_in_no_count(answered):
    assert answered()["usage"] == {
        "input_tokens": 10,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 5,
        "output_tokens_details": {},
        "total_tokens": 15,
    }


def test_the_request_is_repeated(answered):
    answer = answered()
    assert (answer["model"], answer["status"], answer["incomplete_details"]) == ("asked", "completed", None)


def test_in_the_clean_dialect_it_is_the_streams_last_word(answered, a_turn):
    events = (*block(0, "text", "x"), *block(1, "tool_use", "{}", id="c1", name="f"))
    stream = ClaudeStream(a_turn(original={"model": "asked"}, dialect="clean"))
    last = [chunk for line in answer_of(*events) for chunk in stream.feed(line)][-1]
    told = json.loads(last.partition(b"\ndata: ")[2])["response"]
    assert answered(*events, dialect="clean") == {"incomplete_details": None, **told}
    assert answered(*events, dialect="clean", reason="max_tokens")["status"] == "incomplete"


def test_in_the_clean_dialect_what_never_ended_is_no_answer(a_turn):
    assert whole(b"data: {}", a_turn(dialect="clean")) == b""


def test_a_request_that_is_no_json_is_repeated_as_it_was_sent(a_turn):
    turn = a_turn(original={"model": "asked"}, sent={"model": "sent"}, valid=False)
    data = b"\n".join(answer_of(*block(0, "text", "Hi")))
    assert json.loads(whole(data, turn))["model"] == "sent"
    assert json.loads(whole(data, a_turn(original={"model": "asked"}, sent={"model": "sent"})))["model"] == "asked"
