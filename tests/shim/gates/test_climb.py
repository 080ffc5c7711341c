"""Climbing: one step, past an open gate, on the strength of a flag that still holds."""

import pytest

from shim.flags.ledger import Ledger
from shim.flags.table import Scope, Value
from shim.gates import climb, standing
from shim.gates.climb import GateClosedError, promote

CLAUDE = Scope("POST /v1/messages")


pytestmark = pytest.mark.usefixtures("nothing_shipped")


def climbs(scene, gates, endpoint=CLAUDE.endpoint):
    return promote(scene.store, endpoint, gates, "ann", clock=lambda: scene.now)


def test_an_open_gate_is_climbed_and_history_says_on_what_strength(scene, gates):
    scene.flag("shadow")
    scene.alike()
    scene.clean(40)
    change = climbs(scene, gates)
    assert (change.before, change.value, change.who) == ("shadow", "canary 1%", "ann")
    assert change.why.startswith("its gate is open: 40 of 40 clean, at least 91.")


@pytest.mark.parametrize(
    ("value", "says"),
    [("shadow", "judged: 0 of 20"), ("native", "native is as high as it goes")],
)
def test_a_closed_gate_says_what_is_missing(scene, gates, value, says):
    scene.flag(value)
    with pytest.raises(GateClosedError, match=says):
        climbs(scene, gates)


def test_what_is_no_endpoint_or_has_no_handler_does_not_climb(scene, gates, monkeypatch):
    with pytest.raises(GateClosedError, match="there is no endpoint"):
        climbs(scene, gates, "GET /nope")
    monkeypatch.setattr(standing, "native_ids", frozenset)
    with pytest.raises(GateClosedError, match="handler: native has none"):
        climbs(scene, gates)


def test_a_flag_that_was_changed_while_the_gate_was_looked_at_is_left_alone(scene, gates, monkeypatch):
    scene.flag("shadow", at=1.0)
    scene.alike()
    scene.clean(40)
    look = climb.standings

    def meanwhile(*given, **named):
        found = look(*given, **named)
        Ledger(scene.store.sql).set(CLAUDE, Value.parse("legacy"), who="bob", why="")
        return found

    monkeypatch.setattr(climb, "standings", meanwhile)
    with pytest.raises(GateClosedError, match="changed meanwhile"):
        climbs(scene, gates)
    assert scene.flags() == {CLAUDE: "legacy"}
