"""Holds: put, asked for by build, and lifted."""

import pytest

from shim.flags.holds import Hold, Holds
from shim.flags.table import Scope, Value
from shim.store.connection import connect

WIDE, NARROW = Scope("GET /"), Scope("GET /", model="a*")


@pytest.fixture
def holds(tmp_path):
    sql = connect(tmp_path / "r.db")
    yield Holds(sql)
    sql.close()


def a_hold(scope=WIDE, value="canary 1%", build="1"):
    return Hold(scope, Value.parse(value), "native fell", 5.0, build)


def test_a_hold_is_of_one_scope_and_the_latest_counts(holds):
    for hold in (a_hold(), a_hold(NARROW), a_hold(value="legacy")):
        holds.put(hold)
    assert holds.all() == {WIDE: a_hold(value="legacy"), NARROW: a_hold(NARROW)}


def test_a_hold_is_over_with_another_build(holds):
    holds.put(a_hold(build="1"))
    assert holds.in_force("1") == {WIDE: a_hold()}
    assert holds.in_force("2") == {}


def test_what_was_not_held_cannot_be_lifted(holds):
    holds.put(a_hold())
    assert holds.lift(WIDE)
    assert not holds.lift(WIDE)
