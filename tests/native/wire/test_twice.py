import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.providers.spelling import dumped
from native.wire import lenient
from native.wire.fields import fields
from native.wire.twice import Again, Doubled, first, once

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def read(text: str, *, keeping: bool = True):
    return first(text.encode(), orjson.loads(text), keeping=keeping)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":2}',
        '{"a":1,"b":{},"a":2,"a":3}',
        '{"x":[{"a":1,"a":2}],"a":1}',
        '{ "a" : 1 ,\n "a" : 2 }',
        '{"a":1,"\\u0061":2}',
        '{"é\\u0000":"\\ud83d\\ude00","a":1,"a":-0.5}',
    ],
)
def test_the_first_value_is_read_and_each_is_written(text):
    tree = read(text)
    last = json.loads(text)
    assert json.loads(dumped(tree)) == last
    assert json.loads(dumped(tree), object_pairs_hook=list) == json.loads(text, object_pairs_hook=list)
    plain = read(text, keeping=False)
    assert plain != last
    assert once(tree) == plain
    assert plain == json.loads(text, object_pairs_hook=lambda members: dict(reversed(members)))


def test_a_key_that_is_there_again_is_found_by_nobody():
    tree = read('{"a":1,"a":2}')
    assert (tree["a"], tree.get("b"), len(tree)) == (1, None, 2)
    again = list(tree)[1]
    assert isinstance(again, Again)
    assert (again == "a", again != "a", str(again)) == (False, True, "a")


def test_numbers_are_what_they_are_elsewhere():
    numbers = f"[{2**64 - 1},{2**64},{-(2**63)},1e3,1.0,1{'0' * 21}]"
    text = '{"a":1,"a":2,"n":' + numbers + "}"
    assert read(text)["n"] == orjson.loads(text)["n"]
    assert [type(one) for one in read(text)["n"]] == [type(one) for one in orjson.loads(text)["n"]]


@given(JSON, st.sampled_from([None, 2]), st.booleans())
def test_what_says_nothing_twice_is_left_as_it_is(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    tree = orjson.loads(text)
    found = first(text, tree)
    assert orjson.dumps(found) == orjson.dumps(tree)
    assert once(tree) is tree


@given(JSON)
def test_what_is_compact_and_says_nothing_twice_is_not_read_again(value):
    text = orjson.dumps(value)
    tree = orjson.loads(text)
    assert first(text, tree) is tree


def test_of_a_long_text_the_head_is_looked_at():
    text = '{"model":"a","stream":false,"model":"b","messages":["' + "x" * 20_000 + '"],"stream":true}'
    assert isinstance(read(text), Doubled)
    assert (fields(text.encode()).model, fields(text.encode()).stream) == ("a", False)
    late = '{"messages":["' + "x" * 20_000 + '"],"stream":false,"stream":true}'
    assert fields(late.encode()).stream is True, "what a long text says twice behind its head is not looked for"


def test_a_nest_deeper_than_what_is_written_is_read():
    text = '{"a":' + "[" * 900 + "]" * 900 + ',"b":1,"b":2}'
    assert read(text)["b"] == 1


def test_what_is_said_twice_is_written_beside_what_is_written_already():
    tree = {**read('{"a":1,"a":2}'), "done": orjson.Fragment(b"{'x'}")}
    assert dumped(tree) == b"""{"a":1,"a":2,"done":{'x'}}"""


def test_broken_json_is_read_by_the_same_law():
    assert dict(lenient.parse(b'{"a":1,"a":2')) == {"a": 1}
