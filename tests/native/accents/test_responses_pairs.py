"""The Responses pairs against what the legacy's translators said of the same bodies (responses_legacy.jsonl)."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from native.turn import Pair

NAMES = [f"responses_{upstream}" for upstream in ("claude", "openai", "gemini", "codex")]
PAIRS: dict[str, Pair] = {name: import_module(f"native.accents.{name}").PAIR for name in NAMES}
RECORDED = [json.loads(line) for line in (Path(__file__).parent / "responses_legacy.jsonl").read_text().splitlines()]
MADE_UP = [
    (r"user_[0-9a-f]{64}_account_[0-9a-f-]{36}_session_[0-9a-f-]{36}", "<user>"),
    (r"toolu_[A-Za-z0-9]{24}", "<call>"),
    (r"(call|resp|rs|msg)_(1\d{18}|[0-9a-f]{16})_\d+", r"\1_<made>"),
    (r'"created_at":1[5-9]\d{8}', '"created_at":0'),
]
WORDS = st.sampled_from(
    [
        "type",
        "role",
        "content",
        "text",
        "name",
        "id",
        "call_id",
        "arguments",
        "output",
        "input",
        "index",
        "delta",
        "image_url",
        "file_data",
        "data",
        "format",
        "summary",
        "encrypted_content",
        "instructions",
        "reasoning",
        "effort",
        "tools",
        "tool_choice",
        "parameters",
        "message",
        "usage",
        "thought",
        "args",
        "parts",
        "functionCall",
        "finish_reason",
        "finishReason",
        "candidates",
        "choices",
        "content_block",
        "partial_json",
        "thinking",
        "tool_calls",
        "function",
        "response",
        "request",
        "responseId",
        "createTime",
        "object",
        "created",
        "usageMetadata",
        "prompt_tokens",
        "reasoning_content",
    ]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=20,
)
KINDS = st.sampled_from(
    [
        "message",
        "function_call",
        "function_call_output",
        "input_text",
        "output_text",
        "input_image",
        "input_file",
        "input_audio",
        "reasoning",
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
        "tool_use",
        "text",
        "thinking",
        "text_delta",
        "input_json_delta",
        "thinking_delta",
        "response.completed",
        "chat.completion.chunk",
    ]
)
LINES = st.binary(max_size=30) | st.builds(
    lambda kind, tree: b"data: " + json.dumps({**tree, "type": kind}).encode(),
    KINDS,
    st.dictionaries(WORDS, st.lists(JSON, max_size=2) | JSON, max_size=4),
)


def plain(text):
    """A chunk as a tree, what was made up by both sides alike; texts that are JSON are read as such."""
    for made, instead in MADE_UP:
        text = re.sub(made, instead, text)
    name, _, data = text.rpartition("\ndata: ")
    try:
        return name, tree(json.loads(data.removeprefix("data: ")))
    except ValueError:
        return name, data


def tree(value):
    if isinstance(value, dict):
        return {key: tree(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [tree(inner) for inner in value]
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return tree(json.loads(value))
        except ValueError:
            return value
    return value


def said(recorded, a_turn):
    pair = PAIRS[recorded["pair"]]
    original = json.loads(recorded["original"])
    turn = a_turn(
        model=recorded["model"],
        requested=recorded["model"],
        stream=True,
        original=original,
        source=recorded["original"].encode(),
    )
    if recorded["kind"] == "request":
        return [json.dumps(pair.request(json.loads(recorded["original"]), turn))]
    turn.sent = original
    if recorded["kind"] == "whole":
        return [pair.whole(recorded["body"].encode(), turn).decode()]
    stream = pair.stream(turn)
    chunks = [chunk for line in recorded["lines"] for chunk in stream.feed(line.encode())]
    return [chunk.decode() for chunk in [*chunks, *stream.finish()]]


@pytest.mark.parametrize("number", range(len(RECORDED)))
def test_a_pair_says_what_the_legacy_said(number, a_turn):
    recorded = RECORDED[number]
    assert [plain(chunk) for chunk in said(recorded, a_turn) if chunk] == [plain(c) for c in recorded["told"] if c]


def test_an_accent_has_one_name():
    names = [accent.name for pair in PAIRS.values() for accent in pair.accents]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", NAMES)
@given(body=st.dictionaries(WORDS, JSON, max_size=6), dialect=st.sampled_from(["parity", "clean"]))
@settings(max_examples=60)
def test_any_body_becomes_a_request_and_stays_as_it_was(name, body, dialect, turns):
    before = json.dumps(body)
    assert isinstance(PAIRS[name].request(body, turns(original=body, dialect=dialect)), dict)
    assert json.dumps(body) == before


@pytest.mark.parametrize("name", NAMES)
@given(
    lines=st.lists(LINES, max_size=8),
    body=st.dictionaries(WORDS, JSON, max_size=3),
    dialect=st.sampled_from(["parity", "clean"]),
)
@settings(max_examples=60)
def test_any_lines_are_a_stream_and_any_bytes_an_answer(name, lines, body, dialect, turns):
    pair = PAIRS[name]
    stream = pair.stream(turns(original=body, sent=body, dialect=dialect))
    for line in lines:
        stream.feed(line)
    stream.finish()
    for data in (b"\n".join(lines), lines[0][6:] if lines else b"", json.dumps(body).encode()):
        pair.whole(data, turns(original=body, sent=body, dialect=dialect))


@pytest.fixture(scope="module")
def turns():
    """Turns for property tests, which may not ask for a fixture of one test's life."""
    from itertools import count

    from native.turn import Memory, Turn

    class Counted:
        numbers = count(1)

        def now(self):
            return 1760000000.5

        def uuid(self):
            return str(next(self.numbers))

        def hexes(self, length):
            return "0" * length

        def letters(self, length):
            return "x" * length

    def build(**changes):
        said = {
            "model": "m",
            "requested": "m",
            "stream": True,
            "clock": Counted(),
            "ids": Counted(),
            "memory": Memory(),
            "sent": {},
        }
        return Turn(**(said | changes))

    return build
