"""The same sequences of management calls on the real binary and on native, each with files of its own."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import bcrypt
import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from shim.binary.player import Player
from shim.exchange import Case, Exchange, Request, Run
from shim.judge.judge import judge
from tests.native.sequences.calls import sequences

pytestmark = pytest.mark.legacy

MANY = int(os.environ.get("SEQUENCES", "25"))
PAUSE = 0.3  # seconds: within its own 0.15 s the binary loses changes of its own
HEADERS = (("Authorization", "Bearer owner"), ("Content-Type", "application/json"))
CONFIG = {
    "host": "127.0.0.1",
    "port": 0,
    "auth-dir": "$WORK/auth",
    "api-keys": ["sk-client-1"],
    # A cheap hash: the binary makes one with every call.
    "remote-management": {
        "secret-key": bcrypt.hashpw(b"owner", bcrypt.gensalt(4, b"2a")).decode(),
        "disable-control-panel": True,
    },
}


def drawn():
    """So many sequences, others each time."""
    found = []

    @settings(max_examples=MANY, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(sequences(most=8))
    def draw(calls):
        found.append(calls)

    draw()
    return found


def case_of(calls):
    """A case that has still to be played."""
    asked = (
        Request(
            call.method, f"/v0/management{call.path}", HEADERS, b"" if call.body is None else orjson.dumps(call.body)
        )
        for call in calls
    )
    exchanges = tuple(Exchange(request, None, pause=PAUSE) for request in asked)
    return Case("sequences", "drawn", CONFIG, {}, (Run(exchanges, state_after={}),))


async def test_both_answer_and_leave_the_same():
    different = []
    async with Player(Path(os.environ["SHIM_LEGACY_BIN"])) as player:
        for calls in drawn():
            case = case_of(calls)
            played = replace(case, runs=(await player.play(case),))
            verdict = await asyncio.to_thread(judge, played)
            if not verdict.clean:
                different.append((calls, verdict.detail, verdict.differences))
    assert different == []
