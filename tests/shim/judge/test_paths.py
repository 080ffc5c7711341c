"""Paths that reports print are paths that rules take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.judge.paths import PathError, Pattern, generic, show

PLACES = st.lists(st.one_of(st.integers(0, 99), st.text(min_size=1)), min_size=1, max_size=6)


@given(PLACES)
def test_a_printed_place_is_covered_by_itself(place):
    assert Pattern(show(tuple(place))).covers(place)


@given(PLACES, st.text(min_size=1))
def test_a_rule_covers_what_lies_under_it_and_nothing_beside(place, more):
    rule = Pattern(show(tuple(place)))
    assert rule.covers([*place, more])
    assert not rule.covers([*place[:-1], "something else entirely"]) or place[-1] == "something else entirely"


def test_a_key_that_is_half_a_surrogate_pair_is_printed_and_read_back():
    place = ("json", "a\udc00.b")
    assert show(place) == 'json["a\\udc00.b"]'
    assert Pattern(show(place)).covers(place)


def test_stars_stand_for_any_index_and_any_key():
    rule = Pattern('exchanges[*].response.headers["x-id"][*]')
    assert rule.covers(("exchanges", 3, "response", "headers", "x-id", 0))
    assert not rule.covers(("exchanges", 3, "response", "headers", "x-ids", 0))
    assert Pattern("a.*.c").covers(("a", "b", "c"))


def test_generic_opens_the_indexes():
    assert generic(("exchanges", 0, "upstream", 12, "url")) == "exchanges[*].upstream[*].url"


@pytest.mark.parametrize("text", ["", "a..b", "[", "a[1", "a b"])
def test_a_path_that_is_none_says_where(text):
    with pytest.raises(PathError):
        Pattern(text)
