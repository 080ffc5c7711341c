"""Two trees side by side: to the end, each line beside its counterpart, nothing lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from shim.page import sides


def never(*_):
    return False


def shown(legacy, native, forgives=never):
    return [(line["s"], line["l"], line.get("n", line["l"])) for line in sides.lines(legacy, native, (), forgives)[0]]


def test_what_is_equal_and_short_is_one_line():
    assert shown({"a": [1]}, {"a": [1]}) == [("same", '{"a": [1]}', '{"a": [1]}')]


def test_a_changed_value_stands_beside_its_counterpart_with_the_letters_marked():
    rows, more = sides.lines({"a": "stop"}, {"a": "step"}, (), never)
    assert more == 0
    changed = next(row for row in rows if row["s"] == "changed")
    assert (changed["l"], changed["n"]) == ('"a": "stop"', '"a": "step"')
    (mark,) = changed["m"]
    assert changed["l"][mark[0] : mark[1]] == "o"
    assert changed["n"][mark[2] : mark[3]] == "e"


def test_what_one_side_lacks_is_a_gap_on_that_side():
    assert ("missing", '"a": 1', None) in shown({"a": 1, "b": "x" * 90}, {"b": "x" * 90})
    assert ("added", None, '"a": 1') in shown({"b": "x" * 90}, {"a": 1, "b": "x" * 90})


def test_a_truth_is_no_number():
    assert [state for state, _, _ in shown({"a": True}, {"a": 1})] == ["same", "changed", "same"]


def test_another_kind_of_value_is_missing_here_and_added_there():
    assert [state for state, _, _ in shown([{"a": 1}, 2], ["text", 2])][1:3] == ["missing", "added"]


def test_an_item_too_many_does_not_move_those_behind_it():
    rows = shown(["a" * 90, "b", "c"], ["a" * 90, "new", "b", "c"])
    assert [state for state, _, _ in rows].count("added") == 1
    assert not [row for row in rows if row[0] == "changed"]


def test_what_the_judge_forgave_is_told_apart_and_by_its_place():
    seen = []

    def forgives(place, legacy, native):
        seen.append((place, legacy, native))
        return place[-2:] == ("id", 0)

    rows = shown({"id": ["x1"], "b": 1}, {"id": ["x2"], "b": 2}, forgives)
    assert ("forgiven", '"id": ["x1"]', '"id": ["x2"]') in rows
    assert ("changed", '"b": 1', '"b": 2') in rows
    assert (("id", 0), "x1", "x2") in seen


def test_there_are_never_more_lines_than_a_bound_and_it_says_so(monkeypatch):
    monkeypatch.setattr(sides, "LINES", 30)
    rows, more = sides.lines(list(range(90)), list(range(90)), (), never)
    assert len(rows) == 30
    assert more == 92 - 30


def test_a_long_value_is_cut_and_says_so():
    ((_, text, _),) = shown("x" * 9000, "x" * 9000)
    assert len(text) < 4100
    assert text.endswith("more characters)")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=30, deadline=None)
@given(JSON, JSON)
def test_any_two_trees_can_be_laid_side_by_side(legacy, native):
    rows = shown(legacy, native)
    alike = sides._spelled(legacy) == sides._spelled(native)
    assert rows
    assert all(state == "same" for state, _, _ in rows) or not alike
    assert all((state == "same") == (left == right) for state, left, right in rows)
