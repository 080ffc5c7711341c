import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.wire.lenient import parse, reader, sought, valid
from native.wire.loose import MISSING

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a":1,"b":{"c":"x","d":"cut he', {"a": 1, "b": {"c": "x"}}),
        ('{"a":[1,2,{"b":true', {"a": [1, 2, {"b": True}]}),
        ('{"a":"two\nlines"}', {"a": "two\nlines"}),
        ('{"a":1}{"a":2}', {"a": 1}),
        ('{"a":1,"a":2} ', {"a": 1}),
        ('{"a":1,"a":2', {"a": 1}),
        ('{"a":"half \\ud83c"}', {"a": "half �"}),
        ('{"a":"\\ud83c\\udf0d" x', {"a": "🌍"}),
        ('{"a":NaN,"b":01}', {"a": 0, "b": 1}),
        ('{"a":nul', {"a": None}),
        ('{"a":n', {"a": None}),
        ("oops", MISSING),
        ("", MISSING),
        ("<html>", MISSING),
    ],
)
def test_what_stands_before_the_break_is_read(text, expected):
    assert parse(text.encode()) == expected


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        ("a\\u12", "a"),
        ("a\\x b", "a"),
        ("tab\t", "tab\t"),
        ("\\/tab\there", "/tab"),
        ("\\u00zz.", "\0."),
        ("\\ud83d\\ude00 \\u00e9\\u0041", "😀 éA"),
        ("\\ud800\\u0041b", "\ufffdb"),
        ("\\udc00\\udc00", "\ufffd"),
        ("\\ud800", "\ufffd"),
    ],
)
def test_an_escape_means_what_it_means_to_the_legacy(spelled, meant):
    assert parse(b'{"a":"' + spelled.encode() + b'"} broken') == {"a": meant}


def test_bytes_that_are_no_text_become_one_sign_each():
    assert parse(b'{"a":"\xe2\x82"}') == {"a": "��"}


def test_a_nest_without_end_is_given_up():
    assert parse(b'{"a":' + b"[" * 100_000) is not MISSING


@given(JSON)
def test_what_is_json_is_parsed_as_json(value):
    assert parse(orjson.dumps(value)) == orjson.loads(orjson.dumps(value))


@given(JSON, st.integers(0, 400))
def test_a_cut_text_never_raises(value, cut):
    parse(orjson.dumps(value)[:cut])


@given(st.binary())
def test_any_bytes_never_raise(data):
    orjson.dumps(None if (found := parse(data)) is MISSING else found)


@given(st.text(alphabet='{}[]":,\\unt0e-. a', max_size=40))
def test_any_signs_never_raise(text):
    found = parse(text.encode())
    if found is not MISSING:
        orjson.dumps(found)


def test_a_stream_that_says_things_twice_from_its_beginning_is_heard_so_to_its_end():
    read = reader()
    assert [read(b'{"a":1,"a":2}') for _ in range(50)] == [{"a": 1}] * 50


def test_a_stream_that_begins_well_is_not_listened_to_for_ever():
    read = reader()
    assert [read(b'{"a":1}') for _ in range(50)] == [{"a": 1}] * 50
    assert read(b'{"a":1,"a":2}') == {"a": 2}
    assert read(b'{"a":1,"a":2') == {"a": 1}, "what is broken is read with care in any place"


def test_what_stands_behind_a_deep_nest_is_read():
    deep = b"[" * 5_000 + b'"]"' + b"]" * 5_000
    assert parse(b'{"a":' + deep + b',"b":1}')["b"] == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'\xef\xbb\xbf{"a":1}', {"a": 1}),
        (b'/* x */ {"a":1} // y', {"a": 1}),
        (b"x [1]", [1]),
        (b'"{"', "{"),
        (b"oops", MISSING),
    ],
)
def test_a_request_may_be_sought_behind_what_is_no_json(text, expected):
    assert sought(text) == expected


@pytest.mark.parametrize("text", [b'{"a":"\\ud800"}', b'{"a":"\xff"}', b'{"a":1e400}', b"[" * 9_000 + b"]" * 9_000])
def test_what_orjson_refuses_may_be_json(text):
    assert parse(text) is not MISSING
    assert valid(text)


@pytest.mark.parametrize("text", [b'{"a":NaN}', b'{"a":1', b"\xef\xbb\xbf{}", b'{"a":"\t"}', b"{} x", b'{"a":1,}'])
def test_what_is_broken_is_no_json(text):
    assert not valid(text)
