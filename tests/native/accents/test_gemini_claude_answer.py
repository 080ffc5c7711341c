import orjson
import pytest

from native.accents.gemini_claude import PAIR

START = {"type": "message_start", "message": {"id": "m1", "model": "claude-x", "usage": {"input_tokens": 9}}}
STOP_LIMIT = {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": {"output_tokens": 5}}
SIGNED = {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "s"}}


def call(*pieces, index=0):
    block = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    return [
        {"type": "content_block_start", "index": index, "content_block": block},
        *[{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas],
        {"type": "content_block_stop", "index": index},
    ]


def say(text, kind="text"):
    return {"type": "content_block_delta", "index": 0, "delta": {"type": f"{kind}_delta", kind: text}}


def lines(*events):
    return [b"data: " + orjson.dumps(event) for event in events]


def streamed(turn, *events):
    stream = PAIR.stream(turn)
    return [chunk for line in lines(*events) for chunk in stream.feed(line)]


def whole(turn, *events):
    return orjson.loads(PAIR.whole(b"\n\n".join(lines(*events)), turn))


def parts(answer):
    return answer["candidates"][0]["content"]["parts"]


def test_each_delta_is_a_chunk(a_turn):
    chunks = streamed(a_turn(), START, say("a"), say("b", "thinking"))
    assert [parts(orjson.loads(chunk)) for chunk in chunks] == [[{"text": "a"}], [{"thought": True, "text": "b"}]]
    assert orjson.loads(chunks[0])["modelVersion"] == "claude-x"
    assert orjson.loads(chunks[0])["responseId"] == "m1"


def test_a_call_is_told_when_its_block_ends(a_turn):
    (chunk,) = streamed(a_turn(), START, *call('{"a"', ": 1}"))
    assert b'"args":{"a": 1}' in chunk
    assert orjson.loads(chunk)["candidates"][0]["finishReason"] == "STOP"


def test_calls_that_are_open_at_once_keep_apart(a_turn):
    first, second = call('{"a":1}'), call('{"b":2}', index=1)
    mixed = [event for pair in zip(first, second, strict=True) for event in pair]
    chunks = streamed(a_turn(), *mixed)
    assert [parts(orjson.loads(chunk))[0]["functionCall"]["args"] for chunk in chunks] == [{"a": 1}, {"b": 2}]


def test_neighbouring_pieces_of_a_whole_answer_are_joined(a_turn):
    answer = whole(a_turn(), START, say("a", "thinking"), say("b", "thinking"), say("c"), *call("{}"), say("d"))
    assert parts(answer) == [
        {"thought": True, "text": "ab"},
        {"text": "c"},
        {"functionCall": {"name": "f", "args": {}}},
        {"text": "d"},
    ]


def test_the_legacy_ends_with_stop_whatever_ended_it(a_turn):
    assert orjson.loads(streamed(a_turn(), STOP_LIMIT)[0])["candidates"][0]["finishReason"] == "STOP"
    assert whole(a_turn(), START, STOP_LIMIT)["candidates"][0]["finishReason"] == "STOP"


def test_the_clean_dialect_says_what_ended_it(a_turn):
    turn = a_turn(dialect="clean")
    assert orjson.loads(streamed(turn, STOP_LIMIT)[0])["candidates"][0]["finishReason"] == "MAX_TOKENS"
    assert whole(turn, START, STOP_LIMIT)["candidates"][0]["finishReason"] == "MAX_TOKENS"


@pytest.mark.parametrize(("dialect", "counted"), [("parity", 0), ("clean", 9)])
def test_the_prompt_is_counted_in_the_clean_dialect_alone(a_turn, dialect, counted):
    turn = a_turn(dialect=dialect)
    assert orjson.loads(streamed(turn, START, STOP_LIMIT)[0])["usageMetadata"]["promptTokenCount"] == counted
    assert whole(turn, START, STOP_LIMIT)["usageMetadata"]["promptTokenCount"] == counted


def test_a_signature_is_an_empty_chunk_in_parity_alone(a_turn):
    assert parts(orjson.loads(streamed(a_turn(), SIGNED)[0])) == []
    assert streamed(a_turn(dialect="clean"), SIGNED) == []


def test_cut_arguments_pass_in_parity_and_are_empty_in_clean(a_turn):
    cut = call('{"city": "Par')
    assert b'"args":{"city": "Par}' in streamed(a_turn(), *cut)[0]
    (chunk,) = streamed(a_turn(dialect="clean"), *cut)
    assert parts(orjson.loads(chunk))[0]["functionCall"]["args"] == {}


def test_an_error_is_told_as_googles(a_turn):
    (chunk,) = streamed(a_turn(), {"type": "error", "error": {"message": "Overloaded"}})
    assert orjson.loads(chunk) == {"error": {"code": 400, "message": "Overloaded", "status": "INVALID_ARGUMENT"}}


def test_lines_that_are_no_data_are_not_looked_at(a_turn):
    assert PAIR.stream(a_turn()).feed(b'{"type":"error"}') == []
    assert PAIR.stream(a_turn()).finish() == []
