"""Codex's answers as a chat client reads them; the legacy's own words are in test_chat_pairs."""

import orjson
import pytest

from native.accents.chat_codex import PAIR

CREATED = {"type": "response.created", "response": {"id": "resp_1", "created_at": 1700000000, "model": "gpt-x"}}
LONG = "mcp__" + "server_" * 10 + "__read"


def event(kind, **more):
    return {"type": f"response.{kind}", **more}


def item(number, name="f", arguments=""):
    return {
        "type": "function_call",
        "id": f"fc_{number}",
        "call_id": f"call_{number}",
        "name": name,
        "arguments": arguments,
    }


def completed(status="completed", **more):
    return event("completed", response={"id": "resp_1", "model": "gpt-x", "created_at": 1, "status": status, **more})


def message(*texts):
    return {"type": "message", "content": [{"type": "output_text", "text": text} for text in texts]}


@pytest.fixture
def streamed(a_turn):
    def read(*events, **changes):
        stream = PAIR.stream(a_turn(**changes))
        lines = [b"data: " + orjson.dumps(said) for said in events]
        return [orjson.loads(chunk) for line in lines for chunk in stream.feed(line)]

    return read


@pytest.fixture
def whole(a_turn):
    def read(said, **changes):
        return orjson.loads(PAIR.whole(orjson.dumps(said), a_turn(**changes)))

    return read


def deltas(chunks):
    return [chunk["choices"][0]["delta"] for chunk in chunks]


def test_a_chunk_has_the_responses_id_time_and_model(streamed):
    (chunk,) = streamed(CREATED, event("output_text.delta", delta="So."))
    assert (chunk["id"], chunk["created"], chunk["model"]) == ("resp_1", 1700000000, "gpt-x")
    assert deltas([chunk]) == [{"role": "assistant", "content": "So."}]


def test_a_summary_of_reasoning_ends_with_an_empty_line(streamed):
    chunks = streamed(event("reasoning_summary_text.delta", delta="Hm."), event("reasoning_summary_text.done"))
    assert [delta["reasoning_content"] for delta in deltas(chunks)] == ["Hm.", "\n\n"]


def test_a_call_is_announced_and_its_arguments_follow(streamed):
    chunks = streamed(
        event("output_item.added", item=item(1, "mcp__read")),
        event("function_call_arguments.delta", delta='{"a"'),
        event("function_call_arguments.delta", delta=":1}"),
        event("function_call_arguments.done", arguments='{"a":1}'),
        event("output_item.done", item=item(1, "mcp__read", '{"a":1}')),
        original={"tools": [{"type": "function", "function": {"name": LONG}}]},
    )
    calls = [delta["tool_calls"][0] for delta in deltas(chunks)]
    announced = {"name": LONG, "arguments": ""}
    assert calls[0] == {"index": 0, "id": "call_1", "type": "function", "function": announced}
    assert [call["function"]["arguments"] for call in calls[1:]] == ['{"a"', ":1}"]


def test_arguments_that_never_streamed_come_at_once(streamed):
    chunks = streamed(
        event("output_item.added", item=item(1)),
        event("function_call_arguments.done", arguments="{}"),
        event("output_item.done", item=item(2, "g", '{"z":1}')),
        event("output_item.done", item=item(3, "h", "{}")),
    )
    assert [delta["tool_calls"][0]["function"]["arguments"] for delta in deltas(chunks)] == ["", "{}", "{}"]


@pytest.mark.parametrize(("dialect", "numbers"), [("parity", [0, 1, 1, 1, 2]), ("clean", [0, 1, 0, 1])])
def test_calls_at_once_keep_apart_in_the_clean_dialect(streamed, dialect, numbers):
    chunks = streamed(
        event("output_item.added", item=item(1)),
        event("output_item.added", item=item(2)),
        event("function_call_arguments.delta", item_id="fc_1", delta="1"),
        event("function_call_arguments.delta", item_id="fc_2", delta="2"),
        event("output_item.done", item=item(1)),
        event("output_item.done", item=item(2)),
        dialect=dialect,
    )
    assert [delta["tool_calls"][0]["index"] for delta in deltas(chunks)] == numbers


@pytest.mark.parametrize(
    ("begun", "reason"), [([], "stop"), ([event("output_item.added", item=item(1))], "tool_calls")]
)
def test_a_stream_ends_with_its_reason_and_its_counts(streamed, begun, reason):
    usage = {"input_tokens": 3, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 1}}
    end = streamed(*begun, completed(usage=usage))[-1]
    assert end["choices"][0]["finish_reason"] == end["choices"][0]["native_finish_reason"] == reason
    assert end["usage"] == {
        "completion_tokens": 2,
        "prompt_tokens": 3,
        "prompt_tokens_details": {"cached_tokens": 1},
    }


@pytest.mark.parametrize(("why", "reason"), [("max_output_tokens", "length"), ("content_filter", "content_filter")])
def test_an_incomplete_answer_says_why_in_the_clean_dialect(streamed, whole, why, reason):
    details = {"incomplete_details": {"reason": why}}
    ending = event("incomplete", response={"status": "incomplete", **details})
    assert streamed(ending) == []
    assert streamed(ending, dialect="clean")[0]["choices"][0]["finish_reason"] == reason
    for dialect, told in (("parity", None), ("clean", reason)):
        assert whole(completed("incomplete", **details), dialect=dialect)["choices"][0]["finish_reason"] == told


def test_a_failure_is_told_in_the_clean_dialect(streamed):
    failed = event("failed", response={"error": {"code": "server_error", "message": "No."}})
    assert streamed(failed) == []
    assert streamed(failed, dialect="clean")[0]["error"]["message"] == "No."


@pytest.mark.parametrize(("dialect", "told"), [("parity", "c"), ("clean", "abcd")])
def test_all_texts_of_a_whole_answer_are_told_in_the_clean_dialect(whole, dialect, told):
    answer = whole(completed(output=[message("a", "b"), message("c", "d")]), dialect=dialect)
    assert answer["choices"][0]["message"]["content"] == told


def test_a_whole_answers_calls_have_the_clients_names(whole):
    original = {"tools": [{"type": "function", "function": {"name": LONG}}]}
    answer = whole(completed(output=[item(1, "mcp__read", "{}")]), original=original)
    choice = answer["choices"][0]
    assert choice["message"]["tool_calls"][0]["function"] == {"name": LONG, "arguments": "{}"}
    assert choice["finish_reason"] == "tool_calls"


def test_a_whole_answer_is_found_among_the_lines_of_a_stream(a_turn):
    lines = [b"event: x", b"data: " + orjson.dumps(CREATED), b"data: " + orjson.dumps(completed(output=[message("a")]))]
    answer = orjson.loads(PAIR.whole(b"\n".join(lines), a_turn()))
    assert answer["choices"][0]["message"]["content"] == "a"


def test_another_event_is_no_answer(a_turn):
    assert PAIR.whole(b'{"type":"response.failed"}', a_turn()) == b""
