"""Native runs on what the redactor leaves as it runs on the original: placeholders mean what the secrets meant."""

from pathlib import Path

import pytest

from shim import corpusfile
from shim.judge.judge import judge
from shim.redact import Redactor

GOLDEN = Path(__file__).parents[3] / "recordings" / "golden"
GROUPS = ["core-chat-codex", "core-claude-claude", "core-gemini-gemini", "oauth-gemini-codex", "oauth-chat-claude"]


def golden(group):
    cases = list(corpusfile.read(GOLDEN / f"{group}.jsonl.gz"))
    return cases[:: max(1, len(cases) // 3)][:3]


@pytest.mark.parametrize("case", [case for group in GROUPS for case in golden(group)], ids=lambda case: case.full_name)
def test_a_redacted_case_is_judged_as_the_case_is(case):
    redacted = Redactor(b"k" * 32).case(case)
    assert redacted != case
    plain = judge(case)
    assert plain.clean
    assert judge(redacted).level == plain.level
