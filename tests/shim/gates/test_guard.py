"""The guard: each breach, in each state and circumstance, has its flag down at the next look, and keeps it there."""

import signal
import threading
from itertools import product

import pytest

from shim.build import build
from shim.flags.holds import Hold
from shim.flags.ledger import Ledger
from shim.flags.table import EVERY, Scope, Value
from shim.gates.breach import Event, lands
from shim.gates.gates import Breach, Gates
from shim.gates.guard import Guard, follow, main
from shim.gates.webhook import Webhook
from shim.store.purge import purge

CLAUDE = "POST /v1/messages"
CHAT = "POST /v1/chat/completions"
GATES = Gates()


def crash(scene):
    scene.pass_by(1, fault="crash")


def absent(scene):
    scene.now += 90
    scene.pass_by(1, fault="absent")


def many_errors(scene):
    scene.pass_by(3, mode="canary", fault="error")


def many_differences(scene):
    scene.judge(scene.pass_by(4), "different")


def errors(scene):
    scene.pass_by(40, mode="canary")
    scene.pass_by(4, fault="failed")


def differences(scene):
    scene.clean(50)
    scene.judge(scene.pass_by(5, mode="canary"), "different", subject="reverse")


def latency(scene):
    scene.pass_by(60)
    scene.pass_by(60, mode="canary", took=9.0)


EVENTS = {
    Event.CRASH: crash,
    Event.ABSENT: absent,
    Event.MANY_ERRORS: many_errors,
    Event.MANY_DIFFERENCES: many_differences,
    Event.ERRORS: errors,
    Event.DIFFERENCES: differences,
    Event.LATENCY: latency,
}


def plain(scene, value):
    scene.flag(value)
    return Scope(CLAUDE)


def for_all(scene, value):
    scene.flag(value, endpoint=EVERY)
    return Scope(CLAUDE)


def narrowed(scene, value):
    scene.flag("legacy")
    scene.flag(value, model="claude-*", stream="no")
    return Scope(CLAUDE, "", "no", "claude-*")


def narrowed_for_all(scene, value):
    scene.flag(value, endpoint=EVERY, model="claude-*")
    return Scope(CLAUDE, model="claude-*")


def narrowed_to_another_provider(scene, value):
    scene.flag(value, provider="openai-compatibility")
    return Scope(CLAUDE, "openai-compatibility")


def just_promoted(scene, value):
    scene.flag("shadow", at=scene.now - 50)
    scene.clean(60, began=scene.now - 40)
    scene.now += 1
    scene.flag(value)
    return Scope(CLAUDE)


def held(scene, value):
    ledger = Ledger(scene.store.sql)
    scene.flag("native", at=scene.now - 10)
    (flag,) = ledger.table().flags
    ledger.put_down(flag, Hold(flag.scope, Value.parse(value), "fell before", scene.now, build()), who="guard")
    return Scope(CLAUDE)


def from_a_file(scene, value):
    Ledger(scene.store.sql).replace([(Scope(CLAUDE), Value.parse(value))], who="flags.yaml", why="the file changed")
    (flag,) = Ledger(scene.store.sql).table().flags
    scene.now = max(scene.now, flag.at)
    return Scope(CLAUDE)


CIRCUMSTANCES = (
    *(plain, for_all, narrowed, narrowed_for_all, narrowed_to_another_provider, just_promoted, held, from_a_file),
)
CELLS = [
    *product(("canary 10%", "native"), Event, CIRCUMSTANCES),
    *product(("legacy", "shadow", "canary 1%"), Event, (plain, narrowed)),
]


def a_guard(scene, gates=GATES, told=None):
    tell = (lambda _: None) if told is None else told.append
    return Guard(scene.elsewhere(), gates, clock=lambda: scene.now, tell=tell)


def values(scene):
    return {scope: value for scope, value in scene.flags().items() if scope.endpoint == CLAUDE}


