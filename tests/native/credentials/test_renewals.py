"""Exactly one renews a log-in: whoever the file names, and nobody while it changes hands."""

import fcntl

import pytest

from native.credentials.renewals import Renewals


def test_alone_native_renews():
    with Renewals(None).turn() as may:
        assert may


@pytest.mark.parametrize(("says", "expected"), [("native\n", True), ("legacy\n", False), ("", False), ("nativ", False)])
def test_who_renews_is_read_anew_each_time(tmp_path, says, expected):
    file = tmp_path / "renewals"
    renewals = Renewals(file)
    with renewals.turn() as may:
        assert not may
    file.write_text(says)
    with renewals.turn() as may:
        assert may is expected


def test_whoever_hands_renewals_over_waits_for_one_under_way_and_none_begins_meanwhile(tmp_path):
    file = tmp_path / "renewals"
    file.write_text("native")
    renewals = Renewals(file)
    with file.open() as mine:
        with renewals.turn() as may, renewals.turn() as another:
            assert may
            assert another
            with pytest.raises(BlockingIOError):
                fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with renewals.turn() as may:
            assert not may
