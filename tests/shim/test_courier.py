"""What passes between the recorder's two processes arrives as it was, and what dies is counted."""

import io
import sys

import pytest

from shim.courier import Courier, pack, receive, send, serve, unpack
from shim.exchange import Request, Response
from shim.messages import Asked, Begun, Ended, Gap, Lost, Route, Said, State
from shim.recorder import Counters, Recorder
from shim.store import Store
from shim.tape import Cut

REQUEST = Request("POST", "/v1/messages", (("a", "1"), ("b", "2")), b"{}", ("frame",))
RESPONSE = Response(200, (("c", "3"),), (b"one", b"two"), (0.5, 1.5), complete=False)
MESSAGES = [
    Begun("k", REQUEST, 5.0, call=False),
    Begun("c", Request("GET", "https://x/", ()), 5.5, call=True),
    Asked("k", REQUEST, call=False),
    Said("k", "frame"),
    Ended("k", RESPONSE, 6.0, False, Route("POST /v1/messages", "native", left=True), REQUEST, None, Cut(9, b"x" * 16)),
    Ended("c", None, 6.0, True),
    Lost("k", call=True),
    Gap(1.0, 2.0),
    State({"port": 1, "keys": ["a", {"b": None}]}, {"f.json": {"n": 1.5}}, 7.0),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_arrives_as_it_was(message):
    stream = io.BytesIO()
    send(stream, pack(message))
    stream.seek(0)
    assert unpack(receive(stream)) == message


def test_an_end_within_a_value_is_an_end():
    stream = io.BytesIO()
    send(stream, "value")
    for size in range(len(stream.getvalue())):
        with pytest.raises(EOFError):
            receive(io.BytesIO(stream.getvalue()[:size]))


class Settling:
    """A writer that has everything recorded at once."""

    def __init__(self, counters):
        self.counters, self.taken = counters, []

    def take(self, messages):
        self.taken += messages
        for message in messages:
            if isinstance(message, Ended) and not message.call:
                self.counters.recorded += 1
                self.counters.unsettled.discard(message.key)

    def close(self):
        self.counters.strays += 2


def test_the_other_side_takes_batches_and_says_what_became_of_them():
    source, sink, counters = io.BytesIO(), io.BytesIO(), Counters()
    send(source, ((3, 1, 2, 0), [pack(message) for message in MESSAGES]))
    send(source, ((4, 1, 2, 0), []))
    source.seek(0)
    writer = Settling(counters)
    serve(writer, counters, source, sink)
    sink.seek(0)
    assert [receive(sink) for _ in range(3)] == [(1, {}, 0, ["k"]), (0, {}, 0, []), (0, {}, 2, [])]
    assert writer.taken == MESSAGES
    assert (counters.seen, counters.refused, counters.calls) == (4, 1, 2)


def an_exchange(recorder, key):
    recorder.begin(key, REQUEST, 5.0)
    recorder.finish(key, RESPONSE, 6.0, Route("POST /v1/messages"), request=REQUEST)


def test_exchanges_reach_the_database_through_the_other_process(tmp_path):
    path = tmp_path / "r.db"
    recorder = Recorder(
        lambda counters: Courier(counters, [sys.executable, "-m", "shim.courier", str(path)]), interval=0.01
    )
    recorder.start()
    for number in range(3):
        an_exchange(recorder, f"k{number}")
    assert recorder.close(60)
    assert (recorder.counters.recorded, recorder.counters.unsettled) == (3, set())
    assert recorder.counters.adds_up
    with Store(path, read_only=True) as store:
        assert store.sql.execute("SELECT count(*) FROM exchanges").fetchone() == (3,)


def test_a_writer_that_dies_costs_what_it_had_and_another_takes_its_place(monkeypatch):
    monkeypatch.setattr("shim.courier.PAUSE", 0.0)
    counters = Counters()
    courier = Courier(counters, [sys.executable, "-c", "import sys; sys.stdin.buffer.read(9)"])
    counters.seen, counters.unsettled = 1, {"k"}
    courier.take(MESSAGES[:1])
    assert counters.given_up == {"recorder died": 1}
    assert counters.adds_up
    courier.take([])
    assert courier._process is not None
    courier.close()


def test_without_another_process_what_comes_is_counted_as_lost():
    counters = Counters(seen=1, unsettled={"k"})
    courier = Courier(counters, ["/no/such/program"])
    courier.take(MESSAGES[:1])
    assert counters.given_up == {"recorder died": 1}
    assert counters.adds_up
    courier.close()
