import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.accents.gemini_types import lowered

SCHEMA = {
    "type": "OBJECT",
    "properties": {"city": {"type": "STRING", "enum": ["A"]}, "days": {"type": ["INTEGER", "NULL"]}},
    "items": [{"type": "Number"}],
}


def parity(value):
    return lowered(value, int, faithful=True)


def clean(value):
    return lowered(value, int, faithful=False)


@pytest.mark.parametrize("lower", [parity, clean])
def test_types_are_in_lower_case_wherever_they_stand(lower):
    told = lower(SCHEMA)
    assert told["type"] == "object"
    assert told["properties"]["city"] == {"type": "string", "enum": ["A"]}
    assert told["items"] == [{"type": "number"}]


def test_the_legacy_makes_a_text_of_a_list_of_types():
    assert parity(SCHEMA)["properties"]["days"]["type"] == '["integer","null"]'


def test_the_clean_dialect_keeps_a_list_of_types():
    assert clean(SCHEMA)["properties"]["days"]["type"] == ["integer", "null"]


def test_the_legacy_ruins_a_property_named_type():
    schema = {"properties": {"type": {"type": "STRING", "items": {"type": "X"}, "anyOf": [1, {"type": "Y"}]}}}
    assert parity(schema) == {
        "properties": {"type": {"type": "", "items": {"type": ""}, "anyOf": [None, {"type": ""}]}}
    }


def test_the_clean_dialect_leaves_a_property_named_type_whole():
    schema = {"properties": {"type": {"type": "STRING", "enum": ["A"]}}}
    assert clean(schema) == {"properties": {"type": {"type": "string", "enum": ["A"]}}}


@pytest.mark.parametrize(("value", "expected"), [(5, "5"), (True, "true"), (None, ""), ("Ä", "ä"), ({}, "{}")])
def test_the_legacy_makes_a_text_of_any_type(value, expected):
    assert parity({"type": value}) == {"type": expected}


def test_whole_numbers_are_spelled_as_told():
    assert lowered({"a": [2]}, float, faithful=True) == {"a": [2.0]}


def test_a_nest_as_deep_as_is_parsed_is_walked():
    deep: object = {"type": "X"}
    for _ in range(1000):
        deep = {"a": deep}
    told = clean(deep)
    for _ in range(1000):
        told = told["a"]
    assert told == {"type": "x"}


@given(
    st.recursive(
        st.none() | st.text(max_size=4) | st.integers(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abx"), inner, max_size=3),
    )
)
def test_what_has_no_types_is_copied(value):
    assert parity(value) == value
    assert clean(value) == value
