"""Evidence: newest first, whoever judged them, bounded, and by indexes alone."""

import pytest

from shim.gates import evidence as evidence_
from shim.gates.evidence import Evidence

CLAUDE = "POST /v1/messages"


def ids(answers):
    return [one.id for one in answers]


def test_the_newest_come_first_judged_or_not_and_no_more_than_asked_for(scene):
    numbers = scene.pass_by(6)
    scene.judge(numbers[1:3])
    other = scene.pass_by(1, mode="canary")
    found = Evidence(scene.store.sql)
    assert ids(found.by_legacy(CLAUDE, 10)) == numbers[::-1]
    assert ids(found.by_legacy(CLAUDE, 4)) == numbers[:1:-1]
    assert ids(found.by_native(CLAUDE, 10)) == other
    assert ids(found.judged(CLAUDE, 10)) == numbers[2:0:-1]
    assert found.by_legacy("GET /", 10) == []


def test_canary_and_native_are_both_natives(scene):
    numbers = [*scene.pass_by(2, mode="native"), *scene.pass_by(2, mode="canary"), *scene.pass_by(1, mode="native")]
    assert ids(Evidence(scene.store.sql).by_native(CLAUDE, 4)) == numbers[:0:-1]


def test_faults_are_found_with_whose_they_are(scene):
    scene.pass_by(5)
    mine = scene.pass_by(1, mode="canary", fault="broken", began=5.0, took=2.0)
    others = scene.pass_by(1, fault="broken")
    found = Evidence(scene.store.sql).faulty(CLAUDE, 10)
    assert ids(found) == [*others, *mine]
    assert [one.is_natives_fault for one in found] == [False, True]
    assert found[1].ended == 7.0


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (evidence_._NEWEST, (CLAUDE, "legacy", 5, CLAUDE, "legacy", 5, 5)),
        (evidence_._JUDGED, (CLAUDE, "legacy", 5)),
        (evidence_._FAULTY, (CLAUDE, 5)),
    ],
)
def test_nothing_is_scanned_whole_or_sorted(scene, statement, values):
    plan = [row[3] for row in scene.store.sql.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert any("USING" in step and "INDEX exchanges_" in step for step in plan)
    assert not any(step.startswith("SCAN exchanges") for step in plan)