@pytest.mark.parametrize(
    ("state", "event", "circumstance"), CELLS, ids=lambda one: one if isinstance(one, str) else one.__name__
)
def test_each_state_and_event_in_each_circumstance(scene, state, event, circumstance):
    scope = circumstance(scene, state)
    guard = a_guard(scene)
    assert guard.look() == []
    before = scene.flags()
    scene.now += 1
    original = scene.pass_by
    model = {"model": "claude-x"}
    scene.pass_by = lambda count=1, mode="legacy", **more: original(count, mode, **model, **more)
    EVENTS[event](scene)
    guard.look()
    lands_at = str(lands(Value.parse(state), event, GATES))
    assert scene.flags() == {**before, scope: lands_at} if lands_at != state else before
    hold = Ledger(scene.store.sql).holds.in_force(build()).get(scope)
    if lands_at != state:
        assert (str(hold.value), hold.at) == (lands_at, scene.now)
        change = Ledger(scene.store.sql).history(1)[0]
        assert (change.who, change.value) == ("guard", lands_at)
        assert event in change.why
    scene.pass_by = original
    scene.clean(1)
    guard.look()  # what began before the roll-back does not put the flag down once more
    assert scene.flags() == ({**before, scope: lands_at} if lands_at != state else before)


def rolled(scene, **more):
    return [(str(c.scope), c.before, c.value) for c in a_guard(scene, **more).look()]


def test_a_guard_that_starts_late_still_finds_what_was_recorded(scene):
    scene.flag("native")
    scene.pass_by(1, fault="crash")
    scene.pass_by(1200, mode="native")
    assert rolled(scene) == [(CLAUDE, "native", "legacy")]


def test_what_was_wrong_before_the_flag_was_set_is_no_breach(scene):
    scene.pass_by(5, mode="canary", fault="error", began=scene.now - 50)
    scene.judge(scene.pass_by(9, began=scene.now - 50), "different", judged=scene.now - 5)
    scene.flag("canary 10%")
    assert rolled(scene) == []


def test_verdicts_that_come_after_a_promotion_on_what_came_before_it_count(scene):
    late = scene.pass_by(4, mode="canary", began=scene.now - 50)
    scene.flag("canary 10%")
    scene.judge(late, "different", subject="reverse")
    assert rolled(scene) == [(CLAUDE, "canary 10%", "legacy")]


def test_an_answer_that_began_before_a_promotion_and_broke_after_it_counts(scene):
    scene.flag("canary 10%")
    scene.pass_by(3, mode="canary", fault="broken", began=scene.now - 3, took=5.0)
    assert rolled(scene) == [(CLAUDE, "canary 10%", "legacy")]


def test_one_step_after_the_other_while_it_stays_as_bad(scene):
    scene.flag("native")
    steps = []
    for _ in range(6):
        scene.now += 10
        errors(scene)
        steps += [value for *_, value in rolled(scene)]
    assert steps == ["canary 50%", "canary 10%", "canary 1%", "shadow"]


def test_errors_over_months_are_not_added_up(scene):
    scene.flag("native")
    scene.pass_by(30, mode="native", fault="error")
    gates = Gates(breach=Breach(window=100))
    scene.pass_by(100, mode="native")
    assert rolled(scene, gates=gates) == []


def test_other_endpoints_and_other_models_are_left_alone(scene):
    scene.flag("native")
    scene.flag("native", endpoint=CHAT)
    scene.flag("native", model="claude-*")
    scene.pass_by(1, fault="crash", model="gpt-5")
    assert rolled(scene) == [(CLAUDE, "native", "legacy")]
    assert values(scene) == {Scope(CLAUDE): "legacy", Scope(CLAUDE, model="claude-*"): "native"}
    assert scene.flags()[Scope(CHAT)] == "native"


def test_the_legacys_own_errors_and_a_clients_leaving_are_nobodys_breach(scene):
    scene.flag("canary 50%")
    scene.pass_by(20, fault="error")
    scene.pass_by(20, fault="unserved")
    assert rolled(scene) == []


