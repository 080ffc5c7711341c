"""Tables are opened and closed in one way, and what is written together is there as a whole or not at all."""

import sqlite3

import pytest

from shim.opened import Opened, together


class Names(Opened):
    """Tables with a name in them."""

    def put(self, name):
        self._sql.execute("INSERT INTO flags VALUES (?, '', '', '', 'native', 'ann', 1, '')", (name,))

    def all(self):
        return [name for (name,) in self._sql.execute("SELECT endpoint FROM flags ORDER BY endpoint")]


@pytest.fixture
def names(tmp_path):
    with Names.open(tmp_path / "r.db") as opened:
        yield opened


def test_what_is_written_together_is_there_afterwards(names, tmp_path):
    with together(names._sql):
        names.put("a")
        names.put("b")
    with Names.open(tmp_path / "r.db") as other:
        assert other.all() == ["a", "b"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, GeneratorExit])
def test_whatever_ends_it_early_nothing_is_written_and_it_is_told(names, error):
    def write():
        with together(names._sql):
            names.put("a")
            raise error

    with pytest.raises(error):
        write()
    assert names.all() == []
    with together(names._sql):  # and the next can write
        names.put("b")
    assert names.all() == ["b"]


def test_an_error_that_ended_the_transaction_itself_is_the_one_that_is_told(names):
    def write():
        with together(names._sql):
            names._sql.execute("ROLLBACK")  # as sqlite does where the disk is full
            raise sqlite3.OperationalError("database or disk is full")

    with pytest.raises(sqlite3.OperationalError, match="disk is full"):
        write()


def test_the_database_is_closed_with_the_block(tmp_path):
    with Names.open(tmp_path / "r.db") as opened:
        assert opened.all() == []
    with pytest.raises(sqlite3.ProgrammingError):
        opened.all()
