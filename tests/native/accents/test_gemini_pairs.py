"""Gemini's pairs against what the legacy's translators said of the same bodies (gemini_legacy.jsonl, made by them)."""

import json
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from native.turn import Pair

NAMES = [
    f"{client}_{upstream}" for client in ("gemini", "geminicli") for upstream in ("claude", "openai", "codex", "gemini")
]
PAIRS: dict[str, Pair] = {name: import_module(f"native.accents.{name}").PAIR for name in NAMES}
RECORDED = [json.loads(line) for line in (Path(__file__).parent / "gemini_legacy.jsonl").read_text().splitlines()]


def words(told):
    return st.sampled_from(told.split())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
WORDS = words(
    "contents parts role text functionCall functionResponse name args response result content tools type request "
    "functionDeclarations function_declarations parameters generationConfig thinkingConfig thinkingBudget mode model "
    "thinkingLevel stopSequences system_instruction systemInstruction inlineData inline_data file_data temperature "
    "maxOutputTokens toolConfig tool_config functionCallingConfig function_calling_config safetySettings properties "
    "thoughtSignature choices delta message usage index item output arguments content_block tool_calls function"
)
ODD = st.recursive(
    JSON | st.sampled_from(["user", "model", "function", "STRING", "response.completed", "tool_use", "function_call"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=12,
)
EVENTS = words(
    "message_start content_block_start content_block_delta content_block_stop message_delta error response.created "
    "response.output_text.delta response.output_item.done response.completed response.incomplete"
)


def told(text):
    """A chunk as a tree, what was made up by both sides alike; a chunk that is no JSON stays a text."""
    seen = {}
    made = r"(toolu_|call_)[A-Za-z0-9]{24}"
    text = re.sub(made, lambda found: seen.setdefault(found[0], f"{found[1]}<{len(seen)}>"), text)
    text = re.sub(r"user_[0-9a-f]{64}_account_[0-9a-f-]{36}_session_[0-9a-f-]{36}", "<user>", text)
    text = re.sub(r'"createTime":"20[^"]+"', '"createTime":"<time>"', text)
    try:
        return json.loads(text)
    except ValueError:
        return text


def answered(case, a_turn):
    pair = PAIRS[case["pair"]]
    source = case["original"].encode()
    turn = a_turn(
        model=case["model"],
        requested=case["model"],
        stream=case.get("stream", case["kind"] == "stream"),
        original=orjson.loads(source),
        source=source,
    )
    if case["kind"] == "request":
        return [orjson.dumps(pair.request(orjson.loads(source), turn)).decode()]
    if case["kind"] == "whole":
        return [pair.whole(case["whole"].encode(), turn).decode()]
    stream = pair.stream(turn)
    return [c.decode() for line in case["lines"] for c in stream.feed(line.encode())] + [
        c.decode() for c in stream.finish()
    ]


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: f"{case['pair']}-{case['kind']}")
def test_the_legacy_said_the_same(case, a_turn):
    assert [told(out) for out in answered(case, a_turn)] == [told(out) for out in case["out"]]


@pytest.mark.parametrize("name", NAMES)
def test_every_pair_is_recorded_in_every_way(name):
    assert {case["kind"] for case in RECORDED if case["pair"] == name} == {"request", "whole", "stream"}


@pytest.mark.parametrize("dialect", ["parity", "clean"])
@pytest.mark.parametrize("name", NAMES)
def test_no_body_raises_or_is_changed(name, dialect, a_turn):
    @settings(max_examples=15, deadline=None)
    @given(st.dictionaries(WORDS, ODD, max_size=6))
    def holds(body):
        source = orjson.dumps(body)
        turn = a_turn(original=orjson.loads(source), source=source, dialect=dialect)
        orjson.dumps(PAIRS[name].request(body, turn))
        assert orjson.dumps(body) == source

    holds()


@pytest.mark.parametrize("dialect", ["parity", "clean"])
@pytest.mark.parametrize("name", NAMES)
def test_no_answer_raises(name, dialect, a_turn):
    @settings(max_examples=15, deadline=None)
    @given(
        st.lists(st.dictionaries(WORDS, ODD, max_size=4) | ODD, max_size=5), st.lists(EVENTS, max_size=5), st.binary()
    )
    def holds(events, kinds, junk):
        kinded = [
            {**event, "type": kind} if isinstance(event, dict) else event
            for event, kind in zip(events, kinds + [""] * len(events), strict=False)
        ]
        lines = [orjson.dumps(event) for event in kinded] + [junk]
        pair, turn = PAIRS[name], a_turn(dialect=dialect)
        stream = pair.stream(turn)
        for line in lines:
            for given_line in (line, b"data: " + line, b"data:" + line[: len(line) // 2]):
                assert all(isinstance(chunk, bytes) for chunk in stream.feed(given_line))
        stream.finish()
        for line in lines:
            pair.whole(line, turn)
        pair.whole(b"\n".join(b"data: " + line for line in lines), turn)

    holds()


@pytest.mark.parametrize("name", NAMES)
def test_a_count_is_told_as_google_tells_it(name, a_turn):
    tokens = PAIRS[name].tokens
    assert tokens
    assert orjson.loads(tokens(42, a_turn())) == {
        "totalTokens": 42,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 42}],
    }


@pytest.mark.parametrize("name", NAMES)
def test_accents_have_names_of_their_own(name):
    accents = PAIRS[name].accents
    assert len({accent.name for accent in accents}) == len(accents)
    assert all(accent.about.endswith(".") and accent.evidence for accent in accents)


def test_a_turn_of_the_clean_dialect_has_no_faults(a_turn):
    faults = [accent for pair in PAIRS.values() for accent in pair.accents if accent.faulty]
    clean = replace(a_turn(), dialect="clean")
    assert faults
    assert not any(clean.faithful(accent) for accent in faults)
