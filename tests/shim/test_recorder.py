import threading

import pytest

from shim.exchange import Request, Response
from shim.messages import Asked, Begun, Ended, Gap, Lost, Route, Said, State
from shim.recorder import Counters, Recorder

ASK = Request("POST", "/v1/messages", (), b"x" * 100)
CALL = Request("POST", "https://x.example.test/", (), b"x" * 100)
ANSWER = Response(200, (), (b"y" * 100,))


class Notes:
    """A writer that keeps what it was told."""

    def __init__(self, counters, gate=None):
        self.counters, self.gate = counters, gate
        self.messages, self.closed = [], False

    def take(self, messages):
        if self.gate is not None:
            self.gate.wait(10)
        self.messages += messages

    def close(self):
        self.closed = True


def a_recorder(gate=None, **options):
    notes = []

    def make(counters):
        notes.append(Notes(counters, gate))
        return notes[0]

    recorder = Recorder(make, interval=0.001, **options)
    recorder.start()
    return recorder, notes


def test_what_is_offered_comes_in_order_on_another_thread():
    recorder, notes = a_recorder()
    recorder.state({"port": 1}, {}, 0.0)
    recorder.begin("a", Request("POST", "/"), 1.0)
    recorder.ask("a", ASK)
    recorder.say("a", "hi")
    recorder.begin_call("c", Request("POST", "/"), 2.0)
    recorder.ask_call("c", CALL)
    recorder.finish_call("c", ANSWER, 3.0)
    recorder.finish("a", ANSWER, 4.0, Route("POST /"))
    assert recorder.close()
    kinds = [type(message) for message in notes[0].messages]
    assert kinds == [State, Begun, Asked, Said, Begun, Asked, Ended, Ended]
    assert notes[0].closed
    assert not any(thread.name == "recorder" for thread in threading.enumerate())


def test_a_full_queue_drops_what_begins_and_counts_it():
    gate = threading.Event()
    recorder, notes = a_recorder(gate, messages=10)
    for number in range(100):
        recorder.begin(str(number), ASK, float(number))
    refused = recorder.counters.refused
    assert refused >= 80
    assert recorder.counters.adds_up
    gate.set()
    assert recorder.close()
    assert len(notes[0].messages) == 100 - refused


def test_bytes_are_bounded_too():
    gate = threading.Event()
    recorder, _ = a_recorder(gate, size=1000)
    for number in range(100):
        recorder.begin(str(number), ASK, float(number))
    assert recorder.counters.refused >= 80
    gate.set()
    recorder.close()


def test_an_exchange_that_cannot_end_in_the_queue_is_dropped_whole():
    gate = threading.Event()
    recorder, notes = a_recorder(gate, messages=3)
    for key in "abc":
        recorder.begin(key, ASK, 1.0)
    full = [key for key in "abc" if key in recorder.counters.unsettled]
    while recorder.counters.refused == 0:
        recorder.begin("more", ASK, 1.0)
    for key in full:
        recorder.finish(key, ANSWER, 2.0, Route())
    lost = {key for key in full if key not in recorder.counters.unsettled}
    assert recorder.counters.adds_up
    gate.set()
    recorder.close()
    assert {message.key for message in notes[0].messages if isinstance(message, Lost)} == lost


def test_calls_that_find_the_queue_full_are_told_as_one_gap():
    gate = threading.Event()
    recorder, notes = a_recorder(gate, messages=1)
    recorder.begin("a", ASK, 0.0)
    while recorder.counters.refused_calls < 50:
        recorder.begin_call(str(recorder.counters.calls), CALL, float(recorder.counters.calls))
    gate.set()
    recorder.close()
    gaps = [message for message in notes[0].messages if isinstance(message, Gap)]
    assert 1 <= len(gaps) <= 2
    assert gaps[-1].until == float(recorder.counters.calls - 1)


def test_what_never_began_does_not_end():
    recorder, notes = a_recorder()
    recorder.finish("a", ANSWER, 1.0, Route())
    recorder.finish_call("c", ANSWER, 1.0)
    recorder.say("a", "hi")
    recorder.close()
    assert notes[0].messages == []
    assert recorder.counters == Counters()


def test_a_writer_that_fails_gets_the_next_batch():
    class Failing(Notes):
        def take(self, messages):
            super().take(messages)
            if len(self.messages) == 1:
                raise RuntimeError

    made = []
    recorder = Recorder(lambda counters: made.append(Failing(counters)) or made[0], interval=0.001)
    recorder.start()
    recorder.begin("a", ASK, 1.0)
    while not made or not made[0].messages:
        threading.Event().wait(0.001)
    recorder.begin("b", ASK, 2.0)
    assert recorder.close()
    assert [message.key for message in made[0].messages] == ["a", "b"]


def test_closing_does_not_wait_for_ever():
    gate = threading.Event()
    recorder, _ = a_recorder(gate)
    recorder.begin("a", ASK, 1.0)
    assert recorder.close(timeout=0.05) is False
    gate.set()
    assert recorder.close()


@pytest.mark.parametrize(
    ("counters", "up"),
    [
        (Counters(seen=3, recorded=1, refused=1, unsettled={"a"}), True),
        (Counters(seen=3, recorded=1, refused=1), False),
        (Counters(seen=0, recorded=1), False),
    ],
)
def test_what_was_seen_adds_up_or_does_not(counters, up):
    assert counters.adds_up is up
