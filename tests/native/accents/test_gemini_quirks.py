"""The documentation of the Gemini quirks says what the modules say, and what it points at is recorded."""

import gzip
import json
import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "quirks-gemini.md").read_text()
UPSTREAMS = ("claude", "openai", "codex", "gemini")
PAIRS = [import_module(f"native.accents.{client}_{up}").PAIR for client in ("gemini", "geminicli") for up in UPSTREAMS]
ACCENTS = {accent.name: accent for pair in PAIRS for accent in pair.accents}


@pytest.fixture(scope="module")
def recorded():
    names = set()
    for file in (ROOT / "recordings" / "golden").glob("*.jsonl.gz"):
        if re.match(r"(core|edge)-", file.name):
            with gzip.open(file, "rt") as lines:
                names |= {f"{case['family']}/{case['case']}" for case in map(json.loads, lines)}
    return names


@pytest.mark.parametrize("accent", ACCENTS.values(), ids=lambda accent: accent.name)
def test_a_quirk_stands_in_the_table_as_it_is_declared(accent):
    faulty = "yes" if accent.faulty else "no"
    assert f"| `{accent.name}` | {accent.about} | `{accent.evidence}` | {faulty} |" in DOCUMENT


def test_no_quirk_stands_there_that_nobody_has():
    listed = [line.split("`")[1] for line in DOCUMENT.splitlines() if line.startswith("| `")]
    assert sorted(listed) == sorted(ACCENTS)


def test_what_the_documentation_points_at_is_recorded(recorded):
    named = set(re.findall(r"`((?:core|edge)/[^`]+)`", DOCUMENT))
    assert named <= recorded
