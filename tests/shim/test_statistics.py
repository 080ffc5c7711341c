"""Wilson's interval, against values from his formula worked by hand, and its laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.statistics import wilson


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
