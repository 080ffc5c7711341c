"""Tallies: whatever happens to the rows, they say what counting the rows would."""

from collections import Counter
from dataclasses import astuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from shim.exchange import Case, Exchange, Request, Response, Run
from shim.store import Record, Store, VerdictRow
from shim.store.connection import connect
from shim.store.purge import purge
from shim.store.schema import migrations

ENDPOINTS = ("POST /v1/messages", "GET /v1/models")

records = st.builds(
    lambda endpoint, provider, stream, mode, fault, unjudgeable, began: Record(
        Exchange(Request("POST", "/"), Response(200, (), (b"x",), (0.25,)), mode=mode, unjudgeable=unjudgeable),
        began=began,
        endpoint=endpoint,
        provider=provider,
        stream=stream,
        fault=fault,
    ),
    st.sampled_from(ENDPOINTS),
    st.sampled_from(["claude", "lab"]),
    st.booleans(),
    st.sampled_from(["legacy", "canary", "native"]),
    st.sampled_from(["", "crash"]),
    st.sampled_from(["", "ambiguous"]),
    st.integers(0, 20).map(float),
)
verdicts = st.tuples(
    st.integers(0, 9),
    st.sampled_from(["native", "legacy", "reverse"]),
    st.sampled_from(["a", "b"]),
    st.sampled_from(["identical", "different", "unjudged"]),
)
actions = st.lists(
    st.one_of(
        st.tuples(st.just("add"), records),
        st.tuples(st.just("verdict"), verdicts),
        st.tuples(st.just("purge"), st.integers(0, 20)),
        st.tuples(st.just("import"), st.sampled_from(["one", "two"])),
    ),
    max_size=25,
)


def act(path, store, action, given_):
    match action:
        case "add":
            store.exchanges.add(given_, session=1)
        case "import":
            store.cases.put(Case("core", given_, {}, {}, (Run((Exchange(Request("POST", "/v1/messages"), None),)),)))
        case "purge":
            purge(path, before=float(given_))
        case "verdict":
            at, subject, build, level = given_
            ids = [row[0] for row in store.sql.execute("SELECT id FROM exchanges ORDER BY id")]
            if ids:
                reason = "ambiguous" if level == "unjudged" else ""
                store.verdicts.add(VerdictRow(ids[at % len(ids)], level, float(at), subject, build, reason=reason))


def recounted(sql):
    exchanges = sql.execute(
        "SELECT endpoint, provider, stream, mode, fault, unjudgeable, count(*) FROM exchanges WHERE run IS NULL"
        " GROUP BY 1, 2, 3, 4, 5, 6"
    ).fetchall()
    judged = sql.execute(
        "SELECT endpoint, provider, stream, mode, subject, build, level, reason, count(*)"
        " FROM verdicts v JOIN exchanges e ON e.id = v.exchange WHERE run IS NULL"
        " AND v.id IN (SELECT max(id) FROM verdicts GROUP BY exchange, subject) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"
    ).fetchall()
    return Counter(exchanges), Counter(judged)


def told(store):
    return (
        Counter(astuple(tally) for tally in store.tallies.exchanges()),
        Counter(astuple(tally) for tally in store.tallies.verdicts()),
    )


def newest_disagree(sql):
    """Exchanges that remember another verdict than their newest of the subjects that compare native."""
    return sql.execute(
        "SELECT e.id FROM exchanges e LEFT JOIN verdicts v ON v.id = (SELECT max(id) FROM verdicts"
        " WHERE exchange = e.id AND subject IN ('native', 'reverse'))"
        " WHERE (e.judged_build, e.judged_level, ifnull(e.judged_at, -1))"
        " <> (ifnull(v.build, ''), ifnull(v.level, ''), ifnull(v.judged, -1))"
    ).fetchall()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    path = tmp_path_factory.mktemp("tallies") / "r.db"
    with Store(path) as store:
        store.sessions.begin(0.0)
        yield path, store


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions)
def test_any_sequence_of_writes_and_purges_is_counted_as_a_recount_would(lasting, done):
    path, store = lasting
    for table in ("differences", "verdicts", "exchanges", "runs", "cases", "interactions"):
        store.sql.execute(f"DELETE FROM {table}")
    assert told(store) == (Counter(), Counter())
    for action, given_ in done:
        act(path, store, action, given_)
    assert told(store) == recounted(store.sql)
    assert newest_disagree(store.sql) == []
    (session,) = store.sessions.all()
    assert session.found == store.sql.execute("SELECT count(*) FROM exchanges WHERE session = 1").fetchone()[0]


def test_what_was_recorded_before_there_were_tallies_is_counted(tmp_path):
    path = tmp_path / "r.db"
    sql = connect(path)
    db = Database(sql)
    for table in db.table_names():
        if not table.startswith("sqlite_"):
            db[table].drop()
    db.execute("DROP VIEW placed_verdicts")
    migrations.apply(db, stop_before="tallies")
    sql.execute("INSERT INTO sessions (began) VALUES (0)")
    for fallback in ("", "native failed", "native cannot be reached: refused"):
        sql.execute(
            "INSERT INTO exchanges (session, began, took, endpoint, provider, model, stream, mode, fallback,"
            " unjudgeable) VALUES (1, 0, 1, 'e', 'p', 'm', 1, 'legacy', ?, '')",
            (fallback,),
        )
    sql.execute(
        "INSERT INTO interactions (exchange, side, position, began, took, method, url, request_headers, times)"
        " VALUES (1, 'client', 0, 0, 1, 'POST', '/', '', '[250000, 10]')"
    )
    for build, level in (("a", "different"), ("b", "identical")):
        sql.execute(
            "INSERT INTO verdicts (exchange, subject, build, judged, took, level, sent, reason, detail, rules, noise)"
            " VALUES (1, 'native', ?, 7, 0, ?, '', '', '', '', '')",
            (build, level),
        )
    migrations.apply(db)
    with Store(path) as store:
        assert told(store) == recounted(store.sql)
        assert newest_disagree(store.sql) == []
        assert store.sql.execute("SELECT first, fault FROM exchanges").fetchall() == [
            (0.25, ""),
            (None, "failed"),
            (None, "crash"),
        ]
        assert store.sessions.all()[0].found == 3
    sql.close()


def test_the_time_to_the_first_byte_is_kept_where_there_was_one(tmp_path):
    with Store(tmp_path / "r.db") as store:
        for answer in (None, Response(200), Response(200, (), (b"a", b"b"), (0.5, 0.75))):
            store.exchanges.add(Record(Exchange(Request("GET", "/"), answer)))
        assert store.sql.execute("SELECT first FROM exchanges").fetchall() == [(None,), (None,), (0.5,)]
