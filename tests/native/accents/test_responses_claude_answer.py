import json

import pytest

from native.accents.responses_claude_answer import ClaudeStream

START = {"type": "message_start", "message": {"id": "m1", "usage": {"input_tokens": 10, "cache_read_input_tokens": 4}}}
STOP = {"type": "message_stop"}


def block(index, kind, *deltas, **fields):
    return [
        {"type": "content_block_start", "index": index, "content_block": {"type": kind, **fields}},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def words(index, *pieces):
    return block(index, "text", *({"type": "text_delta", "text": piece} for piece in pieces))


def thought(index, *pieces):
    return block(index, "thinking", *({"type": "thinking_delta", "thinking": piece} for piece in pieces))


def call(index, call_id, *pieces):
    return block(
        index,
        "tool_use",
        *({"type": "input_json_delta", "partial_json": piece} for piece in pieces),
        id=call_id,
        name="f",
    )


def ended(reason="end_turn"):
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 5}}


def lines(*events):
    return [b"data: " + json.dumps(event).encode() for event in events]


@pytest.fixture
def told(a_turn):
    def tell(*events, dialect="parity"):
        stream = ClaudeStream(a_turn(original={"model": "asked", "store": False}, dialect=dialect))
        chunks = [chunk for line in lines(START, *events, STOP) for chunk in stream.feed(line)]
        return [json.loads(chunk.partition(b"\ndata: ")[2]) for chunk in [*chunks, *stream.finish()]]

    return tell


def of(events, kind):
    return [event for event in events if event["type"] == kind]


def test_pieces_of_text_are_told_as_they_come(told):
    events = told(*words(0, "Hel", "lo"), ended())
    assert [event["delta"] for event in of(events, "response.output_text.delta")] == ["Hel", "lo"]
    (completed,) = of(events, "response.completed")
    assert completed is events[-1]
    assert completed["response"]["output"][0]["content"][0]["text"] == "Hello"
    assert completed["response"]["model"] == "asked"


def test_the_end_of_a_text_is_empty_but_in_the_clean_dialect(told):
    def ends(dialect):
        events = told(*words(0, "Hel", "lo"), ended(), dialect=dialect)
        (item,) = of(events, "response.output_item.done")
        return [of(events, "response.output_text.done")[0]["text"], item["item"]["content"][0]["text"]]

    assert ends("parity") == ["", ""]
    assert ends("clean") == ["Hello", "Hello"]


def test_each_text_has_its_own_place_in_the_clean_dialect_only(told):
    def places(dialect):
        events = told(*thought(0, "hm"), *words(1, "a"), *words(2, "b"), ended(), dialect=dialect)
        return [(event["output_index"], event["item_id"]) for event in of(events, "response.output_text.delta")]

    assert places("parity") == [(0, "msg_m1_0")] * 2
    assert places("clean") == [(1, "msg_m1_1"), (2, "msg_m1_2")]


def test_reasoning_is_ended_in_the_clean_dialect_only(told):
    def ends(dialect):
        return [
            e["item"]["type"]
            for e in of(told(*thought(0, "hm"), ended(), dialect=dialect), "response.output_item.done")
        ]

    assert ends("parity") == []
    assert ends("clean") == ["reasoning"]


def test_the_completed_answer_keeps_the_order_in_the_clean_dialect_only(told):
    def kinds(dialect):
        events = told(
            *call(0, "c1", "{}"), *thought(1, "a"), *words(2, "b"), *thought(3, "c"), ended(), dialect=dialect
        )
        return [item["type"] for item in events[-1]["response"]["output"]]

    assert kinds("parity") == ["reasoning", "message", "function_call"]
    assert kinds("clean") == ["function_call", "reasoning", "message", "reasoning"]


def test_a_call_without_arguments_ends_with_an_empty_object(told):
    events = told(*call(0, "c1"), ended())
    assert of(events, "response.function_call_arguments.done")[0]["arguments"] == "{}"
    assert events[-1]["response"]["output"][0]["arguments"] == ""
    assert told(*call(0, "c1"), ended(), dialect="clean")[-1]["response"]["output"][0]["arguments"] == "{}"


def test_the_cache_is_counted_in_the_clean_dialect_only(told):
    parity = told(ended())[-1]["response"]["usage"]
    assert (parity["input_tokens"], parity["input_tokens_details"], parity["total_tokens"]) == (
        10,
        {"cached_tokens": 0},
        15,
    )
    clean = told(ended(), dialect="clean")[-1]["response"]["usage"]
    assert (clean["input_tokens"], clean["input_tokens_details"], clean["total_tokens"]) == (
        14,
        {"cached_tokens": 4},
        19,
    )


def test_an_answer_that_was_cut_says_so_in_the_clean_dialect_only(told):
    assert told(*words(0, "a"), ended("max_tokens"))[-1]["type"] == "response.completed"
    cut = told(*words(0, "a"), ended("max_tokens"), dialect="clean")[-1]
    assert cut["type"] == "response.incomplete"
    assert cut["response"]["incomplete_details"] == {"reason": "max_output_tokens"}


def test_reasoning_tokens_are_a_quarter_of_its_bytes(told):
    usage = told(*thought(0, "żółw żółw"), ended())[-1]["response"]["usage"]
    assert usage["output_tokens_details"] == {"reasoning_tokens": len("żółw żółw".encode()) // 4}


def test_a_cut_line_gives_what_stands_in_it(a_turn):
    stream = ClaudeStream(a_turn())
    for line in lines(START, words(0, "x")[0]):
        stream.feed(line)
    torn = b'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"'
    (chunk,) = stream.feed(torn)
    assert b'"delta":"Hi"' in chunk
    assert stream.feed(b"event: ping") == []
