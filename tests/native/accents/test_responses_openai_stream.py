import json

import pytest

from native.accents.responses_openai_stream import OpenAIStream

USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 1}}
DONE = b"data: [DONE]"


def line(delta=None, *, finish=None, index=0, **fields):
    choices = [] if delta is None else [{"index": index, "delta": delta, "finish_reason": finish}]
    chunk = {"id": "x1", "object": "chat.completion.chunk", "created": 7, "choices": choices, **fields}
    return b"data: " + json.dumps(chunk).encode()


def call(call_id="", arguments="", index=0):
    return {
        "tool_calls": [
            {"index": index, "id": call_id, "function": {"name": "f" if call_id else "", "arguments": arguments}}
        ]
    }


@pytest.fixture
def told(a_turn):
    def tell(*lines, dialect="parity", ended=True):
        stream = OpenAIStream(a_turn(original={"model": "asked"}, sent={"model": "sent"}, dialect=dialect))
        chunks = [chunk for one in lines for chunk in stream.feed(one)]
        chunks += stream.finish() if ended else []
        return [json.loads(chunk.partition(b"\ndata: ")[2]) for chunk in chunks]

    return tell


def of(events, kind):
    return [event for event in events if event["type"] == kind]


def test_items_are_numbered_in_the_order_they_begin(told):
    events = told(
        line({"reasoning_content": "hm"}),
        line({"content": "a"}),
        line(call("c1", "{")),
        line(call("", "}")),
        line({}, finish="stop"),
    )
    added = of(events, "response.output_item.added")
    assert [(event["output_index"], event["item"]["type"]) for event in added] == [
        (0, "reasoning"),
        (1, "message"),
        (2, "function_call"),
    ]
    assert [item["type"] for item in events[-1]["response"]["output"]] == ["reasoning", "message", "function_call"]
    assert events[-1]["response"]["output"][2]["arguments"] == "{}"


def test_a_message_ends_before_the_calls_begin(told):
    kinds = [event["type"] for event in told(line({"content": "a"}), line(call("c1")))]
    assert kinds.index("response.output_item.done") < kinds.index("response.output_item.added", 3)


def test_what_is_no_chunk_is_left_out(told):
    assert (
        told(b"", b"data:", DONE, b"data: 5", b'data: {"object":"error","choices":[]}', b'data: {"choices":{}}') == []
    )


def test_reasoning_ends_with_an_empty_summary_but_in_the_clean_dialect(told):
    def summary(dialect):
        events = told(line({"reasoning_content": "hm"}), line({"content": "a"}), dialect=dialect)
        return of(events, "response.output_item.done")[0]["item"]["summary"][0]["text"]

    assert summary("parity") == ""
    assert summary("clean") == "hm"


def test_usage_behind_the_end_is_told_in_the_clean_dialect_only(told):
    lines = (line({"content": "a"}), line({}, finish="stop"), line(usage=USAGE), DONE)
    parity = told(*lines)[-1]
    assert (parity["type"], "usage" in parity["response"]) == ("response.completed", False)
    clean = of(told(*lines, dialect="clean"), "response.completed")
    assert [event["response"]["usage"]["total_tokens"] for event in clean] == [5]


def test_usage_beside_the_finish_reason_is_always_told(told):
    (completed,) = of(told(line({"content": "a"}), line({}, finish="stop", usage=USAGE)), "response.completed")
    assert completed["response"]["usage"]["input_tokens_details"] == {"cached_tokens": 1}


def test_the_clean_dialect_completes_a_stream_that_never_says_done(told):
    events = told(line({"content": "a"}), line({}, finish="stop"), dialect="clean")
    assert events[-1]["type"] == "response.completed"
    assert of(told(line({"content": "a"}), dialect="clean"), "response.completed") == []


def test_text_behind_calls_is_a_new_message_in_the_clean_dialect_only(told):
    def places(dialect):
        events = told(line({"content": "a"}), line(call("c1")), line({"content": "b"}), dialect=dialect)
        return [event["output_index"] for event in of(events, "response.output_text.delta")]

    assert places("parity") == [0, 0]
    assert places("clean") == [0, 2]


def test_an_answer_that_was_cut_says_so_in_the_clean_dialect_only(told):
    lines = (line({"content": "a"}), line({}, finish="length"))
    assert told(*lines)[-1]["type"] == "response.completed"
    assert told(*lines, dialect="clean")[-1]["response"]["incomplete_details"] == {"reason": "max_output_tokens"}


def test_the_answer_repeats_what_was_sent_or_in_the_clean_dialect_what_was_asked(told):
    lines = (line({"content": "a"}), line({}, finish="stop"))
    assert told(*lines)[-1]["response"]["model"] == "sent"
    assert told(*lines, dialect="clean")[-1]["response"]["model"] == "asked"
