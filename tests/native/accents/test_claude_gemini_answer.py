import json

import pytest

from native.accents.claude_gemini import PAIR
from native.turn import Memory

TOOLS = {"tools": [{"name": "Read"}, {"name": "my tool"}]}


def events(chunks):
    return [json.loads(line[6:]) for chunk in chunks for line in chunk.decode().splitlines() if line[:6] == "data: "]


def chunk(*parts, finish=None, **fields):
    candidate = {"content": {"parts": list(parts)}} | ({"finishReason": finish} if finish else {})
    return {"candidates": [candidate], "responseId": "g1", "modelVersion": "gemini"} | fields


def calling(name=None, **args):
    return {"functionCall": {key: value for key, value in (("name", name), ("args", args)) if value is not None}}


@pytest.fixture
def streamed(a_turn):
    def run(*chunks, dialect="parity", memory=None):
        stream = PAIR.stream(a_turn(original=TOOLS, dialect=dialect, memory=memory or Memory()))
        out = [said for one in chunks for said in stream.feed(json.dumps(one).encode())]
        return events(out + stream.feed(b"[DONE]") + stream.finish())

    return run


@pytest.fixture
def answered(a_turn):
    def answer(root, **turn):
        return json.loads(PAIR.whole(json.dumps(root).encode(), a_turn(original=TOOLS, **turn)))

    return answer


USED = {"usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 2, "thoughtsTokenCount": 3}}


def kinds(told):
    return [(one["type"].removeprefix("content_block_"), one.get("index")) for one in told]


def test_a_whole_answer_is_a_message(answered):
    thought = {"text": "Hm", "thought": True}
    told = answered(
        chunk(thought, thought, {"text": "a"}, {"text": "b"}, {"text": ""}, calling("my_tool", x=1), **USED)
    )
    assert told == {
        "id": "g1",
        "type": "message",
        "role": "assistant",
        "model": "gemini",
        "content": [
            {"type": "thinking", "thinking": "HmHm"},
            {"type": "text", "text": "ab"},
            {"type": "tool_use", "id": "my_tool-1", "name": "my tool", "input": {"x": 1}},
        ],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": 9, "output_tokens": 5},
    }


def test_an_answer_without_usage_tells_none(answered):
    assert "usage" not in answered(chunk({"text": "a"}))
    assert answered({"usageMetadata": None})["usage"] == {"input_tokens": 0, "output_tokens": 0}


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b'{"candidates":5}'])
def test_an_answer_of_another_kind_is_an_empty_message(a_turn, answer):
    assert json.loads(PAIR.whole(answer, a_turn()))["content"] == []


@pytest.mark.parametrize(
    ("finish", "parity", "clean"),
    [
        ("STOP", "end_turn", "end_turn"),
        ("MAX_TOKENS", "max_tokens", "max_tokens"),
        ("SAFETY", "end_turn", "refusal"),
        (None, "end_turn", "end_turn"),
    ],
)
def test_reasons_have_their_counterparts(answered, streamed, finish, parity, clean):
    told = chunk({"text": "a"}, finish=finish, **USED)
    for dialect, reason in (("parity", parity), ("clean", clean)):
        assert answered(told, dialect=dialect)["stop_reason"] == reason
        if finish:
            assert streamed(told, dialect=dialect)[-2]["delta"]["stop_reason"] == reason


def test_the_cache_is_told_apart_in_the_clean_dialect_alone(answered):
    root = {"usageMetadata": {"promptTokenCount": 9, "cachedContentTokenCount": 4}}
    assert answered(root)["usage"]["input_tokens"] == 9
    assert answered(root, dialect="clean")["usage"] == {
        "input_tokens": 5,
        "output_tokens": 0,
        "cache_read_input_tokens": 4,
    }


def test_a_stream_has_a_block_for_each_kind(streamed):
    told = streamed(
        chunk({"text": "Hm", "thought": True}),
        chunk({"text": "a"}, {"text": "b"}),
        chunk(calling("Read", path="x"), finish="STOP", **USED),
    )
    assert kinds(told) == [
        ("message_start", None),
        *[("start", 0), ("delta", 0), ("stop", 0)],
        *[("start", 1), ("delta", 1), ("delta", 1), ("stop", 1)],
        *[("start", 2), ("delta", 2), ("stop", 2)],
        ("message_delta", None),
        ("message_stop", None),
    ]
    assert told[0]["message"]["id"] == "g1"
    assert told[8]["content_block"] == {"type": "tool_use", "id": "Read-1", "name": "Read", "input": {}}
    assert json.loads(told[9]["delta"]["partial_json"]) == {"path": "x"}
    assert told[-2]["usage"] == {"input_tokens": 9, "output_tokens": 5}


def test_calls_are_numbered_over_all_streams_of_the_process(streamed):
    memory = Memory()
    first = streamed(chunk(calling("Read"), calling("Read")), memory=memory)
    second = streamed(chunk(calling("Read")), memory=memory)
    ids = [one["content_block"]["id"] for one in first + second if one["type"] == "content_block_start"]
    assert ids == ["Read-1", "Read-2", "Read-3"]


def test_a_call_without_a_name_is_the_rest_of_the_one_before(streamed):
    told = streamed(chunk(calling("Read")), chunk(calling(None, path="x")))
    assert [kind for kind, _ in kinds(told)] == ["message_start", "start", "delta", "delta", "message_stop"]


def test_a_stream_that_says_nothing_does_not_end(streamed):
    assert [kind for kind, _ in kinds(streamed(chunk(finish="STOP", **USED)))] == ["message_start"]


def test_a_first_chunk_without_a_name_gets_one(streamed):
    message = streamed({"candidates": []})[0]["message"]
    assert message["id"].startswith("msg_")
    assert message["model"] == "claude-3-5-sonnet-20241022"


def test_lines_may_stand_behind_data_and_other_lines_are_empty_chunks(a_turn):
    stream = PAIR.stream(a_turn())
    said = stream.feed(b"data: " + json.dumps(chunk({"text": "a"})).encode())
    assert events(said)[2]["delta"]["text"] == "a"
    assert stream.feed(b"") == [b""]


def test_an_end_without_counted_tokens_is_left_open_in_parity_alone(streamed):
    told = chunk({"text": "a"}, finish="STOP", usageMetadata={"promptTokenCount": 9})
    assert kinds(streamed(told))[-2:] == [("delta", 0), ("message_stop", None)]
    closed = streamed(told, dialect="clean")
    assert kinds(closed)[-3:] == [("stop", 0), ("message_delta", None), ("message_stop", None)]
    assert closed[-2]["usage"] == {"input_tokens": 9, "output_tokens": 0}


def test_an_empty_text_hides_the_call_beside_it_in_parity_alone(streamed):
    told = chunk({"text": ""} | calling("Read", path="x"), finish="STOP", **USED)
    assert "tool_use" not in str(streamed(told)[1])
    assert streamed(told, dialect="clean")[1]["content_block"]["type"] == "tool_use"
