import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.wire.spelled import Spelled, as_doubles, extended, marshalled, rounded, spelling_of, without

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(alphabet=st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def test_a_spelled_object_is_a_dictionary_with_its_text():
    told = Spelled({"a": 1}, lambda: '{ "a": 1 }')
    assert told == {"a": 1}
    assert orjson.dumps({"x": told}) == b'{"x":{"a":1}}'
    assert spelling_of(told) == '{ "a": 1 }'


def test_a_plain_value_is_spelled_compactly():
    assert spelling_of({"a": [1, "é"]}) == '{"a":[1,"é"]}'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": "<x> & é"}, '{"a":"\\u003cx\\u003e \\u0026 é","b":1}'),
        ({"z": 1.0, "y": 0.5}, '{"y":0.5,"z":1}'),
        (2**53 + 1, "9007199254740992"),
        (2**63 - 1, "9223372036854776000"),
        ("\u2028", '"\\u2028"'),
    ],
)
def test_marshalled_text_is_gos(value, text):
    assert marshalled(value) == text


@given(JSON)
def test_marshalled_text_says_the_same(value):
    assert json.loads(marshalled(value)) == value


@given(JSON)
def test_what_a_double_holds_is_left_as_it_is(value):
    assert as_doubles(value) is value
    assert rounded(value) is value


def test_a_large_number_is_rounded_wherever_it_stands():
    assert rounded({"a": [{"b": 2**60 + 1}], "c": 1}) == {"a": [{"b": 1152921504606847000}], "c": 1}


@pytest.mark.parametrize(
    ("own", "members", "text"),
    [
        ('{"a": 1}', {"b": {}}, '{"a": 1,"b":{}}'),
        ("{}", {"b": 1, "c": 2}, '{"b":1,"c":2}'),
        ('{"a": {}}', {}, '{"a": {}}'),
    ],
)
def test_members_are_added_behind(own, members, text):
    assert extended(own, members) == text


@pytest.mark.parametrize(
    ("own", "text"),
    [
        ('{"k": "x", "a": 1}', '{ "a": 1}'),
        ('{"a": 1, "k": "x\\"y"}', '{"a": 1}'),
        ('{"a": 1, "k": "x", "b": 2}', '{"a": 1, "b": 2}'),
        ('{"k":"x"}', "{}"),
        ('{"k": [1, {"k": 2}] , "b": 2}', '{ "b": 2}'),
        ('{"a": {"k": 1}, "k": 2}', '{"a": {"k": 1}}'),
        ('{"a": {"k": 1}}', '{"a": {"k": 1}}'),
        ('{ "k" : 1 }', "{ }"),
        ('{"a": 1}', '{"a": 1}'),
        ("{", "{"),
        ('{"k"', '{"k"'),
        ('{"k": nope}', '{"k": nope}'),
        ("", ""),
    ],
)
def test_a_member_is_cut_out(own, text):
    assert without(own, "k") == text
