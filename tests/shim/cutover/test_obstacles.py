"""What is waived is told apart from what is clean."""

import pytest

from shim.cutover.obstacles import WAIVABLE, Kind, Obstacle, Waiver, counted, waived

ALL = Waiver("*", "ann", 1.0, "a reason")


def an_obstacle(kind, name="GET /a"):
    return Obstacle(kind, name, "says", "todo")


@pytest.mark.parametrize("kind", Kind)
def test_only_what_somebody_may_know_better_is_waived(kind):
    (found,) = waived([an_obstacle(kind)], [ALL])
    assert found.waiver == (ALL if kind in WAIVABLE else None)


def test_a_waiver_counts_for_its_name_and_for_names_that_fit_its_pattern():
    waiver = Waiver("GET /v0/*", "ann", 1.0, "a reason")
    found = waived([an_obstacle(Kind.UNSEEN, "GET /v0/a"), an_obstacle(Kind.UNSEEN, "GET /v1/a")], [waiver])
    assert [one.waiver for one in found] == [waiver, None]


def test_notes_and_waived_ones_stand_in_nobodys_way():
    found = waived([an_obstacle(Kind.BYPASS), an_obstacle(Kind.UNSEEN)], [ALL])
    assert not counted(found)
    assert counted([an_obstacle(Kind.FLAG)]) == {Kind.FLAG: [an_obstacle(Kind.FLAG)]}
