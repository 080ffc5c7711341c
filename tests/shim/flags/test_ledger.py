"""Flags are kept with who, when and why, and whoever follows sees a change at the next look."""

import sqlite3

import pytest

from shim.flags.ledger import Ledger
from shim.flags.table import Asked, Scope, Value, WrongFlagError
from shim.store.connection import connect

CLAUDE = Scope("POST /v1/messages")


@pytest.fixture
def ledger(tmp_path):
    sql = connect(tmp_path / "r.db")
    yield Ledger(sql)
    sql.close()


@pytest.fixture
def follower(tmp_path, ledger):  # noqa: ARG001  # who makes the tables
    sql = connect(tmp_path / "r.db")
    yield Ledger(sql)
    sql.close()


def test_a_flag_holds_until_it_is_taken_away(ledger):
    ledger.set(CLAUDE, Value.parse("native"), who="ann", why="clean for a week", at=5.0)
    flag = ledger.table().lookup(Asked(CLAUDE.endpoint))
    assert (str(flag.value), flag.who, flag.at, flag.why) == ("native", "ann", 5.0, "clean for a week")
    ledger.set(CLAUDE, None, who="bob", why="it was not")
    assert ledger.table().flags == ()


def test_history_tells_each_change_latest_first(ledger):
    ledger.set(CLAUDE, Value.parse("shadow"), who="ann", why="one")
    ledger.set(CLAUDE, Value.parse("canary 5%"), who="bob", why="two")
    ledger.set(CLAUDE, None, who="eve", why="three")
    told = [(change.before, change.value, change.who, change.why) for change in ledger.history()]
    assert told == [
        ("canary 5%", "", "eve", "three"),
        ("shadow", "canary 5%", "bob", "two"),
        ("", "shadow", "ann", "one"),
    ]


def test_a_follower_sees_a_change_at_its_next_look_and_only_then(ledger, follower):
    assert follower.news() is not None
    assert follower.news() is None
    ledger.set(CLAUDE, Value.parse("native"), who="ann", why="")
    news = follower.news()
    assert str(news.lookup(Asked(CLAUDE.endpoint)).value) == "native"
    assert follower.news() is None


def test_an_endpoint_that_is_none_is_refused_with_those_that_are_like_it(ledger):
    with pytest.raises(WrongFlagError, match=r"did you mean .*POST /v1/messages"):
        ledger.set(Scope("GET /v1/messages"), Value.parse("native"), who="", why="")
    with pytest.raises(WrongFlagError, match="stream is yes, no"):
        ledger.set(Scope("*", stream="maybe"), Value.parse("native"), who="", why="")
    assert ledger.history() == []


def test_a_change_that_cannot_be_written_whole_is_not_written_at_all(ledger, tmp_path):
    ledger.set(CLAUDE, Value.parse("shadow"), who="", why="")
    sql = connect(tmp_path / "r.db")
    sql.execute("DROP TABLE flag_history")
    with pytest.raises(sqlite3.OperationalError):
        Ledger(sql).set(CLAUDE, Value.parse("native"), who="", why="")
    assert str(Ledger(sql).table().flags[0].value) == "shadow"
    sql.close()


def test_replacing_changes_only_what_differs(ledger):
    other = Scope("GET /v1/models")
    ledger.set(CLAUDE, Value.parse("shadow"), who="", why="")
    ledger.set(other, Value.parse("native"), who="", why="")
    wanted = [(CLAUDE, Value.parse("shadow")), (Scope("*"), Value.parse("shadow"))]
    changed = ledger.replace(wanted, who="file", why="")
    assert [(change.scope, change.value) for change in changed] == [(Scope("*"), "shadow"), (other, "")]
    assert {(flag.scope, flag.value) for flag in ledger.table().flags} == set(wanted)


def test_replacing_by_something_wrong_changes_nothing(ledger):
    ledger.set(CLAUDE, Value.parse("shadow"), who="", why="")
    with pytest.raises(WrongFlagError):
        ledger.replace([(CLAUDE, Value.parse("native")), (Scope("GET /nope"), Value.parse("native"))], who="", why="")
    assert str(ledger.table().flags[0].value) == "shadow"
