import pytest

from shim.store import Store
from shim.store.sessions import Standing


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "r.db") as opened:
        yield opened


def test_a_session_says_how_things_stand(store):
    number = store.sessions.begin(100.0)
    standing = Standing(seen=10, recorded=7, open=1, dropped={"queue full": 2}, calls=9, refused_calls=1, strays=3)
    store.sessions.tell(number, standing)
    (session,) = store.sessions.all()
    assert session.standing == standing
    assert session.standing.adds_up
    assert (session.began, session.ended, session.found) == (100.0, None, 0)


def test_a_session_that_ended_says_so(store):
    store.sessions.end(store.sessions.begin(1.0), 2.0)
    assert store.sessions.all()[0].ended == 2.0


@pytest.mark.parametrize("standing", [Standing(seen=1), Standing(seen=1, recorded=2), Standing(dropped={"x": 1})])
def test_what_does_not_add_up_is_said(standing):
    assert not standing.adds_up
