"""Standings: what each endpoint still lacks, and that nothing is believed that was not shown."""

import json

import pytest

from shim.flags.holds import Hold
from shim.flags.ledger import Ledger
from shim.flags.table import Scope, Value
from shim.gates import standing as standing_
from shim.gates.checks import Outcome
from shim.gates.standing import standings

CLAUDE = "POST /v1/messages"


pytestmark = pytest.mark.usefixtures("nothing_shipped")


@pytest.fixture
def stand(scene, gates):
    """The standing of the one endpoint, and its checks by name."""

    def look():
        (found,) = standings(scene.store, gates, now=scene.now)
        return found, {check.name: check for check in found.checks}

    return look


def proven(scene, value="shadow", count=40):
    """An endpoint with all that the first gates ask for."""
    scene.flag(value, at=scene.now - 1000)
    scene.alike()
    scene.clean(count)


def test_an_empty_recording_has_no_standings(scene, gates):
    assert standings(scene.store, gates, now=scene.now) == []


def test_no_data_is_inconclusive_and_says_how_many_are_missing(scene, stand):
    scene.flag("shadow")
    found, checks = stand()
    assert found.outcome is Outcome.INCONCLUSIVE
    assert (str(found.next), found.parity, found.climbs_in) == ("canary 1%", None, None)
    assert {name: check.missing for name, check in checks.items() if check.missing} == {
        "legacy against legacy": 10,
        "judged": 20,
        "parity": 16,
    }


def test_from_the_legacy_shadow_is_the_next_and_asks_for_nothing(scene, stand):
    scene.pass_by()
    found, _ = stand()
    assert (str(found.value), str(found.next), found.outcome) == ("legacy", "shadow", Outcome.PASS)


def test_what_all_checks_pass_may_climb(scene, stand):
    proven(scene)
    found, _ = stand()
    assert (found.outcome, found.climbs_in) == (Outcome.PASS, 0.0)
    assert (found.judged, found.clean, found.parity) == (40, 40, 100.0)
    assert 91 < found.low < 92


def test_at_the_top_there_is_no_gate(scene, stand):
    proven(scene, "native")
    found, _ = stand()
    assert (found.next, found.checks, found.climbs_in) == (None, (), None)
    assert found.falls_in is None or found.falls_in > 5


def test_where_native_has_no_handler_nothing_climbs(scene, stand, monkeypatch):
    proven(scene)
    monkeypatch.setattr(standing_, "native_ids", frozenset)
    found, checks = stand()
    assert (found.next, found.outcome) == (None, Outcome.FAIL)
    assert checks["handler"].outcome is Outcome.FAIL


def test_differences_below_what_is_asked_for_fail_once_that_is_certain(scene, stand):
    scene.flag("shadow", at=scene.now - 1000)
    scene.alike()
    scene.judge(scene.pass_by(3), "different")
    scene.clean(5)
    _, checks = stand()
    assert checks["parity"].outcome is Outcome.INCONCLUSIVE
    assert checks["parity"].missing == 32
    scene.judge(scene.pass_by(20), "different")
    found, checks = stand()
    assert (checks["parity"].outcome, found.outcome, found.climbs_in) == (Outcome.FAIL, Outcome.FAIL, None)


def test_unjudged_exchanges_count_against_parity(scene, stand):
    scene.flag("shadow")
    scene.alike()
    scene.clean(5)
    scene.judge(scene.pass_by(5), "unjudged", reason="ambiguous")
    found, _ = stand()
    assert (found.judged, found.clean, found.parity) == (10, 5, 50.0)


def test_an_older_builds_verdicts_are_no_evidence(scene, stand):
    scene.flag("shadow")
    scene.alike()
    scene.judge(scene.pass_by(30), build="0.0.1+older")
    found, checks = stand()
    assert (found.seen, found.judged) == (40, 0)
    assert checks["judged"].missing == 20


def test_the_other_way_round_counts_and_what_it_could_not_judge_does_not(scene, stand):
    scene.flag("canary 1%")
    scene.alike()
    served = scene.pass_by(6, mode="canary")
    scene.judge(served[:3], subject="reverse")
    scene.judge(served[3:4], "different", subject="reverse")
    scene.judge(served[4:], "unjudged", subject="reverse")
    found, _ = stand()
    assert (found.judged, found.clean) == (4, 3)


@pytest.mark.parametrize(
    ("differing", "shipped", "outcome"),
    [
        (0, None, Outcome.PASS),
        (1, None, Outcome.FAIL),
        (None, {"clean": 100, "all": 100}, Outcome.PASS),
        (None, {"clean": 99, "all": 100}, Outcome.FAIL),
        (None, {"clean": 0, "all": 0}, Outcome.INCONCLUSIVE),
        (None, None, Outcome.INCONCLUSIVE),
        (1, {"clean": 100, "all": 100}, Outcome.FAIL),
    ],
)
def test_the_legacy_must_equal_itself_first_live_before_shipped(scene, stand, differing, shipped, outcome):
    scene.flag("shadow", at=scene.now - 1000)
    scene.clean(40)
    if differing is not None:
        scene.alike(20)
        scene.alike(differing, "different")
    if shipped is not None:
        standing_.SELFSAME.write_text(json.dumps({"endpoints": {CLAUDE: shipped}}))
    found, checks = stand()
    assert checks["legacy against legacy"].outcome is outcome
    assert found.outcome is outcome
    assert (found.parity is not None) == (outcome is Outcome.PASS)


