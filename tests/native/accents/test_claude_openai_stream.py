import json

import pytest

from native.accents.claude_openai import PAIR


def events(chunks):
    return [json.loads(line[6:]) for chunk in chunks for line in chunk.decode().splitlines() if line[:6] == "data: "]


@pytest.fixture
def streamed(a_turn):
    """The events of a stream of deltas (and of whole chunks, where there are no deltas), ended by [DONE] or not."""

    def run(*chunks, done=True, tools=(), dialect="parity"):
        stream = PAIR.stream(a_turn(original={"tools": [{"name": name} for name in tools]}, dialect=dialect))
        out = []
        for chunk in chunks:
            whole = chunk if "choices" in chunk else {"choices": [{"delta": chunk}]}
            out += stream.feed(b"data: " + json.dumps({"id": "x1", "model": "lab"} | whole).encode())
        if done:
            out += stream.feed(b"data: [DONE]")
        return events(out + stream.finish())

    return run


def finish(reason="stop"):
    return {"choices": [{"delta": {}, "finish_reason": reason}]}


def used(tokens_in=3, tokens_out=2):
    return {"choices": [], "usage": {"prompt_tokens": tokens_in, "completion_tokens": tokens_out}}


def calling(index, name=None, arguments=None, **fields):
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    return {"tool_calls": [{"index": index, "function": function} | fields]}


def short(told):
    """Events in a line each: type, index, what is said."""
    out = []
    for event in told:
        said = event.get("delta") or event.get("content_block") or {}
        words = said.get("text") or said.get("thinking") or said.get("partial_json") or said.get("name")
        kind = event["type"].removeprefix("content_block_")
        out.append(" ".join(str(part) for part in (kind, event.get("index"), words) if part is not None and part != ""))
    return out


def test_text_is_a_block_between_greeting_and_end(streamed):
    told = streamed({"role": "assistant", "content": ""}, {"content": "Hel"}, {"content": "lo"}, finish(), used())
    assert short(told) == [
        "message_start",
        "start 0",
        "delta 0 Hel",
        "delta 0 lo",
        "stop 0",
        "message_delta",
        "message_stop",
    ]
    assert told[0]["message"]["id"] == "x1"
    assert told[0]["message"]["model"] == "lab"
    assert told[-2]["delta"] == {"stop_reason": "end_turn", "stop_sequence": None}
    assert told[-2]["usage"] == {"input_tokens": 3, "output_tokens": 2}


def test_each_kind_closes_the_one_before_and_takes_a_new_index(streamed):
    told = streamed(
        {"reasoning_content": "Hm"}, {"content": "a"}, {"reasoning_content": "so"}, {"content": "b"}, finish()
    )
    assert short(told)[1:-2] == [
        *("start 0", "delta 0 Hm", "stop 0"),
        *("start 1", "delta 1 a", "stop 1"),
        *("start 2", "delta 2 so", "stop 2"),
        *("start 3", "delta 3 b", "stop 3"),
    ]


def test_calls_are_named_at_once_and_spelled_at_the_end_in_the_order_of_their_index(streamed):
    told = streamed(
        {"content": "Look."},
        calling(1, "read", "{'a'", id="c2"),
        calling(0, "list", "", id="c1"),
        calling(1, None, ": 'b'}"),
        finish("tool_calls"),
        tools=("Read",),
    )
    assert short(told)[3:-2] == ["stop 0", "start 1 Read", "start 2 list", "stop 2", 'delta 1 {"a": "b"}', "stop 1"]
    assert told[-2]["delta"]["stop_reason"] == "tool_use"


def test_a_call_that_goes_on_after_the_finish_takes_a_new_block(streamed):
    told = streamed(calling(0, "f", "{}", id="c1"), finish("tool_calls"), calling(0, "f", id="c1"))
    assert [event.get("index") for event in told if event["type"] == "content_block_start"] == [0, 1]


def test_id_and_model_may_come_before_the_first_delta(streamed):
    told = streamed({"id": "early", "choices": []}, {"id": "", "choices": [{"delta": {}}]})
    assert told[0]["message"]["id"] == "early"


def test_a_call_without_an_id_is_given_one(streamed):
    told = streamed(calling(0, "f"))
    assert told[1]["content_block"]["id"] == "toolu_1760000000500000000_1"


def test_usage_counts_only_once_the_answer_is_finished(streamed):
    told = streamed({"choices": [{"delta": {"content": "a"}}], "usage": {"prompt_tokens": 9}}, finish())
    assert told[-2]["usage"] == {"input_tokens": 0, "output_tokens": 0}


def test_lines_that_are_no_data_say_nothing(a_turn):
    stream = PAIR.stream(a_turn())
    assert [stream.feed(line) for line in (b"", b": ping", b"event: x", b"data:", b"data: {", b"data: null")] == [
        []
    ] * 6


def test_a_repeated_name_starts_its_block_again_in_parity_alone(streamed):
    chunks = (calling(0, "f", "{", id="c1"), calling(0, "f", "}", id="c1"), finish())
    assert short(streamed(*chunks))[1:3] == ["start 0 f", "start 0 f"]
    assert short(streamed(*chunks, dialect="clean"))[1:4] == ["start 0 f", "delta 0 {}", "stop 0"]


def test_calls_under_one_index_are_merged_in_parity_alone(streamed):
    chunks = (
        calling(0, "f", "{}", id="c1"),
        calling(0, "g", "{'a'", id="c2"),
        calling(0, None, ": 1}"),
        calling(0, None, "", id=""),
        finish(),
    )
    assert short(streamed(*chunks))[1:5] == ["start 0 f", "start 0 g", 'delta 0 {}{"a": 1}', "stop 0"]
    assert short(streamed(*chunks, dialect="clean"))[1:7] == [
        *("start 0 f", "start 1 g", "delta 0 {}", "stop 0", 'delta 1 {"a": 1}', "stop 1"),
    ]


def test_a_second_usage_ends_the_message_again_in_parity_alone(streamed):
    chunks = ({"content": "a"}, finish(), used(), used())
    assert short(streamed(*chunks))[-3:] == ["message_delta", "message_stop", "message_delta"]
    assert short(streamed(*chunks, dialect="clean"))[-2:] == ["message_delta", "message_stop"]


def test_a_stream_that_just_ends_is_closed_in_the_clean_dialect_alone(streamed):
    assert short(streamed({"content": "a"}, done=False)) == ["message_start", "start 0", "delta 0 a"]
    closed = short(streamed({"content": "a"}, done=False, dialect="clean"))
    assert closed[-3:] == ["stop 0", "message_delta", "message_stop"]


def test_a_stream_that_never_began_is_not_closed(streamed):
    assert streamed(done=False, dialect="clean") == []


def test_an_end_without_a_reason_has_no_message_delta_in_parity_alone(streamed):
    assert short(streamed({"content": "a"}))[-2:] == ["stop 0", "message_stop"]
    assert short(streamed({"content": "a"}, dialect="clean"))[-3:] == ["stop 0", "message_delta", "message_stop"]
