from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shim.exchange import Exchange, Interaction, Request, Response
from shim.store import Record, Snapshot, Store, Stray
from shim.tape import Cut

words = st.text(st.characters(codec="utf-8"), max_size=12)
headers = st.lists(st.tuples(words, words), max_size=3).map(tuple)
moments = st.lists(st.integers(0, 10**9), max_size=3).map(lambda ticks: tuple(tick / 1e6 for tick in sorted(ticks)))
requests = st.builds(Request, words, words, headers, st.binary(max_size=50))
sockets = st.builds(Request, words, words, headers, st.just(b""), st.lists(words, min_size=1, max_size=3).map(tuple))
chunks = st.lists(st.binary(max_size=20), max_size=4).map(tuple)
responses = st.builds(
    Response, st.integers(100, 599), headers, chunks, moments, st.booleans(), st.sampled_from([0.0, 1.5])
)
calls = st.builds(Interaction, requests, st.none() | responses)
exchanges = st.builds(
    Exchange,
    requests | sockets,
    st.none() | responses,
    st.lists(calls, max_size=3).map(tuple),
    unjudgeable=st.sampled_from(["", "ambiguous"]),
    mode=st.sampled_from(["legacy", "native", "canary"]),
)
snapshots = st.builds(Snapshot, st.just({"api-keys": ["x"]}), st.just({"a.json": {"type": "claude"}}), st.just(5.0))


@st.composite
def records(draw):
    exchange = draw(exchanges)
    return Record(
        exchange,
        began=draw(st.integers(0, 10**9)) / 8,
        took=draw(st.integers(0, 1000)) / 8,
        endpoint=draw(words),
        provider=draw(words),
        model=draw(words),
        stream=draw(st.booleans()),
        fallback=draw(words),
        fault=draw(words),
        snapshot=draw(st.none() | snapshots),
        upstream_times=tuple((float(at), 0.5) for at in range(len(exchange.upstream))),
    )


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "r.db") as opened:
        yield opened


def an_exchange(url="/v1/messages", **changes):
    return Exchange(Request("POST", url, (("a", "b"),), b"{}"), Response(200, (), (b"{}",)), **changes)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    with Store(tmp_path_factory.mktemp("db") / "r.db") as opened:
        yield opened


@settings(max_examples=150, deadline=None)
@given(record=records())
def test_what_is_written_is_read(lasting, record):
    with lasting.transaction():
        number = lasting.exchanges.add(record)
    lasting.bodies.forget()
    assert lasting.exchanges.get(number) == replace(record, exchange=replace(record.exchange, id=str(number)))


def test_an_exchange_that_is_not_there_is_named(store):
    with pytest.raises(KeyError, match="no exchange 7"):
        store.exchanges.get(7)


def test_exchanges_are_read_oldest_first_and_the_newest_few_of_them(store):
    for number in range(5):
        store.exchanges.add(Record(an_exchange(f"/{number}"), endpoint="GET /"))
    assert [record.exchange.request.url for record in store.exchanges.all()] == ["/0", "/1", "/2", "/3", "/4"]
    newest = store.exchanges.all("endpoint = ?", ("GET /",), newest=2)
    assert [record.exchange.request.url for record in newest] == ["/3", "/4"]


def test_a_call_that_belongs_to_nobody_is_kept_apart(store):
    stray = Stray(Interaction(Request("POST", "https://x.example.test/token"), Response(200)), 10.0, 0.5)
    store.exchanges.add(Record(an_exchange()))
    store.exchanges.add_stray(stray)
    assert list(store.exchanges.strays()) == [stray]
    assert next(store.exchanges.all()).exchange.upstream == ()


def test_a_cut_body_is_kept_as_head_size_and_hash(store):
    record = Record(an_exchange(unjudgeable="truncated"), cuts={"response": Cut(10**8, b"h" * 16)})
    number = store.exchanges.add(record)
    assert store.exchanges.get(number).exchange.response.body == b"{}"
    assert store.sql.execute("SELECT size, data FROM bodies WHERE codec = 'head'").fetchall() == [(10**8, b"{}")]


def test_an_equal_state_is_one_row(store):
    for _ in range(3):
        store.exchanges.add(Record(an_exchange(), snapshot=Snapshot({"port": 1}, {})))
    store.exchanges.add(Record(an_exchange(), snapshot=Snapshot({"port": 2}, {})))
    assert store.sql.execute("SELECT count(*) FROM snapshots").fetchone() == (2,)


def test_texts_that_are_no_unicode_are_refused_as_a_whole(store):
    with pytest.raises(ValueError, match="surrogates"), store.transaction():
        store.exchanges.add(Record(an_exchange("/\ud800")))
    assert list(store.exchanges.all()) == []
