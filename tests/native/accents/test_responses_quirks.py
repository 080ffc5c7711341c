"""The documentation of the Responses quirks says what the modules say."""

from importlib import import_module
from pathlib import Path

import pytest

from native.wire.responses_websocket import SOCKET_ACCENTS

DOCUMENT = (Path(__file__).parents[3] / "docs" / "quirks-responses.md").read_text()
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
