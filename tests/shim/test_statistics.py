"""Intervals and rank tests, against values from their formulas worked by hand, and their laws."""

from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.statistics import quantile, rank_test, wilson, wilson_needs


def test_no_data_is_no_knowledge():
    assert wilson(0, 0) == (0.0, 1.0)


def test_known_values():
    low, high = wilson(8, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert round(wilson(1000, 1000)[0], 4) == 0.9962


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_inside_and_more_data_narrows(data):
    clean, judged = data
    low, high = wilson(clean, judged)
    assert 0 <= low <= clean / judged + 1e-12
    assert clean / judged - 1e-12 <= high <= 1
    wider = wilson(clean * 10, judged * 10)
    assert wider[1] - wider[0] <= high - low + 1e-12


def test_the_bound_grows_with_more_clean_exchanges():
    assert wilson(99, 100)[0] < wilson(990, 1000)[0] == pytest.approx(0.98174, abs=1e-4)


@pytest.mark.parametrize(("low", "needed"), [(0.98, 189), (0.99, 381), (0.995, 765), (0.998, 1917)])
def test_how_many_clean_ones_a_bound_needs(low, needed):
    assert wilson_needs(0, 0, low) == needed


def test_a_bound_that_is_reached_needs_none_and_certainty_is_never_reached():
    assert wilson_needs(1000, 1000, 0.99) == 0
    assert wilson_needs(1000, 1000, 1.0) is None


@given(st.integers(0, 200), st.integers(0, 50), st.floats(0.5, 0.999))
def test_as_many_as_are_said_suffice_and_one_fewer_does_not(clean, other, low):
    needed = wilson_needs(clean, clean + other, low)
    assert wilson(clean + needed, clean + other + needed)[0] >= low
    if needed:
        assert wilson(clean + needed - 1, clean + other + needed - 1)[0] < low


def test_a_quantile_lies_between_its_neighbours():
    assert quantile([1.0, 2.0, 3.0, 5.0], 0.5) == 2.5
    assert quantile([1.0, 2.0, 3.0, 5.0], 0.95) == pytest.approx(4.7)
    assert quantile([7.0], 0.95) == 7.0


def test_a_rank_test_of_mann_and_whitneys_textbook_kind():
    # Diagnosed ages of Type II diabetes, as SciPy's documentation works them: U = 17, two-sided p = 0.1113.
    found = rank_test([19, 22, 16, 29, 24], [20, 11, 17, 12])
    assert found.effect == 17 / 20
    assert found.chance == pytest.approx(0.11134688653314041 / 2)


def test_the_chance_is_near_the_one_found_by_trying_every_order():
    values = [float(n * n) for n in range(12)]
    for picked in ((0, 1, 2, 5, 9, 10), (1, 5, 7, 9, 10, 11), (6, 7, 8, 9, 10, 11)):
        mine = [values[n] for n in picked]
        found = rank_test(mine, [value for value in values if value not in mine])
        orders = list(combinations(range(12), 6))
        as_large = sum(sum(order) >= sum(picked) for order in orders) / len(orders)
        assert found.chance == pytest.approx(as_large, abs=0.01)


def test_equal_values_have_no_tendency():
    assert rank_test([1.0] * 30, [1.0] * 40).effect == 0.5
    assert rank_test([1.0] * 30, [1.0] * 40).chance == 1.0
    assert rank_test([], [1.0]).chance == 1.0


def test_what_is_drawn_alike_is_seldom_called_larger_and_what_is_larger_nearly_always():
    draw = Random(7)

    def times(scale, count=100):
        return [scale * draw.lognormvariate(0, 0.5) for _ in range(count)]

    alike = sum(rank_test(times(1), times(1)).chance < 0.01 for _ in range(200))
    larger = sum(rank_test(times(1.5), times(1)).chance < 0.01 for _ in range(200))
    assert alike <= 8
    assert larger >= 195


@given(st.lists(st.integers(0, 9), min_size=1, max_size=20), st.lists(st.integers(0, 9), min_size=1, max_size=20))
def test_the_effect_is_the_share_of_pairs_that_the_first_wins(first, second):
    pairs = [(a > b) + (a == b) / 2 for a in first for b in second]
    assert rank_test(first, second).effect == pytest.approx(sum(pairs) / len(pairs))
