import pytest

from shim.store import Snapshot, Store


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "r.db") as opened:
        yield opened


def test_what_is_put_is_got(store):
    snapshot = Snapshot({"api-keys": ["a"], "port": 8317}, {"a.json": {"type": "claude"}}, 5.5)
    assert store.snapshots.get(store.snapshots.put(snapshot)) == snapshot


def test_equal_states_are_one(store):
    one = store.snapshots.put(Snapshot({"port": 1}, {}, 1.0))
    assert store.snapshots.put(Snapshot({"port": 2}, {}, 2.0)) != one
    assert store.snapshots.put(Snapshot({"port": 1}, {}, 3.0)) == one


def test_what_was_forgotten_is_looked_up_again(store):
    snapshot = Snapshot({"port": 1}, {})
    store.snapshots.put(snapshot)
    store.sql.execute("DELETE FROM snapshots")
    store.snapshots.forget()
    assert store.snapshots.get(store.snapshots.put(snapshot)) == snapshot


def test_a_state_that_is_not_there_is_named(store):
    with pytest.raises(KeyError, match="no snapshot 9"):
        store.snapshots.get(9)
