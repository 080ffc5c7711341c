import threading

from native.logs import writer as writing
from native.logs.writer import Writer


def test_jobs_are_done_one_after_the_other_and_an_end_waits_for_all():
    writer, done = Writer(), []
    for n in range(50):
        assert writer.put(lambda n=n: done.append(n), 1)
    writer.close()
    assert done == list(range(50))
    assert not writer.busy


def test_no_thread_runs_before_there_is_anything_to_write():
    writer = Writer()
    assert not writer.busy
    writer.close()


def test_what_there_is_no_room_for_is_dropped_and_counted(monkeypatch):
    monkeypatch.setattr(writing, "MOST_BYTES", 10)
    writer, gate, done = Writer(), threading.Event(), []
    assert writer.put(gate.wait, 6)
    assert not writer.put(lambda: done.append("too much"), 6)
    assert writer.put(lambda: done.append("small"), 3)
    gate.set()
    writer.close()
    assert (done, writer.dropped) == (["small"], 1)


def test_a_disk_that_cannot_be_written_is_said_once_and_stops_nothing(caplog):
    def fail():
        raise OSError("no space")

    writer, done = Writer(), []
    for job in (fail, fail, lambda: done.append(1)):
        writer.put(job, 1)
    writer.close()
    assert done == [1]
    assert caplog.text.count("no space") == 1
