from contextlib import closing

import pytest
from sqlite_utils import Database

from shim.store.connection import connect
from shim.store.schema import migrations
from shim.store.words import WORDS

TABLES = {
    *("exchanges", "interactions", "bodies", "snapshots", "verdicts", "differences", "flags", "flag_history"),
    *("sessions", "cases", "runs", "dictionaries", "tallies", "verdict_tallies", "holds", "builds"),
}


@pytest.fixture
def sql(tmp_path):
    with closing(connect(tmp_path / "r.db")) as connection:
        yield connection


def test_every_table_of_the_design_is_there(sql):
    assert set(Database(sql).table_names()) >= TABLES


def test_every_reference_is_to_something_that_is_there(sql):
    for table in TABLES:
        for key in Database(sql)[table].foreign_keys:
            assert key.other_table in TABLES, key
            assert key.other_column in Database(sql)[key.other_table].columns_dict, key


def test_what_a_purge_looks_for_has_an_index(sql):
    indexed = {(table, index.columns[0]) for table in TABLES for index in Database(sql)[table].indexes}
    wanted = {("interactions", "exchange"), ("interactions", "request_body"), ("interactions", "response_body")}
    wanted |= {("verdicts", "exchange"), ("differences", "verdict"), ("bodies", "base"), ("exchanges", "began")}
    assert wanted <= indexed


def test_numbers_of_exchanges_are_never_used_again(sql):
    add = (
        "INSERT INTO exchanges (began, took, endpoint, provider, model, stream, mode, fallback, unjudgeable)"
        " VALUES (0, 0, '', '', '', 0, '', '', '')"
    )
    first = sql.execute(add).lastrowid
    sql.execute("DELETE FROM exchanges")
    assert sql.execute(add).lastrowid == first + 1


def test_a_database_carries_its_own_dictionary(sql):
    assert sql.execute("SELECT words FROM dictionaries").fetchall() == [(WORDS,)]


def test_steps_say_what_they_bring(sql):
    steps = [step.name for step in migrations.applied(Database(sql))]
    assert steps[:5] == ["recordings", "judgements", "flags", "tallies", "holds"]
