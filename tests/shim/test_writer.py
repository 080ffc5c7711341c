import sqlite3
import stat
from contextlib import closing

import orjson
import pytest

from shim.exchange import Request, Response
from shim.messages import Begun, Ended, Gap, Lost, Route, Said, State
from shim.recorder import Counters
from shim.redact import Redactor
from shim.store import Store
from shim.tape import Cut
from shim.writer import PATIENT, StoreWriter, recorder

KEY, UPSTREAM, MAIL = "sk-client-secret-1", "sk-ant-api03-upstream-secret", "somebody@example.test"
SECRETS = (KEY, UPSTREAM, MAIL, "sk-ant-ort01-refresh", "cookie-secret", "query-secret-1", "fresh-token-from-refresh")


def a_state(at=0.0):
    files = {f"claude-{MAIL}.json": {"email": MAIL, "refresh_token": "sk-ant-ort01-refresh"}}
    return State({"api-keys": [KEY], "claude-api-key": [{"api-key": UPSTREAM}]}, files, at)


def an_ask(key, at=1.0, text="hello"):
    body = orjson.dumps({"messages": [{"role": "user", "content": f"{text}, I am {MAIL}"}]})
    headers = (("Authorization", f"Bearer {KEY}"), ("Cookie", "session=cookie-secret"))
    return Begun(key, Request("POST", "/v1/messages?key=query-secret-1", headers, body), at, call=False)


def a_call(key, at=1.1, text="hello"):
    body = orjson.dumps({"messages": [{"role": "user", "content": f"{text}, I am {MAIL}"}]})
    return Begun(
        key, Request("POST", "https://api.example.test/v1/messages", (("x-api-key", UPSTREAM),), body), at, call=True
    )


def an_end(key, at=2.0, *, call=False, text="hi", **more):
    answer = orjson.dumps({"text": text, "access_token": "fresh-token-from-refresh"})
    return Ended(key, Response(200, (), (answer[:10], answer[10:]), (0.1, 0.2)), at, call, **more)


class Clocked:
    """A writer with its own time, told as the recorder would."""

    def __init__(self, path, **options):
        self.now = 10.0
        self.path, self.counters = path, Counters()
        self.writer = StoreWriter(path, self.counters, Redactor(b"k" * 32), clock=lambda: self.now, **options)

    def take(self, *messages):
        for message in messages:
            if isinstance(message, Begun) and not message.call:
                self.counters.seen += 1
                self.counters.unsettled.add(message.key)
        self.writer.take(list(messages))

    def one(self, key="a"):
        call = f"call of {key}"
        self.take(
            an_ask(key), a_call(call), an_end(call, 1.5, call=True), an_end(key, route=Route("POST /v1/messages"))
        )

    def records(self):
        with Store(self.path, read_only=True) as store:
            return list(store.exchanges.all())


@pytest.fixture
def told(tmp_path):
    clocked = Clocked(tmp_path / "r.db")
    clocked.take(a_state())
    yield clocked
    clocked.writer.close()


def test_an_exchange_is_written_with_its_four_sides_and_its_state(told):
    told.one()
    (record,) = told.records()
    exchange = record.exchange
    assert exchange.response.status == 200
    assert len(exchange.response.chunks[0]) == 10
    assert exchange.response.times == (0.1, 0.2)
    assert [call.request.url for call in exchange.upstream] == ["https://api.example.test/v1/messages"]
    assert record.upstream_times == ((1.1, pytest.approx(0.4)),)
    assert (record.began, record.took, record.endpoint, record.provider) == (
        1.0,
        1.0,
        "POST /v1/messages",
        "api.example.test",
    )
    assert record.snapshot.config["api-keys"][0] in exchange.request.headers[0][1]
    assert told.counters.recorded == 1
    assert told.counters.adds_up


