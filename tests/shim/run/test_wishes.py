"""What is asked for on the command line is read, or refused in words."""

from pathlib import Path

import pytest

from shim.run.wishes import PlanError, Wishes, attached


def wish(legacy):
    return Wishes(legacy, None, None, Path("data"))


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("http://127.0.0.1:18317", ("127.0.0.1", 18317)),
        ("http://127.0.0.1:18317/", ("127.0.0.1", 18317)),
        ("localhost:1", ("localhost", 1)),
    ],
)
def test_a_binary_that_runs_is_found_where_it_is_said_to_listen(said, address):
    assert attached(wish(said)) == address


@pytest.mark.parametrize("said", ["http://127.0.0.1", "18317", ":1", "http://127.0.0.1:a", "http://a:1/v1", ""])
def test_what_is_no_address_is_refused_with_what_one_looks_like(said):
    with pytest.raises(PlanError, match="is no http://host:port"):
        attached(wish(said))


def test_who_asks_for_no_more_gets_a_front_and_a_record():
    wishes = wish("http://127.0.0.1:1")
    assert (wishes.host, wishes.tap, wishes.record) == (None, True, True)
    assert not any((wishes.judge, wishes.reverse, wishes.page, wishes.guard, wishes.auto_promote))
