import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.providers.gemini_stream import payload_of, without_early_usage

VALUES = st.recursive(
    st.none() | st.integers(-9, 9) | st.text(max_size=6), lambda inner: st.lists(inner, max_size=3), max_leaves=6
)
MEMBERS = st.dictionaries(st.sampled_from(["candidates", "modelVersion", "responseId", "x"]), VALUES, max_size=4)


@pytest.mark.parametrize(
    ("line", "payload"),
    [
        (b'data: {"a": 1} ', b'{"a": 1}'),
        (b'{"a": 1}', b'{"a": 1}'),
        (b"data: [DONE]", None),
        (b"event: x", None),
        (b"", None),
        (b": hello", None),
    ],
)
def test_a_line_carries_one_object_or_nothing(line, payload):
    assert payload_of(line) == payload


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        ('{"a": 1, "usageMetadata": {"b": [2]}, "c": 3 }', '{"a": 1, "c": 3 ,"cpaUsageMetadata":{"b": [2]}}'),
        ('{ "usageMetadata" : {"b": "é"} , "c": 3}', '{ "c": 3,"cpaUsageMetadata":{"b": "é"}}'),
        ('{"usageMetadata":{}}', '{"cpaUsageMetadata":{}}'),
        ('{"a":1,"usageMetadata":5}', '{"a":1,"cpaUsageMetadata":5}'),
    ],
)
def test_early_usage_goes_to_the_end_under_another_name(payload, told):
    assert without_early_usage(payload.encode()).decode() == told


def test_the_last_word_keeps_its_usage():
    last = b'{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{}}'
    assert without_early_usage(last) == last


def test_usage_inside_an_envelope_is_renamed_there():
    told = without_early_usage(b'{"response":{"usageMetadata":{"a":1}}}')
    assert orjson.loads(told) == {"response": {"cpaUsageMetadata": {"a": 1}}}


@given(MEMBERS, VALUES, MEMBERS)
def test_nothing_but_the_name_changes(before, usage, after):
    tree = {**before, "usageMetadata": usage, **after}
    told = orjson.loads(without_early_usage(orjson.dumps(tree)))
    assert told == {**{k: v for k, v in tree.items() if k != "usageMetadata"}, "cpaUsageMetadata": usage}


@given(st.binary())
def test_no_line_raises(line):
    payload_of(line)
    payload_of(b'data: {"usageMetadata"' + line)
