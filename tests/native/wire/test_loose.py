import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.wire.loose import MISSING, boolean, get, integer, items, number, parse, raw, text

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(MISSING),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


def test_a_way_that_ends_is_missing():
    tree = {"a": [{"b": None}]}
    assert get(tree, "a", 0, "b") is None
    assert get(tree, "a", 1) is get(tree, "x") is get(tree, "a", "b") is get("a", "b") is MISSING


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (7, 7),
        (7.9, 7),
        (-7.9, -7),
        ("7", 7),
        ("-7", -7),
        ("7.9", 0),
        (" 7", 0),
        ("x", 0),
        (True, 1),
        (None, 0),
        ([7], 0),
        (2**63, -(2**63)),
        (12345678901234567890, -6101065172474983726),
        ("12345678901234567890", -6101065172474983726),
        (1e30, -(2**63)),
        (-1e30, -(2**63)),
    ],
)
def test_an_integer_has_64_bits(value, expected):
    assert integer(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0.5", 0.5), ("1e3", 1000.0), ("1_0", 0.0), (" 1", 0.0), ("nan", 0.0), ([], 0.0), (True, 1.0)],
)
def test_a_number_is_parsed_where_it_is_one(value, expected):
    assert number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", "a"),
        (None, ""),
        (MISSING, ""),
        (True, "true"),
        (1.0, "1"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (1e30, "1000000000000000000000000000000"),
        (9007199254740993, "9007199254740993"),
        ({"a": [1]}, '{"a":[1]}'),
    ],
)
def test_a_text_is_what_the_legacy_prints(value, expected):
    assert text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("T", True), ("1", True), ("yes", False), (2, True), (0, False), ([], False)]
)
def test_a_truth_is_spelled_in_few_ways(value, expected):
    assert boolean(value) is expected


def test_a_lone_value_is_a_list_of_one():
    assert items("a") == ["a"]
    assert items([1]) == [1]
    assert items(None) == items(MISSING) == []


def test_a_nest_too_deep_for_the_writer_is_written():
    deep = parse("[" * 900 + "]" * 900)
    assert raw(deep) == "[" * 900 + "]" * 900


def test_what_is_no_json_is_missing():
    assert parse(b"{") is parse("") is MISSING


@given(ANYTHING)
def test_nothing_raises(value):
    assert -(2**63) <= integer(value) < 2**63
    number(value)
    boolean(value)
    items(value)
    get(value, "a", 0)
