"""Chat's pairs against what the legacy's translators said of the same bodies (chat_legacy.jsonl, made by them)."""

import json
import re
from importlib import import_module
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from native.turn import Memory, Pair, Turn

PAIRS: dict[str, Pair] = {
    name: import_module(f"native.accents.{name}").PAIR
    for name in ("chat_claude", "chat_gemini", "chat_codex", "chat_openai")
}
RECORDED = {
    case["name"]: case
    for line in (Path(__file__).parent / "chat_legacy.jsonl").read_text().splitlines()
    for case in [json.loads(line)]
}
MADE_UP = (
    (re.compile(r"user_[0-9a-f]{64}_account_[0-9a-f-]{36}_session_[0-9a-f-]{36}"), "<user>"),
    (re.compile(r'"created":1[5-9]\d{8}(?=,)'), '"created":"<now>"'),
    (re.compile(r"-1[5-9]\d{17}-\d+"), "-<call>"),
    (re.compile(r"toolu_[A-Za-z0-9]{24}"), "toolu_<call>"),
)
"""What both sides make up: who asks, when, and the ids of calls that have none."""


class Still:
    """A clock that stands and ids that repeat."""

    def now(self):
        return 1760000000.5

    def uuid(self):
        return "00000000-0000-4000-8000-000000000000"

    def hexes(self, length):
        return "a" * length

    def letters(self, length):
        return "x" * length


def turn_of(**changes):
    said = {"model": "m", "requested": "m", "stream": True, "original": {}, "sent": {}}
    return Turn(**(said | {"clock": Still(), "ids": Still(), "memory": Memory()} | changes))


def of_case(case):
    source = case["original"]
    names = {"model": case["model"], "requested": case["model"]}
    return turn_of(**names, stream=case["stream"], original=orjson.loads(source), source=source.encode())


def told(text):
    for made_up, instead in MADE_UP:
        text = made_up.sub(instead, text)
    try:
        return json.loads(text)
    except ValueError:
        return text


def answered(case, turn):
    pair = PAIRS[case["pair"]]
    if case["kind"] == "request":
        chunks = [orjson.dumps(pair.request(orjson.loads(case["original"]), turn))]
    elif case["kind"] == "whole":
        chunks = [pair.whole(case["whole"].encode(), turn)]
    else:
        stream = pair.stream(turn)
        chunks = [chunk for line in case["lines"] for chunk in stream.feed(line.encode())] + stream.finish()
    return [told(chunk.decode()) for chunk in chunks]


@pytest.mark.parametrize("name", RECORDED)
def test_a_pair_says_what_the_legacy_said(name):
    case = RECORDED[name]
    assert answered(case, of_case(case)) == [told(chunk) for chunk in case["out"]]


def words(told):
    return st.sampled_from(told.split())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = words(
    "messages role content type text tool_calls id function name arguments tool_call_id image_url url file file_data "
    "filename tools parameters tool_choice stop response_format json_schema schema reasoning_effort temperature n "
    "generationConfig modalities image_config aspect_ratio candidates parts functionCall args inlineData data index "
    "finishReason usageMetadata promptTokenCount createTime message content_block delta partial_json usage response "
    "output summary item item_id status error thinking stop_reason incomplete_details reason"
)
WORDS = words(
    "user assistant system developer tool function text image_url file none auto required json_object json_schema "
    "message_start content_block_start content_block_delta content_block_stop message_delta error tool_use text_delta "
    "input_json_delta thinking_delta response.created response.output_text.delta response.output_item.added "
    "response.output_item.done response.function_call_arguments.delta response.completed function_call message "
    "reasoning output_text summary_text data:image/png;base64,AAAA 2025-10-09T10:53:20Z 9999-99-99T99:99:99Z"
)
ODD = st.recursive(
    JSON | WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=25
)
DIALECTS = st.sampled_from(["parity", "clean"])


@settings(max_examples=100)
@given(name=st.sampled_from(sorted(PAIRS)), body=st.dictionaries(KEYS, ODD, max_size=8), dialect=DIALECTS)
def test_no_body_makes_a_pair_raise(name, body, dialect):
    turn = turn_of(original=body, source=json.dumps(body).encode(), dialect=dialect)
    assert orjson.dumps(PAIRS[name].request(json.loads(json.dumps(body)), turn))


@settings(max_examples=100)
@given(
    name=st.sampled_from(sorted(PAIRS)),
    events=st.lists(st.dictionaries(KEYS, ODD, max_size=6) | ODD, max_size=6),
    body=st.dictionaries(KEYS, ODD, max_size=3),
    dialect=DIALECTS,
)
def test_no_answer_makes_a_pair_raise(name, events, body, dialect):
    turn = turn_of(original=body, dialect=dialect)
    stream = PAIRS[name].stream(turn)
    lines = [b"data: " + orjson.dumps(event) for event in events]
    for line in lines:
        assert all(isinstance(chunk, bytes) for chunk in stream.feed(line))
    assert isinstance(stream.finish(), list)
    assert isinstance(PAIRS[name].whole(b"\n".join(lines), turn), bytes)
    for event in events:
        assert isinstance(PAIRS[name].whole(orjson.dumps(event), turn), bytes)


@given(name=st.sampled_from(sorted(PAIRS)), line=st.binary(max_size=60))
def test_no_line_makes_a_stream_raise(name, line):
    stream = PAIRS[name].stream(turn_of())
    stream.feed(line)
    stream.feed(b"data:" + line)
    stream.feed(b'data: {"type":"content_block_delta","candidates":' + line)
