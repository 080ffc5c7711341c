"""Flags are kept with who, when and why, and whoever follows sees a change at the next look."""

import sqlite3

import pytest

from shim.build import build
from shim.flags.holds import Hold
from shim.flags.ledger import RENEWALS, Ledger
from shim.flags.table import LEGACY, Asked, Scope, Value, WrongFlagError
from shim.opened import together
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


def a_hold(value="legacy", build_=None):
    return Hold(CLAUDE, Value.parse(value), "native fell", 9.0, build_ or build())


def held(ledger, at="legacy", build_=None):
    ledger.set(CLAUDE, Value.parse("native"), who="ann", why="")
    (flag,) = ledger.table().flags
    ledger.put_down(flag, a_hold(at, build_), who="guard")


def now(ledger):
    return {flag.scope: str(flag.value) for flag in ledger.table().flags}


def test_what_is_put_down_is_held_and_history_says_why(ledger):
    held(ledger)
    assert now(ledger) == {CLAUDE: "legacy"}
    assert ledger.holds.in_force(build()) == {CLAUDE: a_hold()}
    change = ledger.history()[0]
    assert (change.before, change.value, change.who, change.why) == ("native", "legacy", "guard", "native fell")


def test_what_somebody_has_set_anew_meanwhile_is_not_put_down_nor_moved(ledger):
    ledger.set(CLAUDE, Value.parse("native"), who="ann", why="")
    (seen,) = ledger.table().flags
    ledger.set(CLAUDE, Value.parse("native"), who="ann", why="again", at=seen.at + 1)
    assert ledger.put_down(seen, a_hold(), who="guard") is None
    assert ledger.move(seen, CLAUDE, Value.parse("shadow"), who="", why="") is None
    assert ledger.move(LEGACY, CLAUDE, Value.parse("shadow"), who="", why="") is not None
    assert ledger.holds.all() == {}


def test_a_person_who_sets_a_held_flag_lifts_the_hold_and_is_told(ledger):
    held(ledger)
    change = ledger.set(CLAUDE, Value.parse("native"), who="ann", why="mended")
    assert change.lifted == "native fell"
    assert ledger.history()[0].why == "mended; lifts the hold: native fell"
    assert ledger.holds.all() == {}


def test_a_release_lifts_the_hold_and_leaves_the_flag(ledger):
    held(ledger)
    assert ledger.release(CLAUDE, who="ann", why="mended") == a_hold()
    assert now(ledger) == {CLAUDE: "legacy"}
    assert ledger.holds.all() == {}
    with pytest.raises(WrongFlagError, match="is not held; held: nothing is"):
        ledger.release(CLAUDE, who="ann", why="")


@pytest.mark.parametrize(
    ("says", "becomes"),
    [
        ([(CLAUDE, "native")], {CLAUDE: "canary 1%"}),
        ([(CLAUDE, "canary 5%")], {CLAUDE: "canary 1%"}),
        ([(CLAUDE, "shadow")], {CLAUDE: "shadow"}),
        ([(Scope("*"), "native")], {CLAUDE: "canary 1%", Scope("*"): "native"}),
        ([], {CLAUDE: "canary 1%"}),
    ],
)
def test_a_file_moves_a_held_flag_down_and_never_up(ledger, says, becomes):
    held(ledger, "canary 1%")
    ledger.replace([(scope, Value.parse(value)) for scope, value in says], who="file", why="")
    assert now(ledger) == becomes
    assert CLAUDE in ledger.holds.all()


def test_a_file_is_heeded_again_once_native_is_another_build(ledger):
    held(ledger, build_="0.0.1+older")
    ledger.replace([(CLAUDE, Value.parse("native"))], who="file", why="")
    assert now(ledger) == {CLAUDE: "native"}


def test_a_roll_back_while_a_file_is_read_is_not_undone_by_it(ledger, monkeypatch):
    held_back = ledger.held_back

    def meanwhile(flags):
        assert ledger._sql.in_transaction  # so that no roll-back can come between
        return held_back(flags)

    monkeypatch.setattr(ledger, "held_back", meanwhile)
    ledger.replace([(CLAUDE, Value.parse("native"))], who="file", why="")
    assert now(ledger) == {CLAUDE: "native"}


def test_a_file_of_flags_leaves_alone_who_renews_log_ins(ledger):
    with together(ledger._sql):
        ledger.exactly([(Scope(RENEWALS), Value.parse("native"))], who="the cut-over", why="")
    ledger.replace([(CLAUDE, Value.parse("shadow"))], who="file", why="")
    assert now(ledger) == {CLAUDE: "shadow", Scope(RENEWALS): "native"}
