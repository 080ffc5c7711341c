"""Claude's pairs against what the legacy's translators said of the same bodies (claude_legacy.jsonl, made by them)."""

import json
import re
from importlib import import_module
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from native.turn import Pair

NAMES = ["claude_openai", "claude_codex", "claude_gemini"]
PAIRS: dict[str, Pair] = {name: import_module(f"native.accents.{name}").PAIR for name in NAMES}
RECORDED = [json.loads(line) for line in (Path(__file__).parent / "claude_legacy.jsonl").read_text().splitlines()]

TOLD = (
    "messages role content type text tool_use tool_result tool_use_id id name input source media_type data url system "
    "tools input_schema properties description tool_choice thinking budget_tokens output_config effort max_tokens "
    "temperature stop_sequences choices delta message tool_calls function arguments index finish_reason usage "
    "reasoning_content prompt_tokens_details cached_tokens response output item summary part candidates parts "
    "functionCall args thought finishReason usageMetadata candidatesTokenCount responseId modelVersion"
)
KINDS = (
    "user assistant system text image document thinking tool_use tool_result base64 url enabled adaptive any tool none "
    "function_call message reasoning output_text web_search_20250305 tool_calls STOP MAX_TOKENS stop length object"
)
EVENTS = (
    "response.created response.completed response.incomplete response.failed response.output_item.added "
    "response.output_item.done response.output_text.delta response.content_part.added response.content_part.done "
    "response.function_call_arguments.delta response.function_call_arguments.done error"
)
WORDS = st.sampled_from(TOLD.split())
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(KINDS.split()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=25,
)


def told(text):
    """A chunk as trees without what is made up or numbered; parallel calls, which the legacy shuffles, in one order."""
    text = re.sub(r"toolu_\d+_\d+", "<made>", text)
    if not text.startswith("event:"):
        return json.loads(text) if text[:1] in ("{", "[") else text
    text = re.sub(r'("id":"[^"]*-)\d+"', r'\1<number>"', text)
    events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    calls = [event for event in events if event.get("delta", {}).get("type") == "input_json_delta"]
    return sorted(events, key=json.dumps) if len(calls) > 1 else events


def answered(case, a_turn):
    pair = PAIRS[case["pair"]]
    source = case["original"].encode()
    turn = a_turn(model=case["model"], stream=case["kind"] == "stream", original=orjson.loads(source), source=source)
    if case["kind"] == "request":
        return [orjson.dumps(pair.request(orjson.loads(source), turn)).decode()]
    if case["kind"] == "whole":
        return [pair.whole(case["whole"].encode(), turn).decode()]
    stream = pair.stream(turn)
    return [b"".join(stream.feed(line.encode())).decode() for line in case["lines"]]


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: f"{case['pair']}-{case['kind']}")
def test_the_legacy_said_the_same(case, a_turn):
    assert [told(out) for out in answered(case, a_turn)] == [told(out) for out in case["out"]]


@pytest.mark.parametrize("name", NAMES)
def test_every_pair_is_recorded_in_every_way(name):
    assert {case["kind"] for case in RECORDED if case["pair"] == name} == {"request", "whole", "stream"}


@pytest.mark.parametrize("dialect", ["parity", "clean"])
@pytest.mark.parametrize("name", NAMES)
def test_no_body_raises_and_the_original_is_left_alone(name, dialect, a_turn):
    @settings(max_examples=60, deadline=None)
    @given(st.dictionaries(WORDS, ODD, max_size=7), st.booleans())
    def holds(body, blanks):
        source = json.dumps(body).encode() if blanks else orjson.dumps(body)
        turn = a_turn(original=orjson.loads(source), source=source, dialect=dialect)
        before = orjson.dumps(turn.original)
        orjson.dumps(PAIRS[name].request(orjson.loads(source), turn))
        assert orjson.dumps(turn.original) == before

    holds()


@pytest.mark.parametrize("dialect", ["parity", "clean"])
@pytest.mark.parametrize("name", NAMES)
def test_no_answer_raises(name, dialect, a_turn):
    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(st.dictionaries(WORDS, ODD, max_size=5) | ODD, max_size=5),
        st.lists(st.sampled_from(EVENTS.split()), min_size=5, max_size=5),
        st.binary(),
    )
    def holds(events, kinds, junk):
        kinded = [
            {"type": kind} | event if isinstance(event, dict) else event
            for event, kind in zip(events, kinds, strict=False)
        ]
        lines = [*map(orjson.dumps, kinded), junk]
        pair, turn = PAIRS[name], a_turn(dialect=dialect)
        stream = pair.stream(turn)
        for line in lines:
            for fed in (line, b"data: " + line, b"data:" + line[: len(line) // 2], b"[DONE]", b"data: [DONE]"):
                assert all(isinstance(chunk, bytes) for chunk in stream.feed(fed))
            assert isinstance(pair.whole(line, turn), bytes)
        assert all(isinstance(chunk, bytes) for chunk in stream.finish())

    holds()


@pytest.mark.parametrize("name", NAMES)
def test_a_count_is_told_as_claude_tells_it(name, a_turn):
    tokens = PAIRS[name].tokens
    assert tokens
    assert tokens(42, a_turn()) == b'{"input_tokens":42}'


@pytest.mark.parametrize("name", NAMES)
def test_quirks_have_names_of_their_own_and_say_what_a_client_sees(name):
    accents = PAIRS[name].accents
    assert len({accent.name for accent in accents}) == len(accents)
    for accent in accents:
        assert accent.name.startswith(name.replace("_", "-"))
        assert accent.about.endswith(".")
        assert accent.evidence.count("/") >= 2
