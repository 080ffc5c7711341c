import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.wire.respell import respelled

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "é", 'q"']),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
BODIES = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


def edited(source, after):
    return respelled(source.encode(), orjson.loads(source), after).decode()


def test_a_text_that_was_not_edited_is_the_source():
    source = '{"a" :  1.50, "b": "\\u00e9"}'
    assert edited(source, orjson.loads(source)) == source


@pytest.mark.parametrize(
    ("source", "after", "text"),
    [
        ('{"a": 1, "b" : [ ]}', {"a": 2, "b": []}, '{"a": 2, "b" : [ ]}'),
        ('{"a": 1}', {"a": 1, "b": {"c": [1, 2]}}, '{"a": 1,"b":{"c":[1,2]}}'),
        ("{ }", {"b": 1}, '{ "b":1}'),
        ('{"a": 1, "b": 2}', {"b": 2}, '{ "b": 2}'),
        ('{"a": 1, "b": 2 }', {"a": 1}, '{"a": 1 }'),
        ('{"a": 1, "b": 2, "c": 3}', {"a": 1, "c": 3}, '{"a": 1, "c": 3}'),
        ('{"t": {"k": "x", "n": 5}}', {"t": {"k": "y", "n": 5}}, '{"t": {"k": "y", "n": 5}}'),
        ('{"t": {"n": 5\n}}', {"t": {"k": "off"}}, '{"t": {"k":"off"}}'),
        ('{"a": "comma, brace}", "b": 1}', {"a": "comma, brace}"}, '{"a": "comma, brace}"}'),
    ],
)
def test_an_edit_keeps_the_spelling_of_all_it_does_not_touch(source, after, text):
    assert edited(source, after) == text


@pytest.mark.parametrize("source", [b"", b"[", b"\xff", b"{", b'{"a"'])
def test_a_source_that_is_no_json_gives_the_edited_body(source):
    assert respelled(source, {"a": 1}, {"a": 2}) == b'{"a":2}'


@given(BODIES, BODIES, st.booleans())
def test_the_text_always_spells_the_edited_body(before, after, spaced):
    source = orjson.dumps(before, option=orjson.OPT_INDENT_2 if spaced else None)
    assert orjson.loads(respelled(source, before, after)) == after
