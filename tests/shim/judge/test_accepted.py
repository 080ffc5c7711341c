"""Accepted differences: read, refused with the reason, expired, stale."""

import datetime as dt

import pytest

from shim.exchange import Case
from shim.judge.accepted import AcceptedError, Rules

CASE = Case("core", "chat/a", {}, {}, ())
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
    assert found.covering(Case("edge", "x", {}, {}, ()), PLACE, 200, 500) is None


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
