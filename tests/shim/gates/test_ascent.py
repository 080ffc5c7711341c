"""The ascent: by gates alone from shadow to native, one family at a time, and again after another build."""

import signal
import threading

import pytest

from shim.build import build
from shim.flags.holds import Hold
from shim.flags.ledger import Ledger
from shim.flags.table import Scope, Value
from shim.gates import ascent
from shim.gates.ascent import ascend, follow, main
from shim.gates.climb import GateClosedError

CLAUDE, CHAT, MODELS = "POST /v1/messages", "POST /v1/chat/completions", "GET /v1/models"


pytestmark = pytest.mark.usefixtures("nothing_shipped")


@pytest.fixture
def climbs(scene, gates):
    def look():
        return [(str(c.scope), c.value) for c in ascend(scene.store, gates, clock=lambda: scene.now)]

    return look


def proven(scene, endpoint):
    scene.judge(scene.pass_by(10, endpoint=endpoint), subject="legacy")
    scene.clean(60, endpoint=endpoint)


def test_by_gates_alone_from_shadow_to_native(scene, climbs):
    scene.flag("shadow")
    proven(scene, CLAUDE)
    steps = []
    for _ in range(4):
        done = climbs()
        steps += done
        (flag,) = Ledger(scene.store.sql).table().flags
        scene.now = flag.at + 100
        scene.pass_by(30, mode="canary", began=scene.now)
        scene.pass_by(30, began=scene.now)
    assert [value for _, value in steps] == ["canary 1%", "canary 10%", "canary 50%", "native"]
    assert climbs() == []


def test_what_nobody_put_to_shadow_stays_the_legacys(scene, climbs):
    scene.pass_by(5)
    scene.flag("legacy", endpoint=CHAT)
    assert climbs() == []


def test_one_family_at_a_time(scene, climbs):
    for endpoint in (CLAUDE, CHAT, MODELS):
        scene.flag("shadow", endpoint=endpoint)
        proven(scene, endpoint)
    assert climbs() == [(CHAT, "canary 1%"), (CLAUDE, "canary 1%")]
    assert climbs() == []
    scene.flag("native", endpoint=CLAUDE)
    scene.flag("native", endpoint=CHAT)
    assert climbs() == [(MODELS, "canary 1%")]


def fallen(scene, build_):
    scene.flag("native", endpoint=CHAT)
    (flag,) = (flag for flag in Ledger(scene.store.sql).table().flags if flag.scope.endpoint == CHAT)
    hold = Hold(Scope(CHAT), Value.parse("legacy"), "native crashed", scene.now, build_)
    Ledger(scene.store.sql).put_down(flag, hold, who="guard")


def test_a_family_that_was_rolled_back_holds_no_other_up(scene, climbs):
    fallen(scene, build())
    scene.flag("shadow", endpoint=MODELS)
    proven(scene, MODELS)
    assert climbs() == [(MODELS, "canary 1%")]


def test_what_was_rolled_back_climbs_again_with_another_build(scene, climbs):
    fallen(scene, "0.0.1+older")
    assert climbs() == [(CHAT, "shadow")]
    assert Ledger(scene.store.sql).holds.all() == {}
    assert Ledger(scene.store.sql).history(1)[0].who == "auto-promote"


def test_it_follows_until_it_is_told_to_stop_whatever_the_database_says(scene, gates, monkeypatch, tmp_path):
    monkeypatch.setattr(ascent, "PACE", 0.001)
    stop = threading.Event()
    monkeypatch.setattr(ascent, "ascend", lambda *_: stop.set())
    follow(scene.path, gates, stop)
    assert stop.is_set()
    stop.clear()
    monkeypatch.setattr(ascent.log, "warning", lambda *_: stop.set())
    (tmp_path / "none.db").write_bytes(b"no database at all, and long enough to be read as one" * 9)
    follow(tmp_path / "none.db", gates, stop)


def test_the_process_takes_the_gates_it_is_told_and_ends_when_it_is_told_to(scene, monkeypatch, tmp_path):
    (tmp_path / "mine.yaml").write_text("selfsame: {judged: 7}")
    given = []
    monkeypatch.setattr(ascent, "follow", lambda *arguments: given.extend(arguments))
    before = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        assert main([str(scene.path), "--gates", str(tmp_path / "mine.yaml")]) == 0
        signal.raise_signal(signal.SIGTERM)
    finally:
        for name, taken in before.items():
            signal.signal(name, taken)
    path, gates, stop = given
    assert (path, gates.selfsame.judged, stop.is_set()) == (scene.path, 7, True)


def test_what_was_changed_while_it_looked_is_left_for_the_next_look(scene, climbs, monkeypatch):
    for endpoint in (CLAUDE, CHAT):
        scene.flag("shadow", endpoint=endpoint)
        proven(scene, endpoint)

    def refuse(*_, **__):
        raise GateClosedError("its flag was changed meanwhile")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(ascent, "promote", refuse)
        assert climbs() == []
    assert len(climbs()) == 2
