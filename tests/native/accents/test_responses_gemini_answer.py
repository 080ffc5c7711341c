import json

import pytest

from native.accents.responses_gemini_answer import GeminiStream, whole


def part(text=None, **fields):
    return ({} if text is None else {"text": text}) | fields


def call(name="f", **fields):
    return {"functionCall": {"name": name, **fields}}


def answer(*parts, finish=None, **fields):
    candidate = {"content": {"parts": list(parts)}} | ({"finishReason": finish} if finish else {})
    return {"candidates": [candidate], "responseId": "g1", **fields}


@pytest.fixture
def told(a_turn):
    def tell(*answers, dialect="parity", original=None):
        stream = GeminiStream(a_turn(original=original or {"model": "asked"}, dialect=dialect))
        chunks = [chunk for one in answers for chunk in stream.feed(json.dumps(one).encode())]
        return [json.loads(chunk.partition(b"\ndata: ")[2]) for chunk in [*chunks, *stream.finish()]]

    return tell


@pytest.fixture
def answered(a_turn):
    def say(one, dialect="parity", original=None):
        return json.loads(
            whole(json.dumps(one).encode(), a_turn(original=original or {"model": "asked"}, dialect=dialect))
        )

    return say


def of(events, kind):
    return [event for event in events if event["type"] == kind]


def test_reasoning_ends_before_text_and_text_before_a_call(told):
    events = told(answer(part("hm", thought=True)), answer(part("a")), answer(call()), answer(finish="STOP"))
    ends = [event["item"]["type"] for event in of(events, "response.output_item.done")]
    assert ends == ["reasoning", "message", "function_call"]
    assert [item["type"] for item in events[-1]["response"]["output"]] == ends
    assert [event["output_index"] for event in of(events, "response.output_item.added")] == [0, 1, 2]


def test_a_call_is_said_in_one_breath(told):
    events = told(answer(call(args={"a": 1})))
    assert [event["type"].removeprefix("response.") for event in events[2:]] == [
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
    ]
    assert json.loads(events[-1]["item"]["arguments"]) == {"a": 1}
    assert told(answer(call()))[-1]["item"]["arguments"] == "{}"


def test_calls_of_one_process_are_counted(a_turn):
    turn = a_turn()
    ids = []
    for _ in range(2):
        (chunk,) = GeminiStream(turn).feed(json.dumps(answer(call())).encode())[-1:]
        ids.append(json.loads(chunk.partition(b"\ndata: ")[2])["item"]["call_id"])
    assert [call_id.rsplit("_", 1)[1] for call_id in ids] == ["1", "2"]


def test_a_tools_own_name_is_found_again(told, answered):
    original = {"tools": [{"type": "function", "name": "my tool"}]}
    assert told(answer(call("my_tool")), original=original)[-1]["item"]["name"] == "my tool"
    assert answered(answer(call("my_tool")), original=original)["output"][0]["name"] == "my tool"


def test_a_thoughts_signature_comes_back_encrypted(told):
    events = told(answer(part("hm", thought=True, thoughtSignature="s1")), answer(part("a"), finish="STOP"))
    assert events[-1]["response"]["output"][0]["encrypted_content"] == "s1"


def test_usage_is_told_with_what_was_thought_and_cached(told):
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 2, "thoughtsTokenCount": 3, "totalTokenCount": 14}
    assert told(answer(part("a"), finish="STOP", usageMetadata=usage))[-1]["response"]["usage"] == {
        "input_tokens": 9,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 2,
        "output_tokens_details": {"reasoning_tokens": 3},
        "total_tokens": 14,
    }


def test_a_wrapped_answer_is_unwrapped(told, answered):
    wrapped = {"response": answer(part("a"), finish="STOP")}
    assert told(wrapped)[-1]["response"]["id"] == "resp_g1"
    assert answered(wrapped)["output"][0]["content"][0]["text"] == "a"


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("2024-01-02T03:04:05.123456789Z", 1704164645), ("2024-01-02", 1760000000), ("9999-99-99T00:00:00Z", 1760000000)],
)
def test_the_time_is_geminis_or_now(told, given, seconds):
    assert told(answer(createTime=given))[0]["response"]["created_at"] == seconds


def test_late_thoughts_are_told_in_the_clean_dialect_only(told):
    answers = (
        answer(part("a", thought=True)),
        answer(part("b")),
        answer(part("c", thought=True)),
        answer(finish="STOP"),
    )

    def thoughts(dialect):
        return [
            event["delta"] for event in of(told(*answers, dialect=dialect), "response.reasoning_summary_text.delta")
        ]

    assert thoughts("parity") == ["a"]
    assert thoughts("clean") == ["a", "c"]


def test_text_behind_a_call_is_a_new_message_in_the_clean_dialect_only(told):
    answers = (answer(part("a")), answer(call()), answer(part("b"), finish="STOP"))

    def messages(dialect):
        output = told(*answers, dialect=dialect)[-1]["response"]["output"]
        return [item["content"][0]["text"] for item in output if item["type"] == "message"]

    assert messages("parity") == ["ab"]
    assert messages("clean") == ["a", "b"]


def test_a_whole_answer_lists_calls_first_but_in_the_clean_dialect(answered):
    one = answer(part("hm", thought=True), part("a"), call(args={"x": 1}), finish="STOP")
    assert [item["type"] for item in answered(one)["output"]] == ["function_call", "reasoning", "message"]
    assert [item["type"] for item in answered(one, "clean")["output"]] == ["reasoning", "message", "function_call"]


def test_a_whole_answer_that_says_nothing_has_no_output_but_in_the_clean_dialect(answered):
    assert "output" not in answered(answer(finish="STOP"))
    assert answered(answer(finish="STOP"), "clean")["output"] == []
    assert answered({}, "clean")["status"] == "completed"


def test_an_answer_that_was_cut_says_so_in_the_clean_dialect_only(told, answered):
    cut = answer(part("a"), finish="MAX_TOKENS")
    assert told(cut)[-1]["type"] == "response.completed"
    assert told(cut, dialect="clean")[-1]["type"] == "response.incomplete"
    assert answered(cut, "clean")["incomplete_details"] == {"reason": "max_output_tokens"}


def test_what_is_no_answer_begins_nothing(a_turn):
    stream = GeminiStream(a_turn())
    assert [stream.feed(line) for line in (b"", b"data:", b"data: [DONE]", b"oops")] == [[]] * 4
