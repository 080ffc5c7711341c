import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.wire.edit import Step, drop, put, steps

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a", "text"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("ab01"), inner, max_size=4),
    max_leaves=10,
)
BODIES = st.dictionaries(st.sampled_from("ab01"), JSON, max_size=4)
STEPS = st.builds(Step, st.sampled_from(["a", "b", "0", "1", "-1", ""]), st.booleans())
PATHS = st.lists(STEPS, min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("body", "path", "edited"),
    [
        ({}, "a.b", {"a": {"b": 7}}),
        ({"a": "text"}, "a.b", {"a": {"b": 7}}),
        ({"a": None}, "a.b", {"a": {"b": 7}}),
        ({"a": {"c": 1}}, "a.b", {"a": {"c": 1, "b": 7}}),
        ({}, "a.2", {"a": [None, None, 7]}),
        ({"a": [1]}, "a.2", {"a": [1, None, 7]}),
        ({"a": [1, 2]}, "a.0", {"a": [7, 2]}),
        ({"a": [1]}, "a.-1", {"a": [1, 7]}),
        ({"a": [1]}, "a.", {"a": [1, 7]}),
        ({}, "a.-1", {"a": [7]}),
        ({"a": 5}, "a.-1", {"a": {"-1": 7}}),
        ({"a": [{"b": 1}]}, "a.0.c", {"a": [{"b": 1, "c": 7}]}),
        ({"0": 1}, "0", {"0": 7}),
    ],
)
def test_a_value_is_put_where_sjson_would(body, path, edited):
    assert put(body, steps(path), 7) == edited


def test_a_list_refuses_a_key_that_is_no_number():
    assert put({"a": [1]}, steps("a.b"), 7) == {"a": [1]}


def test_a_number_that_is_forced_to_be_a_key_makes_an_object():
    assert put({}, [Step("a"), Step("0", name=True)], 7) == {"a": {"0": 7}}
    assert put({"a": [1]}, [Step("a"), Step("0", name=True)], 7) == {"a": [7]}


@pytest.mark.parametrize(
    ("body", "path", "edited"),
    [
        ({"a": 1, "b": 2}, "a", {"b": 2}),
        ({"a": {"b": 1}}, "a.b", {"a": {}}),
        ({"a": [1, 2, 3]}, "a.1", {"a": [1, 3]}),
        ({"a": [1, 2, 3]}, "a.-1", {"a": [1, 2]}),
        ({"a": [{"b": 1}]}, "a.0.b", {"a": [{}]}),
        ({"a": [1]}, "a.5", {"a": [1]}),
        ({"a": [1]}, "a.x", {"a": [1]}),
        ({"a": 1}, "a.b", {"a": 1}),
        ({}, "a.b", {}),
    ],
)
def test_what_is_dropped_is_what_stands_there(body, path, edited):
    assert drop(body, steps(path)) == edited


@given(BODIES, PATHS, JSON)
def test_no_edit_changes_the_body_it_was_given(body, path, value):
    before = json.dumps(body)
    put(body, path, value)
    drop(body, path)
    assert json.dumps(body) == before


@given(BODIES, PATHS, JSON)
def test_what_is_not_on_the_path_is_shared(body, path, value):
    edited = put(body, path, value)
    assert all(edited[key] is body[key] for key in body if key != path[0].key)