def test_no_secret_is_in_any_file(told):
    told.one()
    told.writer.close()
    raw = b"".join(file.read_bytes() for file in told.path.parent.iterdir())
    with closing(sqlite3.connect(told.path)) as sql, Store(told.path) as store:
        bodies = [store.bodies.get(number) for (number,) in sql.execute("SELECT id FROM bodies")]
        packed = sql.execute("SELECT request_headers, coalesce(response_headers, request_headers) FROM interactions")
        unpacked = [store.bodies.short_back(data) for row in packed for data in row]
        plain = "\n".join(sql.iterdump()).encode()
    everything = b"\n".join((raw, plain, *bodies, *unpacked))
    assert b"hello, I am" in everything
    assert [secret for secret in SECRETS if secret.encode() in everything] == []


def test_a_redactor_that_fails_drops_the_record_and_lets_nothing_through(told, monkeypatch, caplog):
    def fail(_):
        raise RuntimeError(KEY)

    monkeypatch.setattr(told.writer._redactor, "record", fail)
    told.one("a")
    monkeypatch.undo()
    assert KEY not in caplog.text
    told.one("b")
    assert [record.exchange.id for record in told.records()] == ["1"]
    assert told.counters.dropped == {"not redacted": 1}
    assert told.counters.adds_up


def test_under_a_state_that_cannot_be_redacted_nothing_is_kept(told):
    told.take(State({"api-keys": [KEY]}, {3: "no name"}, 5.0))
    told.one()
    assert told.records() == []
    assert told.counters.dropped == {"not redacted": 1}
    told.take(a_state(6.0))
    told.one("b")
    assert len(told.records()) == 1


def test_a_body_that_cannot_be_looked_into_ends_nothing(told):
    bomb = Ended("a", Response(200, (("Content-Encoding", "gzip"),), (b"no gzip at all",)), 2.0, call=False)
    told.take(an_ask("a"), bomb)
    told.one("b")
    assert len(told.records()) == 1
    assert told.counters.dropped == {"not redacted": 1}


def test_an_exchange_that_cannot_be_stored_ends_nothing_of_its_batch(told):
    broken = Begun("broken", Request("GET", "/\ud800"), 1.0, call=False)
    told.take(broken, an_end("broken"), an_ask("b", 3.0), an_end("b", 4.0))
    assert [record.began for record in told.records()] == [3.0]
    assert sum(told.counters.dropped.values()) == 1
    assert told.counters.adds_up


def test_the_state_is_the_one_that_the_exchange_began_in(told):
    changed = a_state(5.0)
    changed.config["port"] = 1
    told.take(changed, an_ask("before", 4.9), an_end("before", 5.5), an_ask("after", 6.0), an_end("after", 6.5))
    assert ["port" in record.snapshot.config for record in told.records()] == [False, True]


def test_a_state_from_the_future_holds_from_now_on(told):
    told.now = 20.0
    changed = a_state(1e9)
    changed.config["port"] = 1
    told.take(changed, an_ask("before", 19.0), an_end("before", 19.5), an_ask("after", 21.0), an_end("after", 22.0))
    assert ["port" in record.snapshot.config for record in told.records()] == [False, True]


def test_the_state_is_looked_for_before_what_happened_in_it(tmp_path):
    states = iter([a_state(), None, None, None])
    told = Clocked(tmp_path / "r.db", look=lambda: next(states))
    told.one()
    told.writer.close()
    assert told.records()[0].snapshot is not None


def test_what_nobody_said_is_read_off_the_exchange(told):
    asked = Request("POST", "/v1/chat/completions", (), b'{"model": "lab-large", "stream": true}')
    told.take(Begun("a", asked, 1.0, call=False), an_end("a"))
    (record,) = told.records()
    assert (record.endpoint, record.model, record.stream) == ("POST /v1/chat/completions", "lab-large", True)


@pytest.mark.parametrize(
    ("end", "why"),
    [
        ({"response_cut": Cut(10**9, b"h" * 16)}, "truncated"),
        ({"route": Route(left=True)}, "the client left before the answer"),
        ({}, ""),
    ],
)
def test_what_is_no_evidence_says_why(told, end, why):
    told.take(an_ask("a"), an_end("a", **end))
    assert told.records()[0].exchange.unjudgeable == why


