import orjson
import pytest

from native.accents.gemini_codex import PAIR

LONG = "mcp__server-with-a-very-long-name__and_a_tool_whose_name_goes_past_sixty_four_chars"
SHORT = "mcp__and_a_tool_whose_name_goes_past_sixty_four_chars"
TOOLS = {"tools": [{"functionDeclarations": [{"name": LONG}]}]}
CREATED = {"type": "response.created", "response": {"id": "r1", "created_at": 1760000000, "model": "gpt-5"}}
USAGE = {"input_tokens": 3, "output_tokens": 4}
DONE = {"type": "response.completed", "response": {"created_at": 1760000000, "usage": USAGE}}
FIXED = "2025-08-15T02:52:03.884209Z"


def call(arguments="{}", name="f"):
    item = {"type": "function_call", "name": name, "arguments": arguments}
    return {"type": "response.output_item.done", "item": item}


def say(text, kind="output_text"):
    return {"type": f"response.{kind}.delta", "delta": text}


def streamed(turn, *events):
    stream = PAIR.stream(turn)
    return [chunk for event in events for chunk in stream.feed(b"data: " + orjson.dumps(event))]


def trees(turn, *events):
    return [orjson.loads(chunk) for chunk in streamed(turn, *events)]


def whole(turn, *output, **response):
    event = {"type": "response.completed", "response": {"id": "r1", "output": list(output), **response}}
    return orjson.loads(PAIR.whole(orjson.dumps(event), turn))


def parts(answer):
    return answer["candidates"][0]["content"]["parts"]


def test_text_and_reasoning_are_chunks(a_turn):
    told = trees(a_turn(), say("a"), say("b", "reasoning_summary_text"))
    assert [parts(chunk) for chunk in told] == [[{"text": "a"}], [{"thought": True, "text": "b"}]]


def test_a_call_waits_for_what_comes_next(a_turn):
    stream = PAIR.stream(a_turn())
    assert stream.feed(b"data: " + orjson.dumps(call())) == []
    calls, end = stream.feed(b"data: " + orjson.dumps(DONE))
    assert parts(orjson.loads(calls)) == [{"functionCall": {"name": "f", "args": {}}}]
    assert orjson.loads(end)["usageMetadata"]["totalTokenCount"] == 7


def test_the_legacy_repeats_calls_before_every_chunk(a_turn):
    told = trees(a_turn(), call(), say("a"), say("b"), DONE)
    assert [bool(parts(chunk)) and "functionCall" in parts(chunk)[0] for chunk in told] == [
        True,
        False,
        True,
        False,
        True,
        False,
    ]


def test_the_clean_dialect_tells_calls_once(a_turn):
    told = trees(a_turn(dialect="clean"), call(), say("a"), say("b"), DONE)
    assert [len(parts(chunk)) for chunk in told] == [1, 1, 1, 0]


@pytest.mark.parametrize("dialect", ["parity", "clean"])
def test_a_shortened_name_comes_back_as_declared(a_turn, dialect):
    turn = a_turn(original=TOOLS, dialect=dialect)
    assert parts(trees(turn, call(name=SHORT), DONE)[0])[0]["functionCall"]["name"] == LONG
    assert parts(whole(turn, call(name=SHORT)["item"]))[0]["functionCall"]["name"] == LONG


def test_chunks_in_between_have_a_fixed_time_in_parity_alone(a_turn):
    first, text, last = trees(a_turn(), CREATED, say("a"), DONE)
    assert first["createTime"] == last["createTime"]
    assert text["createTime"] == FIXED
    first, text, _ = trees(a_turn(dialect="clean"), CREATED, say("a"), DONE)
    assert text["createTime"] == first["createTime"]


def test_the_end_has_a_reason_in_clean_alone(a_turn):
    cut = {"type": "response.incomplete", "response": {"usage": USAGE}}
    assert "finishReason" not in trees(a_turn(), DONE)[0]["candidates"][0]
    assert streamed(a_turn(), cut) == []
    clean = a_turn(dialect="clean")
    assert trees(clean, DONE)[0]["candidates"][0]["finishReason"] == "STOP"
    assert trees(clean, cut)[0]["candidates"][0]["finishReason"] == "MAX_TOKENS"


def test_cut_arguments_pass_in_parity_and_are_empty_in_clean(a_turn):
    assert b'"args":{"a": ' in streamed(a_turn(), call('{"a": '), DONE)[0]
    told = trees(a_turn(dialect="clean"), call('{"a": '), DONE)
    assert parts(told[0]) == [{"functionCall": {"name": "f", "args": {}}}]


def test_a_whole_answer_has_its_items_in_order(a_turn):
    message = {"type": "message", "content": [{"type": "output_text", "text": "t"}, {"type": "refusal"}]}
    answer = whole(a_turn(), {"type": "reasoning", "content": "r"}, message, call('{"a":1}')["item"], usage=USAGE)
    assert parts(answer) == [
        {"text": "r", "thought": True},
        {"text": "t"},
        {"functionCall": {"name": "f", "args": {"a": 1}}},
    ]
    assert answer["candidates"][0]["finishReason"] == "STOP"
    assert answer["usageMetadata"]["totalTokenCount"] == 7


def test_another_event_is_no_answer(a_turn):
    assert PAIR.whole(b'{"type":"response.failed"}', a_turn()) == b""


def test_details_are_counted_in_clean_alone(a_turn):
    details = {"input_tokens_details": {"cached_tokens": 2}, "output_tokens_details": {"reasoning_tokens": 3}}
    done = {"type": "response.completed", "response": {"usage": {**USAGE, **details}}}
    assert "thoughtsTokenCount" not in trees(a_turn(), done)[0]["usageMetadata"]
    counts = trees(a_turn(dialect="clean"), done)[0]["usageMetadata"]
    assert (counts["cachedContentTokenCount"], counts["thoughtsTokenCount"]) == (2, 3)
