import json

import pytest

from native.accents.claude_codex import PAIR

LONG = "mcp__" + "s" * 60 + "__read"
TOOLS = {"tools": [{"name": LONG}]}


def events(chunks):
    return [json.loads(line[6:]) for chunk in chunks for line in chunk.decode().splitlines() if line[:6] == "data: "]


@pytest.fixture
def streamed(a_turn):
    def run(*told, dialect="parity"):
        stream = PAIR.stream(a_turn(original=TOOLS, dialect=dialect))
        chunks = [chunk for event in told for chunk in stream.feed(b"data: " + json.dumps(event).encode())]
        return events(chunks + stream.finish())

    return run


@pytest.fixture
def answered(a_turn):
    def answer(*output, dialect="parity", **response):
        event = {
            "type": "response.completed",
            "response": {"id": "r1", "model": "gpt", "output": list(output)} | response,
        }
        return json.loads(PAIR.whole(json.dumps(event).encode(), a_turn(original=TOOLS, dialect=dialect)))

    return answer


def item(kind, **fields):
    return {"type": kind} | fields


def event(kind, **fields):
    return {"type": f"response.{kind}"} | fields


def ended(kind="completed", **response):
    return event(kind, response=response)


CALL = item("function_call", call_id="c:1", name="mcp__read", arguments='{"a":1}')


def test_a_whole_answer_is_a_message(answered):
    usage = {"input_tokens": 12, "output_tokens": 5, "input_tokens_details": {"cached_tokens": 4}}
    told = answered(item("message", content=[item("output_text", text="Hi"), item("refusal", text="No")]), usage=usage)
    assert told == {
        "id": "r1",
        "type": "message",
        "role": "assistant",
        "model": "gpt",
        "content": [{"type": "text", "text": "Hi"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 8, "output_tokens": 5, "cache_read_input_tokens": 4},
    }


def test_a_whole_answer_thinks_and_calls_under_the_clients_own_name(answered):
    reasoning = item("reasoning", summary=[{"text": "Hm"}, "!", {"x": 1}], content=[{"text": "unused"}])
    told = answered(reasoning, CALL, CALL | {"arguments": "{bad", "name": "else"})
    assert told["content"] == [
        {"type": "thinking", "thinking": 'Hm!{"x":1}'},
        {"type": "tool_use", "id": "c_1", "name": LONG, "input": {"a": 1}},
        {"type": "tool_use", "id": "c_1", "name": "else", "input": {}},
    ]
    assert told["stop_reason"] == "tool_use"


def test_reasoning_without_a_summary_is_its_content(answered):
    assert answered(item("reasoning", summary=[], content="So"))["content"] == [{"type": "thinking", "thinking": "So"}]


@pytest.mark.parametrize(
    "answer", [b"", b"{}", b'{"type":"response.completed"}', b'{"type":"response.created","response":{}}']
)
def test_only_the_completing_event_is_an_answer(a_turn, answer):
    assert PAIR.whole(answer, a_turn()) == b""


def test_a_stop_that_claude_does_not_know_is_passed_on_in_parity_alone(answered, streamed):
    assert answered(stop_reason="stop", stop_sequence="x")["stop_reason"] == "stop"
    assert answered(stop_reason="stop", dialect="clean")["stop_reason"] == "end_turn"
    assert streamed(ended(stop_reason="stop"))[0]["delta"]["stop_reason"] == "stop"
    assert streamed(ended(stop_reason="stop"), dialect="clean")[0]["delta"]["stop_reason"] == "end_turn"


def test_a_stop_sequence_is_told(answered):
    assert answered(stop_sequence="x")["stop_sequence"] == "x"


def test_a_stream_has_one_block_at_a_time(streamed):
    told = streamed(
        event("created", response={"id": "r1", "model": "gpt"}),
        event("reasoning_summary_part.added"),
        event("reasoning_summary_text.delta", delta="Hm"),
        event("reasoning_summary_part.done"),
        event("content_part.added"),
        event("output_text.delta", delta="Hi"),
        event("content_part.done"),
        ended(usage={"input_tokens": 3, "output_tokens": 2}),
    )
    assert [(one["type"], one.get("index")) for one in told] == [
        ("message_start", None),
        *[(f"content_block_{part}", 0) for part in ("start", "delta", "stop")],
        *[(f"content_block_{part}", 1) for part in ("start", "delta", "stop")],
        ("message_delta", None),
        ("message_stop", None),
    ]
    assert told[0]["message"]["id"] == "r1"
    assert told[2]["delta"] == {"type": "thinking_delta", "thinking": "Hm"}
    assert told[5]["delta"] == {"type": "text_delta", "text": "Hi"}
    assert told[7] == {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"input_tokens": 3, "output_tokens": 2},
    }


def test_a_call_is_spelled_as_it_comes(streamed):
    told = streamed(
        event("output_item.added", item=CALL),
        event("function_call_arguments.delta", delta='{"a"'),
        event("function_call_arguments.done", arguments='{"a":1}'),
        event("output_item.done", item=CALL),
        ended(),
    )
    assert told[0]["content_block"] == {"type": "tool_use", "id": "c_1", "name": LONG, "input": {}}
    assert [one["delta"]["partial_json"] for one in told[1:3]] == ["", '{"a"']
    assert told[3] == {"type": "content_block_stop", "index": 0}
    assert told[4]["delta"]["stop_reason"] == "tool_use"


def test_a_call_that_is_spelled_only_at_its_end_is_spelled_then(streamed):
    told = streamed(event("output_item.added", item=CALL), event("function_call_arguments.done", arguments="{}"))
    assert told[2]["delta"]["partial_json"] == "{}"


def test_other_items_and_events_are_empty_chunks_and_other_lines_none(a_turn):
    stream = PAIR.stream(a_turn())
    message = json.dumps(event("output_item.added", item=item("message"))).encode()
    assert stream.feed(b"data: " + message) == [b""]
    assert stream.feed(b'data: {"type":"response.in_progress"}') == [b""]
    assert stream.feed(b"data: <html>") == [b""]
    assert stream.feed(b"event: response.created") == []


def test_an_incomplete_answer_just_stops_as_it_did_or_ends_with_its_reason_in_the_clean_dialect(streamed):
    full = ended("incomplete", incomplete_details={"reason": "max_output_tokens"})
    filtered = ended("incomplete", incomplete_details={"reason": "content_filter"})
    assert streamed(full) == []
    assert streamed(full, dialect="clean")[0]["delta"]["stop_reason"] == "max_tokens"
    assert streamed(filtered, dialect="clean")[0]["delta"]["stop_reason"] == "refusal"


def test_a_failure_is_told_in_the_clean_dialect_alone(streamed):
    failed = ended("failed", error={"message": "overloaded"})
    assert streamed(failed) == []
    assert streamed(failed, dialect="clean") == [
        {"type": "error", "error": {"type": "api_error", "message": "overloaded"}}
    ]
    assert streamed({"type": "error", "message": "bad"}, dialect="clean")[0]["error"]["message"] == "bad"
