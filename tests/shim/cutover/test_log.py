"""A step, its flags and who renews are written together or not at all."""

import sqlite3
from contextlib import closing

import pytest

from shim.cutover.log import CutoverError, CutoverLog
from shim.cutover.phases import UNDO_FOR, Event, Phase
from shim.flags.ledger import RENEWALS, Ledger
from shim.flags.table import EVERY, Scope, Value
from shim.store.connection import connect

CHAT = "POST /v1/chat/completions"
BEFORE = {Scope(EVERY): "shadow", Scope(CHAT, provider="claude", stream="yes"): "canary 5%"}
STEPS = {
    "apply": [Event.APPLY],
    "taken": [Event.APPLY, Event.TAKEN],
    "gone": [Event.APPLY, Event.TAKEN, Event.GONE],
    "failed": [Event.APPLY, Event.FAILED],
    "undo": [Event.APPLY, Event.TAKEN, Event.GONE, Event.UNDO],
    "back": [Event.APPLY, Event.TAKEN, Event.GONE, Event.UNDO, Event.BACK],
    "no binary": [Event.APPLY, Event.TAKEN, Event.GONE, Event.UNDO, Event.NO_BINARY],
}


@pytest.fixture
def sql(tmp_path):
    with closing(connect(tmp_path / "r.db")) as found:
        for scope, value in BEFORE.items():
            Ledger(found).set(scope, Value.parse(value), who="me", why="")
        yield found


def flags(sql):
    return {flag.scope: str(flag.value) for flag in Ledger(sql).table().flags}


def after(sql, events):
    log = CutoverLog(sql)
    for event in events:
        log.happened(event, who="me", now=1000.0)
    return log


NATIVE = {Scope(EVERY): "native"}


@pytest.mark.parametrize(
    ("step", "phase", "expected"),
    [
        ("apply", Phase.ORDERED, {**NATIVE, Scope(RENEWALS): "legacy"}),
        ("taken", Phase.TAKEN, {**NATIVE, Scope(RENEWALS): "legacy"}),
        ("gone", Phase.SEALED, {**NATIVE, Scope(RENEWALS): "native"}),
        ("failed", Phase.OPEN, BEFORE),
        ("undo", Phase.UNDOING, BEFORE),
        ("back", Phase.OPEN, BEFORE),
        ("no binary", Phase.SEALED, {**NATIVE, Scope(RENEWALS): "native"}),
    ],
)
def test_flags_and_who_renews_follow_each_step(sql, step, phase, expected):
    assert after(sql, STEPS[step]).now().phase is phase
    assert flags(sql) == expected


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_in_the_middle_of_a_step_leaves_the_one_before_whole(sql, tmp_path, step):
    *before, last = STEPS[step]
    log = after(sql, before)
    stood, said = log.now(), flags(sql)

    class Killed(BaseException):
        """What no code survives."""

    def die(*_):
        raise Killed

    sql.create_function("die", 0, die)
    sql.execute("CREATE TEMP TRIGGER killed AFTER INSERT ON cutover BEGIN SELECT die(); END")
    with pytest.raises((Killed, sqlite3.OperationalError)):
        log.happened(last, who="me", now=1000.0)
    sql.execute("DROP TRIGGER killed")
    with closing(connect(tmp_path / "r.db")) as found:
        assert (CutoverLog(found).now(), flags(found)) == (stood, said)
        assert CutoverLog(found).happened(last, who="me", now=1000.0).event == last


def test_what_was_applied_twice_goes_back_to_what_was_before_the_first(sql):
    log = after(sql, [Event.APPLY, Event.APPLY])
    assert len(log.history()) == 1
    log.happened(Event.UNDO, who="me", now=1000.0)
    assert flags(sql) == BEFORE


def test_it_can_be_undone_for_a_week_and_then_says_why_not(sql):
    log = after(sql, STEPS["gone"])
    assert log.undo_until() == 1000.0 + UNDO_FOR
    with pytest.raises(CutoverError, match="for 7 days"):
        log.happened(Event.UNDO, who="me", now=1001.0 + UNDO_FOR)
    assert log.now().phase is Phase.SEALED
    assert log.happened(Event.UNDO, who="me", now=999.0 + UNDO_FOR).phase is Phase.UNDOING


def test_an_order_that_nobody_followed_can_be_taken_back_at_any_time(sql):
    log = after(sql, STEPS["apply"])
    assert log.happened(Event.UNDO, who="me", now=1e12).phase is Phase.UNDOING


def test_an_event_out_of_turn_changes_nothing(sql):
    log = after(sql, [Event.GONE, Event.TAKEN, Event.BACK])
    assert (log.now().phase, flags(sql)) == (Phase.OPEN, BEFORE)


def test_history_tells_who_and_why(sql):
    log = CutoverLog(sql)
    log.happened(Event.APPLY, who="ann", why="forced: a test", now=5.0)
    assert [(one.who, one.why, one.at) for one in log.history()] == [("ann", "forced: a test", 5.0)]
    assert Ledger(sql).history(1)[0].why == "cut-over: apply, forced: a test"
