import sqlite3
from contextlib import suppress

import pytest

from shim.exchange import Exchange, Request
from shim.store import Record, Snapshot, Store

RECORD = Record(Exchange(Request("POST", "/", (), b"x" * 600), None), snapshot=Snapshot({"port": 1}, {}))


def test_what_is_written_together_is_written_or_not(tmp_path):
    with Store(tmp_path / "r.db") as store:
        with suppress(RuntimeError), store.transaction():
            store.exchanges.add(RECORD)
            raise RuntimeError
        assert list(store.exchanges.all()) == []
        with store.transaction():
            store.exchanges.add(RECORD)
        (record,) = store.exchanges.all()
        assert (record.exchange.request.body, record.snapshot) == (b"x" * 600, RECORD.snapshot)


def test_a_second_writer_waits_its_time_and_says_so(tmp_path):
    with Store(tmp_path / "r.db") as one, Store(tmp_path / "r.db", busy=0.01) as other, one.transaction():
        with pytest.raises(sqlite3.OperationalError, match="locked"), other.transaction():
            pass
        assert list(other.exchanges.all()) == []


def test_a_reader_sees_what_was_there_when_it_looked(tmp_path):
    with Store(tmp_path / "r.db") as writer, Store(tmp_path / "r.db", read_only=True) as reader:
        with writer.transaction():
            number = writer.exchanges.add(RECORD)
            assert list(reader.exchanges.all()) == []
        assert reader.exchanges.get(number).exchange.request == RECORD.exchange.request
