"""Who follows the recording goes on whatever the database says, and ends when told to."""

import signal
import sqlite3
import threading

from shim.stopping import follow, told_to_stop


class Stop(threading.Event):
    """Writes down rests instead of resting, and ends the following after some."""

    def __init__(self, after):
        super().__init__()
        self.rests, self._after = [], after

    def wait(self, timeout=None):
        self.rests.append(timeout)
        if len(self.rests) == self._after:
            self.set()
        return self.is_set()


def test_it_rests_only_where_there_was_nothing_to_do():
    steps = iter([3, 1, 0, 2, 0])
    stop = Stop(after=2)
    follow(lambda: next(steps), stop, 0.5, "me")
    assert stop.rests == [0.5, 0.5]
    assert list(steps) == []


def test_a_locked_recording_is_said_and_tried_again(capsys):
    def locked():
        raise sqlite3.OperationalError("database is locked")

    stop = Stop(after=2)
    follow(locked, stop, 0.5, "judge: mine.db")
    assert capsys.readouterr().err == "judge: mine.db: database is locked; trying again\n" * 2


def test_who_is_told_to_stop_takes_no_further_step():
    stop = Stop(after=9)

    def step():
        stop.set()
        return 1

    follow(step, stop, 0.5, "me")
    follow(lambda: 1 / 0, stop, 0.5, "me")
    assert stop.rests == []


def test_either_signal_tells_it():
    before = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        for name in before:
            stop = told_to_stop()
            assert not stop.is_set()
            signal.raise_signal(name)
            assert stop.is_set()
    finally:
        for name, taken in before.items():
            signal.signal(name, taken)