@pytest.mark.parametrize(
    "counts", [{"seen": 5, "recorded": 3}, {"seen": 5, "recorded": 3, "open": 1, "dropped": {"queue full": 2}}]
)
def test_nothing_climbs_while_the_recorders_counts_do_not_add_up(scene, stand, counts):
    proven(scene)
    scene.session(**counts)
    found, checks = stand()
    assert (found.outcome, checks["recorder"].outcome) == (Outcome.FAIL, Outcome.FAIL)


def test_more_in_the_database_than_the_recorder_counted_does_not_add_up(scene, stand):
    proven(scene)
    scene.session(seen=1, recorded=1)
    assert stand()[1]["recorder"].outcome is Outcome.PASS
    scene.store.sql.execute("UPDATE sessions SET found = 2")
    assert stand()[1]["recorder"].outcome is Outcome.FAIL


def test_a_hold_keeps_it_down_until_the_build_changes(scene, stand, monkeypatch):
    proven(scene)
    (flag,) = Ledger(scene.store.sql).table().flags
    hold = Hold(flag.scope, Value.parse("shadow"), "native fell", scene.now - 1000, standing_.build())
    Ledger(scene.store.sql).put_down(flag, hold, who="guard")
    found, checks = stand()
    assert (found.outcome, found.held, found.climbs_in) == (Outcome.FAIL, hold, None)
    assert "native fell" in checks["hold"].says
    monkeypatch.setattr(standing_, "build", lambda: "another")
    assert stand()[0].held is None


def test_soak_served_and_faults_count_from_when_the_flag_was_set(scene, stand):
    scene.alike()
    scene.pass_by(9, mode="canary", began=scene.now - 500)
    scene.pass_by(1, mode="canary", began=scene.now - 500, fault="error")
    scene.clean(40)
    scene.flag("canary 1%", at=scene.now - 20)
    scene.pass_by(2, mode="canary")
    found, checks = stand()
    assert (checks["served"].missing, checks["errors"].outcome, found.errors) == (3, Outcome.PASS, 0)
    assert checks["soak"].outcome is Outcome.INCONCLUSIVE
    scene.pass_by(3, mode="canary")
    scene.now += 50
    found, _ = stand()
    assert found.outcome is Outcome.PASS
    scene.pass_by(1, fault="failed")
    found, checks = stand()
    assert (found.errors, found.outcome, checks["errors"].outcome) == (1, Outcome.FAIL, Outcome.FAIL)


def test_a_fault_of_the_legacys_is_not_natives(scene, stand):
    proven(scene)
    scene.pass_by(3, fault="error")
    assert stand()[0].errors == 0


def test_open_acceptances_hold_a_gate_that_says_so(scene, stand):
    proven(scene, "canary 50%")
    scene.judge(scene.pass_by(10), "accepted")
    scene.pass_by(20, mode="canary")
    found, checks = stand()
    assert (found.accepted, found.outcome, checks["acceptances"].outcome) == (10, Outcome.FAIL, Outcome.FAIL)


def test_slower_than_allowed_fails_and_too_few_answers_are_missing(scene, stand):
    proven(scene, "canary 10%")
    scene.pass_by(10, mode="canary")
    found, checks = stand()
    assert (found.outcome, checks["total time"].missing) == (Outcome.INCONCLUSIVE, 10)
    assert found.latency is None
    scene.pass_by(30, mode="canary", took=2.0)
    found, checks = stand()
    assert checks["total time"].outcome is Outcome.FAIL
    assert checks["time to first byte"].outcome is Outcome.PASS
    assert (found.latency.total_p95, found.latency.first_p50, found.latency.native) == (2.0, 1.0, 40)


def test_the_time_to_climb_is_told_from_the_traffic(scene, stand):
    scene.flag("shadow", at=scene.now - 1000)
    scene.alike()
    for second in range(10):
        scene.clean(1, began=scene.now - 10 + second)
    scene.now += 10
    found, _ = stand()
    # 10 missing of 20; 20 exchanges passed in 20 seconds.
    assert found.climbs_in == pytest.approx(10, rel=0.1)
    assert found.falls_in == pytest.approx(3 / 0.01 + 5, rel=0.1)


def test_a_flag_for_all_counts_and_a_narrowed_one_does_not(scene, stand):
    scene.flag("shadow", endpoint="*")
    scene.flag("native", model="claude-*", stream="no")
    assert str(stand()[0].value) == "shadow"


def test_an_endpoint_that_is_asked_for_alone_need_not_have_been_seen(scene, gates):
    (found,) = standings(scene.store, gates, now=scene.now, only="GET /v1/models")
    assert (found.endpoint, found.family, found.seen) == ("GET /v1/models", "models", 0)
    assert Scope(found.endpoint) not in scene.flags()
