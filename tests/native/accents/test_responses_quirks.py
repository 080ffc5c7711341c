"""The documentation of the Responses quirks says what the modules say, and what it points at is recorded."""

import gzip
import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from native.wire.responses_websocket import SOCKET_ACCENTS

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "quirks-responses.md").read_text()
PAIRS = [
    import_module(f"native.accents.responses_{upstream}").PAIR for upstream in ("claude", "openai", "gemini", "codex")
]
ACCENTS = [*(accent for pair in PAIRS for accent in pair.accents), *SOCKET_ACCENTS]


@pytest.mark.parametrize("accent", ACCENTS, ids=lambda accent: accent.name)
def test_a_quirk_stands_in_the_table_as_it_is_declared(accent):
    faulty = "yes" if accent.faulty else "no"
    assert f"| `{accent.name}` | {accent.about} | `{accent.evidence}` | {faulty} |" in DOCUMENT


def test_no_quirk_stands_there_that_nobody_has():
    listed = [line.split("`")[1] for line in DOCUMENT.splitlines() if line.startswith("| `")]
    assert sorted(listed) == sorted(accent.name for accent in ACCENTS)


def test_what_a_quirk_points_at_is_recorded():
    recorded = set()
    for file in (ROOT / "recordings" / "golden").glob("*.jsonl.gz"):
        if re.match(r"core-responses|edge-responses|websocket", file.name):
            with gzip.open(file, "rt") as lines:
                recorded |= {f"{case['family']}/{case['case']}" for case in map(json.loads, lines)}
    assert {accent.evidence for accent in ACCENTS} <= recorded
