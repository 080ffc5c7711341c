"""Claude's answers as a chat client reads them; the legacy's own words are in test_chat_pairs."""

import orjson
import pytest

from native.accents.chat_claude import PAIR

START = {"type": "message_start", "message": {"id": "msg_1", "model": "claude-x", "usage": {"input_tokens": 20}}}
END = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}}


def begin(index, **block):
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index, kind, key, piece):
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, key: piece}}


def stop(index):
    return {"type": "content_block_stop", "index": index}


def a_call(index):
    return [
        begin(index, type="tool_use", id=f"t{index}", name="read"),
        delta(index, "input_json_delta", "partial_json", '{"a"'),
        delta(index, "input_json_delta", "partial_json", ":1}"),
        stop(index),
    ]


@pytest.fixture
def streamed(a_turn):
    def read(*events, **changes):
        stream = PAIR.stream(a_turn(**changes))
        lines = [b"data: " + orjson.dumps(event) for event in events]
        return [orjson.loads(chunk) for line in lines for chunk in stream.feed(line)]

    return read


@pytest.fixture
def whole(a_turn):
    def read(*events, **changes):
        text = b"\n\n".join(b"data: " + orjson.dumps(event) for event in events)
        return orjson.loads(PAIR.whole(text, a_turn(**changes)))

    return read


def deltas(chunks):
    return [chunk["choices"][0]["delta"] for chunk in chunks]


def test_a_chunk_names_the_model_that_was_asked_for_and_the_time_of_the_start(streamed):
    chunk = streamed(START, requested="alias(high)")[0]
    assert (chunk["id"], chunk["model"], chunk["created"]) == ("msg_1", "alias(high)", 1760000000)


def test_texts_and_thoughts_come_as_they_are_said(streamed):
    chunks = streamed(START, delta(0, "thinking_delta", "thinking", "Hm."), delta(1, "text_delta", "text", "So."))
    assert deltas(chunks) == [{"role": "assistant"}, {"reasoning_content": "Hm."}, {"content": "So."}]


def test_a_call_comes_in_one_piece_when_its_block_ends(streamed):
    chunks = streamed(START, *a_call(1))
    assert deltas(chunks)[1:] == [
        {
            "tool_calls": [
                {"index": 1, "id": "t1", "type": "function", "function": {"name": "read", "arguments": '{"a":1}'}}
            ]
        }
    ]


def test_the_clean_dialect_numbers_calls_from_zero(streamed):
    chunks = streamed(START, *a_call(1), *a_call(2), dialect="clean")
    assert [delta["tool_calls"][0]["index"] for delta in deltas(chunks)[1:]] == [0, 1]


def test_lines_that_are_no_data_say_nothing(a_turn):
    stream = PAIR.stream(a_turn())
    assert [stream.feed(line) for line in (b"event: message_start", b": keep-alive", b"", b"data: [DONE]")] == [[]] * 4


def test_an_error_in_a_stream_is_told(streamed):
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    assert streamed(error) == [{"error": {"message": "Overloaded", "type": "overloaded_error"}}]


@pytest.mark.parametrize(
    ("reason", "told"),
    [("end_turn", "stop"), ("tool_use", "tool_calls"), ("max_tokens", "length"), ("refusal", "stop")],
)
def test_claudes_reasons_have_openais_names(streamed, whole, reason, told):
    end = {**END, "delta": {"stop_reason": reason}}
    assert streamed(START, end)[-1]["choices"][0]["finish_reason"] == told
    assert whole(START, end)["choices"][0]["finish_reason"] == told


@pytest.mark.parametrize(("dialect", "prompt"), [("parity", 0), ("clean", 20)])
def test_the_prompt_is_counted_in_the_clean_dialect(streamed, whole, dialect, prompt):
    for usage in (streamed(START, END, dialect=dialect)[-1]["usage"], whole(START, END, dialect=dialect)["usage"]):
        assert usage["prompt_tokens"] == prompt
        assert usage["total_tokens"] == prompt + 9


def test_a_whole_answer_gathers_the_stream(whole):
    answer = whole(
        START, delta(0, "text_delta", "text", "So "), delta(0, "text_delta", "text", "be it."), *a_call(1), END
    )
    message = answer["choices"][0]["message"]
    assert message["content"] == "So be it."
    assert message["tool_calls"][0]["function"]["arguments"] == '{"a":1}'
    assert answer["choices"][0]["finish_reason"] == "tool_calls"
    assert answer["model"] == "claude-x"


@pytest.mark.parametrize(("dialect", "key"), [("parity", "reasoning"), ("clean", "reasoning_content")])
def test_thoughts_of_a_whole_answer_have_another_key_than_a_streams(whole, dialect, key):
    answer = whole(START, delta(0, "thinking_delta", "thinking", "Hm."), dialect=dialect)
    assert answer["choices"][0]["message"][key] == "Hm."


@pytest.mark.parametrize(("dialect", "arguments"), [("parity", ""), ("clean", "{}")])
def test_a_call_that_was_cut_has_arguments_in_the_clean_dialect(whole, dialect, arguments):
    answer = whole(START, begin(0, type="tool_use", id="t", name="read"), dialect=dialect)
    assert answer["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"] == arguments


def test_a_start_without_a_message_and_an_error_without_a_word_are_survived(streamed):
    assert deltas(streamed({"type": "message_start"})) == [{}]
    assert streamed({"type": "error"}) == []
