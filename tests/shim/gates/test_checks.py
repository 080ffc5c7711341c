"""Checks: each lacking data is inconclusive and says how many are missing; each failing says why."""

import pytest

from shim.gates import checks
from shim.gates.checks import Check, Known, Outcome, outcome, shipped_figures, span
from shim.gates.gates import Selfsame, Step

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE
STEP = Step(flag="canary 1%", judged=200, parity=98.0, served=10, soak=3600, errors=1, accepted=False)


@pytest.mark.parametrize(
    ("clean", "judged", "came", "missing"),
    [
        (0, 0, UNKNOWN, 189),
        (100, 100, UNKNOWN, 89),
        (188, 188, UNKNOWN, 1),
        (189, 189, PASS, 0),
        (190, 200, FAIL, 0),
        (196, 200, UNKNOWN, 310),
        (0, 30, FAIL, 0),
    ],
)
def test_parity_by_wilsons_lower_bound(clean, judged, came, missing):
    found = checks.parity(Known(clean=clean, judged=judged), STEP)
    assert (found.outcome, found.missing) == (came, missing)


def test_certainty_cannot_be_reached():
    found = checks.parity(Known(clean=10, judged=10), Step(flag="native", parity=100))
    assert found.outcome is FAIL


@pytest.mark.parametrize(
    ("check", "known", "came"),
    [
        (checks.judged, Known(judged=199), UNKNOWN),
        (checks.judged, Known(judged=200), PASS),
        (checks.served, Known(served=9), UNKNOWN),
        (checks.served, Known(served=10), PASS),
        (checks.errors, Known(errors=1), PASS),
        (checks.errors, Known(errors=2), FAIL),
        (checks.soak, Known(stood=3599), UNKNOWN),
        (checks.soak, Known(stood=3600), PASS),
        (checks.acceptances, Known(accepted=1), FAIL),
        (checks.acceptances, Known(), PASS),
    ],
)
def test_each_figure_at_its_edge(check, known, came):
    assert check(known, STEP).outcome is came


def test_a_gate_lists_all_it_asks_for_and_shadow_next_to_nothing():
    names = [check.name for check in checks.checks(Known(), STEP, Selfsame())]
    assert names == [
        *("hold", "handler", "recorder", "legacy against legacy"),
        *("judged", "parity", "errors", "served", "soak", "acceptances"),
    ]
    assert [check.name for check in checks.checks(Known(), None, Selfsame())] == ["hold", "handler"]


@pytest.mark.parametrize(
    ("each", "together"),
    [((), PASS), ((PASS, PASS), PASS), ((PASS, UNKNOWN), UNKNOWN), ((UNKNOWN, FAIL, PASS), FAIL)],
)
def test_a_gate_is_as_its_worst_check(each, together):
    assert outcome(Check("", one, "") for one in each) is together


@pytest.mark.parametrize("tree", [None, [], {}, {"endpoints": []}])
def test_figures_that_were_not_shipped_are_none(tree):
    assert shipped_figures(tree) == {}


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.5, "0.5 s"), (59, "59 s"), (90, "1.5 min"), (5400, "1.5 h"), (172800, "2 d"), (-1, "0 s")]
)
def test_a_span_for_people(seconds, said):
    assert span(seconds) == said
