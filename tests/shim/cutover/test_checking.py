"""What stands in the way is looked for everywhere it can lie, and what cannot be told stands there too."""

import json

import pytest

from shim.cutover.checking import check
from shim.cutover.obstacles import Kind
from shim.cutover.place import Place
from shim.cutover.waivers import Waivers
from shim.gates.gates import Gates
from shim.store.sessions import Standing
from shim.store.store import Store

NOW = 1_700_000_000.0
LOG_IN = {"type": "no-such-provider", "refresh_token": "secret"}


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "recordings.db") as opened:
        yield opened


@pytest.fixture
def config(tmp_path):
    (tmp_path / "logins").mkdir()
    file = tmp_path / "config.yaml"
    file.write_text("port: 8317\nauth-dir: logins\n")
    return file


def found(store, config=None):
    """What stands in the way beside endpoints that nobody asked for, by kind and name."""
    told = check(store, Place(config), Gates(), [], now=NOW)
    return [(one.kind, one.name) for one in told if one.kind is not Kind.UNSEEN and one.stands]


def a_session(store, found=0, **counts):
    with store.transaction():
        number = store.sessions.begin(NOW)
        store.sessions.tell(number, Standing(**counts))
        store.sql.execute("UPDATE sessions SET found = ? WHERE id = ?", (found, number))


def test_of_a_good_configuration_and_no_traffic_only_what_was_never_seen_stands(store, config):
    assert found(store, config) == []
    assert any(one.kind is Kind.UNSEEN for one in check(store, Place(config), Gates(), [], now=NOW))


def test_a_log_in_beside_the_configuration_is_found_where_that_says(store, config):
    (config.parent / "logins" / "mine.json").write_text(json.dumps(LOG_IN))
    assert found(store, config) == [(Kind.CREDENTIAL, "mine.json")]


def test_what_somebody_waived_stands_no_more_and_is_still_told(store, config):
    (config.parent / "logins" / "mine.json").write_text(json.dumps(LOG_IN))
    Waivers(store.sql).waive("mine.json", who="ann", why="nobody uses it")
    assert found(store, config) == []
    (told,) = [one for one in check(store, Place(config), Gates(), [], now=NOW) if one.kind is Kind.CREDENTIAL]
    assert told.waiver.why == "nobody uses it"


@pytest.mark.parametrize("text", [b"port: [", b"\xff\xfe", b"- a list", b"port: many"])
def test_a_configuration_that_cannot_be_read_stands_in_the_way_and_breaks_nothing(store, config, text):
    config.write_bytes(text)
    assert found(store, config)


def test_a_configuration_that_is_not_known_or_not_there_cannot_be_told(store, tmp_path):
    assert found(store)
    assert found(store, tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("counts", "stands"),
    [
        ({"seen": 2, "recorded": 1, "open": 1}, False),
        ({"seen": 3, "recorded": 1, "dropped": {"full": 2}}, False),
        ({"seen": 2, "recorded": 1}, True),
        ({"seen": 1, "recorded": 1, "found": 2}, True),
    ],
)
def test_counts_that_do_not_add_up_stand_in_the_way(store, config, counts, stands):
    a_session(store, **counts)
    assert found(store, config) == ([(Kind.COUNTS, "session 1")] if stands else [])