def test_a_flag_set_anew_while_the_guard_looked_is_left_as_somebody_set_it(scene, monkeypatch):
    scene.flag("native")
    scene.pass_by(1, fault="crash")
    guard = a_guard(scene)
    put_down = guard._ledger.put_down

    def meanwhile(*given, **named):
        scene.flag("canary 5%", at=scene.now + 5)
        return put_down(*given, **named)

    monkeypatch.setattr(guard._ledger, "put_down", meanwhile)
    assert guard.look() == []
    assert values(scene) == {Scope(CLAUDE): "canary 5%"}


def test_native_that_starts_with_the_front_is_given_its_time_however_old_the_flag(scene):
    scene.flag("native", at=scene.now - 1e6)
    scene.session()
    scene.now += 30
    scene.pass_by(5, fault="absent")
    assert rolled(scene) == []
    scene.now += 40
    scene.pass_by(1, fault="absent")
    assert rolled(scene) == [(CLAUDE, "native", "legacy")]


def test_what_falls_while_all_is_being_ended_is_no_crash(scene):
    scene.flag("native")
    scene.session()
    scene.now += 100
    scene.pass_by(2, fault="crash")
    scene.store.sessions.end(1, scene.now + 10)
    assert rolled(scene) == []
    scene.now += 60
    scene.session()
    scene.pass_by(1, fault="crash")
    assert rolled(scene) == [(CLAUDE, "native", "legacy")]


def test_a_purge_takes_evidence_away_and_nothing_else(scene):
    scene.flag("native")
    scene.pass_by(1, fault="crash")
    purge(scene.path, before=scene.now + 1)
    assert rolled(scene) == []


def test_an_unchanged_recording_costs_one_read(scene):
    scene.flag("native")
    guard = a_guard(scene)
    guard.look()
    asked = []
    guard._store.sql.set_trace_callback(asked.append)
    assert guard.look() == []
    guard._store.sql.set_trace_callback(None)
    assert asked == ["PRAGMA data_version"]


def test_every_roll_back_is_told_once(scene):
    told = []
    scene.flag("native")
    scene.pass_by(1, fault="crash")
    guard = a_guard(scene, told=told)
    guard.look()
    guard.look()
    assert [change.value for change in told] == ["legacy"]


def test_it_follows_a_recording_until_it_is_told_to_stop(scene, monkeypatch):
    monkeypatch.setattr("shim.gates.guard.PACE", 0.001)
    scene.flag("native")
    scene.pass_by(1, fault="crash")
    stop = threading.Event()

    class Telling(Webhook):
        def tell(self, _):
            stop.set()

    follow(scene.path, GATES, Telling(""), stop)
    assert values(scene) == {Scope(CLAUDE): "legacy"}


def test_a_recording_that_cannot_be_opened_is_tried_again(tmp_path, monkeypatch):
    stop = threading.Event()
    monkeypatch.setattr("shim.gates.guard.PACE", 0.001)
    path = tmp_path / "r.db"
    path.write_bytes(b"no database at all, and long enough to be read as one" * 9)

    warned = []

    def warn(*given):
        warned.append(given)
        if len(warned) == 2:
            stop.set()

    monkeypatch.setattr("shim.gates.guard.log.warning", warn)
    follow(path, GATES, Webhook(""), stop)
    assert len(warned) == 2


def test_the_process_takes_its_gates_from_beside_the_recording_and_the_address_from_its_surroundings(
    scene, monkeypatch
):
    (scene.path.parent / "gates.yaml").write_text("breach: {crashes: 7}")
    monkeypatch.setenv("SHIM_WEBHOOK", "http://127.0.0.1:9/hook")
    given = []
    monkeypatch.setattr("shim.gates.guard.follow", lambda *arguments: given.extend(arguments))
    before = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        assert main([str(scene.path)]) == 0
        signal.raise_signal(signal.SIGTERM)
    finally:
        for name, taken in before.items():
            signal.signal(name, taken)
    path, gates, webhook, stop = given
    assert (path, gates.breach.crashes, webhook._url) == (scene.path, 7, "http://127.0.0.1:9/hook")
    assert stop.is_set()
