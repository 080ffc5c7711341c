"""What is planted in a JSON value is one change, of its kind, and never one that a comparison forgives."""

import copy
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.judge.planting.leaves import JSON_CHANGES, steady

TREE = {
    "text": "hello",
    "count": 3,
    "share": 0.5,
    "right": True,
    "nothing": None,
    "list": ["a", "b", {"deep": "c"}],
    "created": 1_700_000_000,
    "at": "2026-11-21T08:46:36Z",
    "arguments": '{"a":1}',
}
KEPT = ("created", "at", "arguments")
WHERE = {
    "text changed": {"text", "list"},
    "number changed": {"count", "share"},
    "truth changed": {"right"},
    "null changed": {"nothing"},
    "re-ordered": {"list"},
}


def planted(kind, tree, seed=0):
    return JSON_CHANGES[kind](random.Random(seed), tree)


def changed(before, after):
    return {key for key in before.keys() | after.keys() if repr(before.get(key, "-")) != repr(after.get(key, "-"))}


@pytest.mark.parametrize("kind", JSON_CHANGES)
@pytest.mark.parametrize("seed", range(20))
def test_one_thing_is_changed_and_the_original_is_left(kind, seed):
    tree = copy.deepcopy(TREE)
    found = planted(kind, tree, seed)
    assert tree == TREE
    assert len(changed(TREE, found)) == 1


@pytest.mark.parametrize(("kind", "keys"), WHERE.items())
def test_a_kind_changes_what_it_is_named_after(kind, keys):
    assert set().union(*(changed(TREE, planted(kind, TREE, seed)) for seed in range(40))) == keys


@pytest.mark.parametrize("kind", ["text changed", "number changed", "type changed"])
def test_times_and_json_within_a_text_are_left_alone(kind):
    assert all(not changed(TREE, planted(kind, TREE, seed)) & {*KEPT} for seed in range(60))
    assert not any(steady(TREE[key]) for key in KEPT)


def test_a_changed_type_is_another_type():
    for seed in range(60):
        (was, now) = (tree["x"] for tree in ({"x": 0.5}, planted("type changed", {"x": 0.5}, seed)))
        assert type(now) not in {type(was), int}  # JSON knows one kind of number


@pytest.mark.parametrize(
    ("kind", "tree"),
    [
        ("text changed", {"n": 1}),
        ("number changed", {"t": "x"}),
        ("truth changed", {}),
        ("null changed", []),
        ("type changed", {}),
        ("field added", [1, 2]),
        ("field gone", {}),
        ("re-ordered", {"list": ["same", "same"]}),
        ("re-ordered", {"data": ["in", "any", "order"]}),
        ("re-ordered", {"parts": [{"functionCall": 1}, {"functionCall": 2}]}),
    ],
)
def test_where_there_is_nothing_of_the_kind_nothing_is_planted(kind, tree):
    assert planted(kind, tree) is None


def test_a_listed_files_size_follows_from_the_times_in_it_and_is_no_number_to_plant_in():
    assert planted("number changed", {"files": [{"size": 120}]}) is None
    assert planted("number changed", {"other": [{"size": 120}]}) is not None


json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(kind=st.sampled_from([*JSON_CHANGES]), tree=json, seed=st.integers(0, 9))
def test_whatever_is_planted_is_a_difference(kind, tree, seed):
    found = planted(kind, tree, seed)
    assert found is None or repr(found) != repr(tree)
