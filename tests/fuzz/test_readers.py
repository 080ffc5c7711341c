"""Arbitrary bytes and spoilt recordings never crash a reader, never hang it, never make it grow without bound."""

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from seeds import seeds, spoilt
from targets import TARGETS, payload_lines, requests, streams, wholes

CALM = settings(max_examples=60, deadline=5000, suppress_health_check=list(HealthCheck))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "messages",
                    "content",
                    "role",
                    "type",
                    "text",
                    "tools",
                    "function",
                    "name",
                    "parameters",
                    "input",
                    "parts",
                    "contents",
                    "tool_calls",
                    "id",
                    "arguments",
                    "thinking",
                    "stream",
                    "system",
                    "choices",
                    "delta",
                    "usage",
                ]
            )
            | st.text(max_size=6),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.__name__)
@given(data=st.binary(max_size=600))
@CALM
def test_arbitrary_bytes(target, data):
    target(data)


@given(body=st.dictionaries(st.sampled_from(["messages", "contents", "input", "tools", "system", "thinking"]), JSON))
@CALM
def test_arbitrary_json_as_a_request(body):
    import orjson

    try:
        data = orjson.dumps(body)
    except TypeError:  # an integer beyond 64 bits
        return
    requests(data)


@given(data=st.data())
@CALM
def test_spoilt_requests(data):
    bodies, _ = seeds()
    requests(spoilt(data.draw(st.sampled_from(bodies)), lambda a, b: data.draw(st.integers(a, b))))


@pytest.mark.parametrize("target", [wholes, streams, payload_lines], ids=lambda t: t.__name__)
@given(data=st.data())
@CALM
def test_spoilt_answers(target, data):
    _, answers = seeds()
    target(spoilt(data.draw(st.sampled_from(answers)), lambda a, b: data.draw(st.integers(a, b))))
