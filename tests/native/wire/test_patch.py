import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.wire.fields import fields
from native.wire.loose import MISSING
from native.wire.patch import put, span


@pytest.mark.parametrize(
    ("raw", "patched"),
    [
        (b'{"a":1,"model" : "x"}', b'{"a":1,"model" : "new"}'),
        (b'{"in":{"model":1},"model":[1,{"b":"]"}],"z":0}', b'{"in":{"model":1},"model":"new","z":0}'),
        (b'{"model":"x","model":"y"', b'{"model":"new","model":"y"'),
        (b'{"a":1} tail', b'{"a":1,"model":"new"}'),
        (b'{"a":"cut', b',"model":"new"}'),
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


@given(st.binary())
def test_any_bytes_are_patched(raw):
    put(raw, b"model", b"1")


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
