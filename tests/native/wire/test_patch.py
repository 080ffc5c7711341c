import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.wire import lenient
from native.wire.fields import fields
from native.wire.loose import MISSING
from native.wire.patch import drop, edited, put, span


@pytest.mark.parametrize(
    ("raw", "patched"),
    [
        (b'{"a":1,"model" : "x"}', b'{"a":1,"model" : "new"}'),
        (b'{"in":{"model":1},"model":[1,{"b":"]"}],"z":0}', b'{"in":{"model":1},"model":"new","z":0}'),
        (b'{"model":"x","model":"y"', b'{"model":"new","model":"y"'),
        (b'{"a":1} tail', b'{"a":1,"model":"new"}'),
        (b'{"a":"cut', b',"model":"new"}'),
        (b" {} x", b'{"model":"new"}'),
        (b"\xef\xbb\xbf{}", b'{"model":"new"}'),
        (b'\xef\xbb\xbf{"mod\\u0065l":1}', b'\xef\xbb\xbf{"mod\\u0065l":"new"}'),
        (b"oops", b'{"model":"new"}'),
        (b"[1", b"[1"),
        (b'{"s":"\\"model\\":1","model":"x"}', b'{"s":"\\"model\\":1","model":"new"}'),
    ],
)
def test_only_the_outermost_objects_first_such_key_is_touched(raw, patched):
    assert put(raw, b"model", b'"new"') == patched


@given(st.dictionaries(st.text(), st.integers(-9, 9) | st.text() | st.lists(st.text()), min_size=1))
def test_a_value_stands_where_it_is_said_to(tree):
    raw = orjson.dumps(tree)
    for key, value in tree.items():
        where = span(raw, orjson.dumps(key)[1:-1])
        assert where is not None
        assert orjson.loads(raw[where[0] : where[1]]) == value


@pytest.mark.parametrize(
    ("raw", "left"),
    [
        (b'{"a":1,"model" : "x"} tail', b'{"a":1} tail'),
        (b'{ "model":"x" , "a":1', b'{ "a":1'),
        (b'{"model":"x"}', b"{}"),
        (b'{"a":{"model":1}}', b'{"a":{"model":1}}'),
    ],
)
def test_a_key_goes_with_its_comma(raw, left):
    assert drop(raw, b"model") == left


@pytest.mark.parametrize(
    ("raw", "after", "expected"),
    [
        (b'{"a":"\\ud800","b":[1,{"c":"\t"},3]} x', {"a": "\ufffd", "b": [1, {"c": "\t", "d": 0}, 3]}, 0),
        (b'{"a":1e400,"b":[1],}', {"a": 0, "b": [1, 2]}, b'{"a":1e400,"b":[1,2],}'),
        (b'{"a":1,"b":2 /* x */}', {"b": 2, "n": None}, b'{"b":2 /* x */,"n":null}'),
        (b'{"a":"x\ny"', {"a": "z"}, b'{"a":"z"'),
    ],
)
def test_a_text_is_edited_where_its_tree_was(raw, after, expected):
    before = lenient.body(raw)
    assert edited(raw, before, before) == raw
    assert edited(raw, before, after) == (expected or b'{"a":"\\ud800","b":[1,{"c":"\t","d":0},3]} x')


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(), lambda i: st.lists(i) | st.dictionaries(st.text(), i)
)


@given(st.dictionaries(st.text(), JSON), st.dictionaries(st.text(), JSON))
def test_an_edited_text_says_what_was_meant(before, after):
    assert orjson.loads(edited(orjson.dumps(before), before, after)) == after


@given(st.binary(), JSON)
def test_any_text_is_edited(raw, after):
    edited(raw, lenient.sought(raw), after)


@given(st.binary())
def test_any_bytes_are_patched(raw):
    put(raw, b"model", b"1")
    drop(raw, b"model")


@pytest.mark.parametrize(
    ("raw", "model", "stream", "sound"),
    [
        (b'{"model":"m","stream":true}', "m", True, True),
        (b'{"model":"a","model":"b"}', "a", MISSING, True),
        (b'{"model":"m","tools":[{"model":"x"}]}', "m", MISSING, True),
        (b'{"model":"m","stream":false,', "m", False, False),
        (b'\xef\xbb\xbf{"model":"m"}', "m", MISSING, False),
        (b'{"model":7}', "7", MISSING, True),
        (b"", "", MISSING, False),
        (b"[]", "", MISSING, True),
    ],
)
def test_fields_are_read_as_far_as_they_can_be(raw, model, stream, sound):
    found = fields(raw)
    assert (found.model, found.stream, found.sound) == (model, stream, sound)
