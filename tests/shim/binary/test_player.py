"""A build of the legacy run on a record. The stand-in that plays the recordings is a build too."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from shim import corpusfile
from shim.binary.player import BinaryError, Player
from shim.demo.script import golden
from shim.judge.compare import compare
from shim.judge.verdict import Level

GOLDEN = Path(__file__).parents[3] / "recordings" / "golden"


@pytest.fixture
def stand_in(tmp_path):
    file = tmp_path / "stand-in"
    root = Path(__file__).parents[3]
    file.write_text(f'#!/bin/sh\nPYTHONPATH="{root}" exec "{sys.executable}" -m shim.demo.simulated "$@"\n')
    file.chmod(0o700)
    return file


async def test_what_it_does_is_written_down_on_all_four_sides(stand_in):
    cases = [c for c in golden() if c.runs[0].exchanges[0].upstream][:2]
    async with Player(stand_in) as player:
        played = [await player.play(case) for case in cases]
    for case, run in zip(cases, played, strict=True):
        assert compare(case, run).level is Level.IDENTICAL
        assert len(run.exchanges[0].upstream) == len(case.runs[0].exchanges[0].upstream)


async def test_a_provider_that_was_not_asked_in_the_record_says_nothing(stand_in):
    case = next(c for c in golden() if c.runs[0].exchanges[0].upstream)
    one = case.runs[0].exchanges[0]
    without = replace(case, runs=(replace(case.runs[0], exchanges=(replace(one, upstream=()),)),))
    async with Player(stand_in) as player:
        run = await player.play(without)
    assert [call.response for call in run.exchanges[0].upstream] == [None]


async def test_a_binary_that_does_not_start_says_so(tmp_path):
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho cannot do that >&2\nexit 3\n")
    broken.chmod(0o700)
    case = next(iter(corpusfile.read(GOLDEN / "core-chat-compat.jsonl.gz")))
    async with Player(broken) as player:
        with pytest.raises(BinaryError, match="cannot do that"):
            await player.play(case)


@pytest.mark.legacy
async def test_the_real_binary_does_again_what_was_recorded():
    import os

    cases = list(corpusfile.read(GOLDEN / "core-chat-claude.jsonl.gz"))[:3]
    async with Player(Path(os.environ["SHIM_LEGACY_BIN"])) as player:
        assert [compare(c, await player.play(c)).clean for c in cases] == [True] * 3
