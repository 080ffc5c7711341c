"""An order is written down, heeded by whoever holds the port, and told where nobody does."""

import threading
from pathlib import Path

import pytest

from shim.cutover.log import CutoverLog
from shim.cutover.ordering import Order
from shim.cutover.phases import Event, Phase
from shim.cutover.place import Place


@pytest.fixture
def order(tmp_path):
    def build(*, heeded=True, wait=10.0):
        return Order(tmp_path / "r.db", Place(Path("/c.yaml")), "ann", wait, heeded=heeded)

    return build


def heeding(database, *events):
    """A `shim run` that does as it is told, step by step."""

    def follow():
        with CutoverLog.open(database) as log:
            for event in events:
                while log.now().phase is log.happened(event).phase and log.now().event != event:
                    pass

    return threading.Thread(target=follow, daemon=True)


def said(database):
    with CutoverLog.open(database) as log:
        return log.now()


@pytest.mark.parametrize(
    ("events", "done", "phase", "words"),
    [
        ([Event.TAKEN, Event.GONE], True, Phase.SEALED, "alone"),
        ([Event.FAILED], False, Phase.OPEN, "did not take"),
    ],
)
def test_an_order_is_awaited(order, events, done, phase, words):
    following = heeding(order().database, *events)
    following.start()
    outcome = order().apply()
    following.join()
    assert (outcome.done, outcome.entry.phase) == (done, phase)
    assert words in outcome.says


@pytest.mark.parametrize(
    ("event", "done", "words"), [(Event.BACK, True, "serve again"), (Event.NO_BINARY, False, "did not come")]
)
def test_an_undo_is_awaited(order, event, done, words):
    with CutoverLog.open(order().database) as log:
        for before in (Event.APPLY, Event.TAKEN, Event.GONE):
            log.happened(before)
    following = heeding(order().database, event)
    following.start()
    outcome = order().undo()
    following.join()
    assert (outcome.done, words in outcome.says) == (done, True)


def test_what_takes_its_time_is_told_as_far_as_it_has_come(order):
    with CutoverLog.open(order().database) as log:
        log.happened(Event.APPLY)
        log.happened(Event.TAKEN)
    outcome = order(wait=0).apply()
    assert outcome.done
    assert "still ends at the front" in outcome.says


def test_where_nobody_runs_it_is_said_what_is_left_to_do_and_an_undo_needs_nobody(order):
    outcome = order(heeded=False).apply()
    assert (outcome.done, outcome.entry.phase) == (True, Phase.ORDERED)
    assert "python -m native --config /c.yaml" in outcome.says
    assert order(heeded=False).undo().done
    assert said(order().database).phase is Phase.OPEN


def test_nothing_is_undone_twice_and_nothing_applied_while_it_is_being_undone(order):
    assert not order().undo().done
    with CutoverLog.open(order().database) as log:
        log.happened(Event.APPLY)
        log.happened(Event.UNDO)
    assert "under way" in order().apply().says
