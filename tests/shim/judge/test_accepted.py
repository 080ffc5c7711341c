"""Accepted differences: read, refused with the reason, expired, stale."""

import datetime as dt

import pytest

from shim.exchange import Case, Exchange, Request, Response, Run
from shim.judge.accepted import AcceptedError, Rules, open_acceptances

RUNS = (Run((Exchange(Request("POST", "/v1/messages"), Response(200)),)),)
CASE = Case("core", "chat/a", {}, {}, RUNS)
PLACE = ("exchanges", 0, "response", "status")
RULE = """
- path: exchanges[*].response.status
  reason: known and harmless
  author: us
  expires: 2030-01-01
"""


def rules(tmp_path, text, today=dt.date(2026, 1, 1)):
    file = tmp_path / "accepted.yaml"
    file.write_text(text)
    return Rules.read(file, today=today)


def test_a_missing_or_empty_file_accepts_nothing(tmp_path):
    assert Rules.read(tmp_path / "none.yaml").covering(CASE, PLACE, 1, 2) is None
    assert rules(tmp_path, "[]\n").rules == ()


def test_a_rule_is_limited_to_its_cases_and_values(tmp_path):
    found = rules(tmp_path, RULE + "  cases: core/*\n  native: '50'\n")
    assert found.covering(CASE, PLACE, 200, 500)
    assert found.covering(CASE, PLACE, 200, 404) is None
    assert found.covering(Case("edge", "x", {}, {}, RUNS), PLACE, 200, 500) is None


def test_a_rule_without_hits_is_stale_and_an_expired_one_covers_nothing(tmp_path):
    found = rules(tmp_path, RULE)
    assert [r.path for r in found.stale] == ["exchanges[*].response.status"]
    found.covering(CASE, PLACE, 1, 2)
    assert found.stale == ()
    late = rules(tmp_path, RULE, today=dt.date(2031, 1, 1))
    assert late.covering(CASE, PLACE, 1, 2) is None
    assert late.expired


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not YAML"),
        ("a: 1", "expected a list"),
        ("- path: a", "rule 1 cannot be used"),
        (RULE.replace("exchanges[*].response.status", "exchanges[[["), "rule 1 cannot be used"),
        (RULE + "  surprise: 1\n", "rule 1 cannot be used"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path, text, said):
    with pytest.raises(AcceptedError, match=said):
        rules(tmp_path, text)


def test_a_rule_may_be_limited_to_an_endpoint(tmp_path):
    assert rules(tmp_path, RULE + "  cases: POST /v1/messages\n").covering(CASE, PLACE, 1, 2)
    assert rules(tmp_path, RULE + "  cases: POST /v1/responses\n").covering(CASE, PLACE, 1, 2) is None


NAMES = {"core/chat/a": "POST /v1/messages", "core/chat/b": "POST /v1/messages", "edge/x": "POST /v1/responses"}


def test_a_rule_that_hit_nothing_fails_once_everything_it_may_concern_was_judged(tmp_path):
    found = rules(tmp_path, RULE + "  cases: core/*\n")
    assert found.failing(NAMES, {"core/chat/a", "core/chat/b"}) == found.rules
    assert found.failing(NAMES, {"core/chat/a", "edge/x"}) == ()
    found.covering(CASE, PLACE, 1, 2)
    assert found.failing(NAMES, set(NAMES)) == ()


def test_an_expired_rule_fails_whatever_was_judged_and_one_for_live_exchanges_is_not_met_in_files(tmp_path):
    late = rules(tmp_path, RULE, today=dt.date(2031, 1, 1))
    assert late.failing(NAMES, set()) == late.rules
    assert rules(tmp_path, RULE + "  cases: live/POST /v1/messages/*\n").failing(NAMES, set(NAMES)) == ()


@pytest.mark.parametrize(
    ("limit", "concerned"),
    [
        ("'*'", True),
        ("POST /v1/messages", True),
        ("POST /v1/*", True),
        ("live/POST /v1/messages/*", True),
        ("core/*", True),
        ("POST /v1/responses", False),
        ("live/POST /v1/responses/*", False),
        ("edge/*", False),
    ],
)
def test_an_endpoint_is_open_while_a_rule_may_concern_it(tmp_path, limit, concerned):
    found = rules(tmp_path, RULE + f"  cases: {limit}\n").rules
    assert bool(open_acceptances(found, "POST /v1/messages", NAMES, today=dt.date(2026, 1, 1))) is concerned


def test_of_a_rule_for_cases_nobody_knows_any_endpoint_may_be_open(tmp_path):
    found = rules(tmp_path, RULE + "  cases: edge/*\n").rules
    assert open_acceptances(found, "POST /v1/messages", today=dt.date(2026, 1, 1)) == found
    assert open_acceptances(found, "POST /v1/messages", today=dt.date(2031, 1, 1)) == ()