def test_lost_calls_leave_no_evidence(told):
    told.take(an_ask("a"), a_call("c"), Lost("c", call=True), an_end("a"))
    told.take(an_ask("b", 3.0), Gap(3.1, 3.2), an_end("b", 4.0))
    assert [record.exchange.unjudgeable for record in told.records()] == ["upstream unseen"] * 2


def test_a_lost_exchange_is_forgotten(told):
    told.take(an_ask("a"))
    told.counters.refused += 1
    told.counters.unsettled.discard("a")
    told.take(Lost("a", call=False), an_end("a"))
    assert told.records() == []
    assert told.counters.adds_up


def test_a_call_of_nobody_is_kept_and_counted(told):
    told.take(a_call("refresh"), an_end("refresh", 1.5, call=True))
    with Store(told.path, read_only=True) as store:
        assert len(list(store.exchanges.strays())) == 1
    assert told.counters.strays == 1


def test_a_message_that_cannot_be_taken_in_ends_nothing(told):
    told.take(an_ask("a"), Said("a", None), an_ask("b", 3.0), an_end("b", 4.0))
    assert [record.began for record in told.records()] == [3.0]
    assert told.counters.dropped == {"failed": 1}


def test_a_locked_database_is_waited_for(told):
    told.one("a")
    told.writer._store.sql.execute("PRAGMA busy_timeout = 1")
    with closing(sqlite3.connect(told.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        told.one("b")
        assert told.counters.recorded == 1
        assert told.counters.adds_up
        other.execute("ROLLBACK")
    told.take()
    assert told.counters.recorded == 2
    assert len(told.records()) == 2


def test_what_waits_too_long_for_a_full_disk_is_dropped_and_counted(told):
    told.one("a")
    (pages,) = told.writer._store.sql.execute("PRAGMA page_count").fetchone()
    told.writer._store.sql.execute(f"PRAGMA max_page_count = {pages}")
    for number in range(300):
        told.one(f"b{number}")
    kept = told.counters.recorded
    assert kept < 301
    told.now += PATIENT + 1
    told.take()
    told.writer._store.sql.execute("PRAGMA max_page_count = 1000000")
    told.one("c")
    assert told.counters.recorded == kept + 1
    assert told.counters.dropped == {"disk refused": 301 - kept}
    assert told.counters.adds_up


def test_a_disk_that_cannot_be_opened_is_tried_again(tmp_path):
    folder = tmp_path / "not yet"
    folder.write_text("a file in the way")
    told = Clocked(folder / "r.db")
    told.one()
    assert told.counters.recorded == 0
    folder.unlink()
    told.take()
    assert told.counters.recorded == 1
    told.writer.close()


def test_a_session_says_what_became_of_what_was_seen(told):
    told.one("a")
    told.take(an_ask("open"))
    told.take()
    with Store(told.path, read_only=True) as store:
        (session,) = store.sessions.all()
    assert (session.standing.seen, session.standing.recorded, session.standing.open, session.found) == (2, 1, 1, 1)
    assert session.standing.adds_up
    assert session.ended is None
    told.writer.close()
    with Store(told.path, read_only=True) as store:
        assert store.sessions.all()[0].ended == 10.0


def test_a_recorder_of_ones_own_keeps_its_key_beside_the_database(tmp_path):
    made = recorder(tmp_path / "new" / "r.db", interval=0.01)
    made.start()
    made.begin("a", Request("GET", "/v1/models"), 1.0)
    made.finish("a", Response(200, (), (b"{}",)), 2.0, Route("GET /v1/models"))
    assert made.close()
    assert made.counters.recorded == 1
    key = tmp_path / "new" / "redaction.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with Store(tmp_path / "new" / "r.db", read_only=True) as store:
        assert store.exchanges.get(1).endpoint == "GET /v1/models"
