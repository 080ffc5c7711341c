import orjson
import pytest

from native.accents.gemini_openai import PAIR

STOPPED = {"type": "function", "function": {"name": "f", "arguments": "{}"}}


def event(delta, **choice):
    return {"model": "gpt-x", "choices": [{"index": 0, "delta": delta, **choice}]}


def calls(*told):
    return [{"index": at, "function": {"name": name, "arguments": words}} for at, name, words in told]


def streamed(turn, *events):
    stream = PAIR.stream(turn)
    chunks = [chunk for told in events for chunk in stream.feed(b"data: " + orjson.dumps(told))]
    return [orjson.loads(chunk) for chunk in chunks + stream.finish()]


def whole(turn, message, **more):
    return orjson.loads(PAIR.whole(orjson.dumps({"choices": [{"message": message, **more}]}), turn))


def parts(answer):
    return answer["candidates"][0]["content"]["parts"]


def test_reasoning_and_text_are_chunks_of_their_own(a_turn):
    chunks = streamed(a_turn(), event({"reasoning_content": ["a", {"text": "b"}], "content": "c"}))
    assert [parts(chunk) for chunk in chunks] == [
        [{"thought": True, "text": "a"}],
        [{"thought": True, "text": "b"}],
        [{"text": "c"}],
    ]


def test_calls_wait_for_a_finish_and_come_in_the_order_of_their_index(a_turn):
    chunks = streamed(
        a_turn(),
        event({"tool_calls": calls((1, "b", '{"y":'), (0, "a", ""))}),
        event({"tool_calls": calls((1, "", " 2}"))}),
        event({}, finish_reason="tool_calls"),
    )
    (chunk,) = chunks
    assert parts(chunk) == [
        {"functionCall": {"name": "a", "args": {}}},
        {"functionCall": {"name": "b", "args": {"y": 2}}},
    ]
    assert chunk["candidates"][0]["finishReason"] == "STOP"


@pytest.mark.parametrize(
    ("reason", "told"), [("stop", "STOP"), ("length", "MAX_TOKENS"), ("content_filter", "SAFETY"), ("odd", "STOP")]
)
def test_reasons_are_googles(a_turn, reason, told):
    assert streamed(a_turn(), event({}, finish_reason=reason))[0]["candidates"][0]["finishReason"] == told
    assert whole(a_turn(), {}, finish_reason=reason)["candidates"][0]["finishReason"] == told


def test_counts_that_come_alone_are_a_chunk_without_candidates(a_turn):
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    usage["completion_tokens_details"] = {"reasoning_tokens": 4}
    assert streamed(a_turn(), {"choices": [], "usage": usage}) == [
        {
            "candidates": [],
            "usageMetadata": {
                "promptTokenCount": 1,
                "candidatesTokenCount": 2,
                "totalTokenCount": 3,
                "thoughtsTokenCount": 4,
            },
        }
    ]


def test_a_null_reason_is_a_stop_in_parity_alone(a_turn):
    opening = event({"role": "assistant", "content": ""}, finish_reason=None)
    assert streamed(a_turn(), opening)[0]["candidates"][0]["finishReason"] == "STOP"
    assert streamed(a_turn(dialect="clean"), opening) == []


def test_a_reason_beside_text_is_lost_in_parity_alone(a_turn):
    last = event({"content": "x"}, finish_reason="length") | {"usage": {"total_tokens": 3}}
    assert [chunk["candidates"][0].get("finishReason") for chunk in streamed(a_turn(), last)] == [None]
    text, end = streamed(a_turn(dialect="clean"), last)
    assert parts(text) == [{"text": "x"}]
    assert end["candidates"][0]["finishReason"] == "MAX_TOKENS"
    assert end["usageMetadata"]["totalTokenCount"] == 3


def test_calls_without_a_finish_are_told_at_the_end_in_clean_alone(a_turn):
    only = event({"tool_calls": calls((0, "a", "{}"))})
    assert streamed(a_turn(), only) == []
    assert parts(streamed(a_turn(dialect="clean"), only)[0]) == [{"functionCall": {"name": "a", "args": {}}}]


@pytest.mark.parametrize(("dialect", "key"), [("parity", "model"), ("clean", "modelVersion")])
def test_the_model_stands_under_googles_name_in_clean_alone(a_turn, dialect, key):
    turn = a_turn(dialect=dialect)
    assert streamed(turn, event({"content": "x"}))[0][key] == "gpt-x"
    assert orjson.loads(PAIR.whole(b'{"model":"gpt-x"}', turn))[key] == "gpt-x"


def test_a_whole_answer_has_reasoning_text_and_calls(a_turn):
    message = {"reasoning_content": "r", "content": "c", "tool_calls": [STOPPED, {"type": "custom"}]}
    assert parts(whole(a_turn(), message)) == [
        {"thought": True, "text": "r"},
        {"text": "c"},
        {"functionCall": {"name": "f", "args": {}}},
    ]


def test_a_second_choice_is_written_over_the_first(a_turn):
    choices = [{"message": {"content": "a"}}, {"index": 1, "message": {"reasoning_content": "b"}}]
    answer = orjson.loads(PAIR.whole(orjson.dumps({"choices": choices}), a_turn()))
    assert parts(answer) == [{"text": "b", "thought": True}]
    assert answer["candidates"][0]["index"] == 1


def test_the_clean_dialect_keeps_choices_apart(a_turn):
    choices = [{"message": {"content": "a"}}, {"index": 1, "message": {"content": "b"}}]
    answer = orjson.loads(PAIR.whole(orjson.dumps({"choices": choices}), a_turn(dialect="clean")))
    assert [(told["index"], told["content"]["parts"]) for told in answer["candidates"]] == [
        (0, [{"text": "a"}]),
        (1, [{"text": "b"}]),
    ]
    delta = {"tool_calls": calls((0, "f", "{}"))}
    event = {"choices": [{"index": at, "delta": delta, "finish_reason": "stop"} for at in (0, 1)]}
    assert [chunk["candidates"][0]["index"] for chunk in streamed(a_turn(dialect="clean"), event)] == [0, 1]


def test_cached_tokens_are_counted_in_clean_alone(a_turn):
    usage = {"choices": [], "usage": {"prompt_tokens_details": {"cached_tokens": 4}}}
    assert "cachedContentTokenCount" not in streamed(a_turn(), usage)[0]["usageMetadata"]
    assert streamed(a_turn(dialect="clean"), usage)[0]["usageMetadata"]["cachedContentTokenCount"] == 4


def test_content_in_pieces_is_the_text_of_them(a_turn):
    answer = b'{"choices":[{"message":{"content":[ {"type":"text"} ]}}]}'
    assert parts(orjson.loads(PAIR.whole(answer, a_turn()))) == [{"text": '[ {"type":"text"} ]'}]
