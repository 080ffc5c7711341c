import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.wire.loose import MISSING
from native.wire.spelling import Spelling

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(alphabet=st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("source", "path", "spelled"),
    [
        ('{"a": {"b": [1, {"c" : "\\u0141"}]}}', ("a", "b", 1), '{"c" : "\\u0141"}'),
        ('{"a": {"b": [1, {"c" : "\\u0141"}]}}', ("a", "b", 1, "c"), '"\\u0141"'),
        ('{"a":{"b":[1,2]}}', ("a", "b"), "[1,2]"),
        (' { "a" : 1.50 , "b" : [ ] } ', ("a",), "1.50"),
        (' { "a" : 1.50 , "b" : [ ] } ', ("b",), "[ ]"),
        (' { "a" : 1 } ', (), '{ "a" : 1 }'),
    ],
)
def test_a_part_is_read_back_as_it_was_written(source, path, spelled):
    value = orjson.loads(source)
    for key in path:
        value = value[key]
    assert Spelling(source.encode()).of(value, *path) == spelled


def test_a_part_that_is_not_there_is_spelled_compactly():
    assert Spelling(b'{"a": 1}').of({"x": [1, 2]}, "b", 3) == '{"x":[1,2]}'
    assert Spelling(b"").of({"x": 1}, "b") == '{"x":1}'
    assert Spelling(b"\xff{").of({"x": 1}, "b") == '{"x":1}'


@given(st.dictionaries(st.text(max_size=3), JSON, min_size=1, max_size=4))
def test_every_member_of_any_json_is_found_whatever_its_blanks(tree):
    source = json.dumps(tree, indent=1)
    spelling = Spelling(source.encode())
    for key, value in tree.items():
        assert json.loads(spelling.of(value, key)) == value


@given(st.binary(max_size=40), st.lists(st.text(max_size=2) | st.integers(-1, 3), max_size=3))
def test_arbitrary_sources_never_raise(source, path):
    assert Spelling(source).of([1], *path)


STYLES = {
    "compact": {"separators": (",", ":"), "ensure_ascii": False},
    "python": {},
    "unescaped": {"ensure_ascii": False},
    "unblanked": {"separators": (",", ":")},
    "indented": {"indent": 2},
}


@pytest.mark.parametrize("style", STYLES)
def test_pieces_in_any_order_keep_the_senders_style(style):
    pieces = [{"city": "Łódź", "n": number, "f": 0.5} for number in range(40)]
    source = json.dumps({"pieces": pieces}, **STYLES[style])
    spelling = Spelling(source.encode())
    for place in (*range(0, 40, 2), *range(39, 0, -2)):
        spelled = spelling.of(pieces[place], "pieces", place)
        assert spelled in source
        assert json.loads(spelled) == pieces[place]


@pytest.mark.parametrize("style", STYLES)
def test_a_piece_that_is_the_same_in_every_style_does_not_settle_it(style):
    pieces = ["plain", "Łódź", ["a", "é"], "plain", {"ß": "ø"}]
    source = json.dumps(pieces, **STYLES[style])
    spelling = Spelling(source.encode())
    for place, piece in enumerate(pieces):
        assert spelling.of(piece, place) in source


def test_what_is_missing_has_no_spelling_in_any_style():
    spelling = Spelling(b'{"a": {"b": 1}}')
    assert spelling.of({"b": 1}, "a") == '{"b": 1}'
    assert spelling.of(MISSING, "c") == ""
