"""Kept processes: one answers many exchanges, and none that an earlier one could have changed."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from shim.binary.instance import BinaryError
from shim.binary.kept import Kept, leaves_trace
from shim.exchange import Request, Response
from shim.judge.compare import compare
from shim.judge.verdict import Level

sys.path.insert(0, str(Path(__file__).parent))
from stand_in import JSON, a_binary, a_case, a_config, an_exchange


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One authority for all: making its key takes a while."""
    return tmp_path_factory.mktemp("binary")


async def test_one_process_answers_every_exchange_of_a_state(folder):
    cases = [a_case(an_exchange(text)) for text in ("one", "two", "three")]
    async with Kept(a_binary(folder), settle=0, folder=folder) as kept:
        played = [await kept.play(case) for case in cases]
        assert kept.started == 1
    assert [compare(case, run).level for case, run in zip(cases, played, strict=True)] == [Level.IDENTICAL] * 3


async def test_another_state_or_a_wish_for_a_fresh_one_starts_another_process(folder):
    async with Kept(a_binary(folder, "remembers"), settle=0, folder=folder) as kept:
        await kept.play(a_case(), fresh=True)
        await kept.play(a_case())
        await kept.play(a_case(config=a_config("up-secret-2")))
        assert kept.started == 3


async def test_a_process_whose_credential_may_rest_is_asked_no_more(folder):
    async with Kept(a_binary(folder), settle=0, folder=folder) as kept:
        await kept.play(a_case(an_exchange(status=429)))
        await kept.play(a_case())
        assert kept.started == 2


async def test_a_build_that_does_not_start_says_what_it_said(folder):
    async with Kept(a_binary(folder, "start"), settle=0, folder=folder) as kept:
        with pytest.raises(BinaryError, match="this build cannot start"):
            await kept.play(a_case())


def with_answer(*chunks, complete=True):
    one = an_exchange()
    call = replace(one.upstream[0], response=Response(200, JSON, chunks, complete=complete))
    return replace(one, upstream=(call,))


@pytest.mark.parametrize(
    ("one", "leaves"),
    [
        (an_exchange(), False),
        (with_answer(b'data: {"text":"an \\"error\\": of mine"}\n\n'), False),
        (with_answer(b'{"error":null}'), False),
        (an_exchange(status=500), True),
        (with_answer(b'{"error":{"code":1}}'), True),
        (with_answer(b'data: {"type":"response.failed"}\n\n'), True),
        (with_answer(b"x", complete=False), True),
        (with_answer(), True),
        (replace(an_exchange(), request=Request("PUT", "/v0/management/debug")), True),
        (replace(an_exchange(), request=Request("WEBSOCKET", "/v1/responses")), True),
        (replace(an_exchange(), request=Request("GET", "/v1/models"), upstream=()), False),
    ],
)
def test_what_may_put_a_credential_to_rest_or_change_a_file_leaves_a_trace(one, leaves):
    assert leaves_trace(one) is leaves
