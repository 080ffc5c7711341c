import random

import pytest

from shim.exchange import Case, Exchange, Interaction, Request, Response, Run
from shim.store import DifferenceRow, Record, Snapshot, Store, Stray, VerdictRow
from shim.store.purge import purge, seconds, size


@pytest.fixture
def path(tmp_path):
    return tmp_path / "r.db"


def noise(count, seed=0):
    return random.Random(seed).randbytes(count)


def a_record(began, body, state=1):
    exchange = Exchange(Request("POST", "/", (), body), Response(200, (), (body[::-1],)))
    return Record(exchange, began=began, snapshot=Snapshot({"port": state}, {}))


def count(store, table):
    return store.sql.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_what_began_before_goes_with_all_that_hangs_on_it(path):
    with Store(path) as store:
        for began in range(10):
            number = store.exchanges.add(a_record(began, noise(1000, began), state=began))
            store.verdicts.add(
                VerdictRow(number, "different", 1.0, differences=(DifferenceRow("x", "s", "k", "1", "2"),))
            )
            store.exchanges.add_stray(Stray(Interaction(Request("GET", f"https://{began}"), None), began, 0.0))
    done = purge(path, before=7)
    assert (done.exchanges, done.bodies) == (7, 14)
    with Store(path) as store:
        assert [record.began for record in store.exchanges.all()] == [7, 8, 9]
        for table, left in (("verdicts", 3), ("differences", 3), ("interactions", 6), ("bodies", 6), ("snapshots", 3)):
            assert count(store, table) == left, table


def test_the_oldest_go_until_the_file_fits(path):
    with Store(path) as store:
        for began in range(60):
            store.exchanges.add(a_record(began, noise(20_000, began)))
    done = purge(path, max_size=1 << 20)
    assert done.before > 2 << 20
    assert path.stat().st_size == done.after <= 1 << 20
    with Store(path) as store:
        left = [record.began for record in store.exchanges.all()]
    assert left == list(range(60))[-len(left) :]
    assert len(left) > 10


def test_a_body_that_another_is_told_against_stays(path):
    conversation = b"".join(b'{"role": "user", "content": "%s"}, ' % noise(300, n).hex().encode() for n in range(30))
    bodies = [conversation[: 2000 + 600 * turn] for turn in range(20)]
    with Store(path) as store:
        for began, body in enumerate(bodies):
            exchange = Exchange(Request("POST", "/", (), body), None)
            store.exchanges.add(Record(exchange, began=began))
        assert store.sql.execute("SELECT max(depth) FROM bodies").fetchone()[0] >= 10
    purge(path, before=19)
    with Store(path) as store:
        (record,) = store.exchanges.all()
        assert record.exchange.request.body == bodies[-1]
    purge(path, before=20)
    with Store(path) as store:
        assert count(store, "bodies") == 0


def test_what_came_from_files_does_not_grow_old(path):
    with Store(path) as store:
        store.cases.put(Case("core", "a", {}, {}, (Run((a_record(0, b"x" * 600).exchange,)),)))
    assert purge(path, before=1e12).exchanges == 0
    with Store(path) as store:
        assert next(store.cases.stored()).runs[0].exchanges[0].request.body == b"x" * 600


def test_a_writer_does_not_count_on_what_was_purged(path):
    body = noise(400).hex().encode()
    with Store(path) as writer:
        with writer.transaction():
            writer.exchanges.add(a_record(0, body))
        purge(path, before=1)
        with writer.transaction():
            number = writer.exchanges.add(a_record(2, body))
        assert writer.exchanges.get(number).exchange.request.body == body


@pytest.mark.parametrize(
    ("text", "value"), [("30d", 2_592_000), ("12h", 43_200), ("1.5 m", 90), ("10s", 10), ("1w", 604_800)]
)
def test_a_span_is_read(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("2GB", 2 << 30), ("500M", 500 << 20), ("1.5k", 1536), ("7", 7), ("1GiB", 1 << 30)]
)
def test_a_size_is_read(text, value):
    assert size(text) == value


@pytest.mark.parametrize("read", [seconds, size])
def test_what_is_neither_is_refused(read):
    with pytest.raises(ValueError, match="write a number"):
        read("a lot")
