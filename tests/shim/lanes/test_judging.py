"""The lanes' verdicts: a planted fault is found by the binary, its noise is learned, and nothing else is forgiven."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from shim.binary.instance import BinaryError
from shim.binary.kept import Kept
from shim.exchange import Response
from shim.judge.noisebook import NoiseBook
from shim.judge.verdict import Kind, Level, Reason
from shim.lanes.judging import itself, reverse, unplayable

sys.path.insert(0, str(Path(__file__).parents[1] / "binary"))
from stand_in import JSON, a_binary, a_case, an_exchange


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One authority for all: making its key takes a while."""
    return tmp_path_factory.mktemp("binary")


def playing(folder, fault="none"):
    return Kept(a_binary(folder, fault), settle=0, folder=folder)


def by_native(body=b'{"text":"hello"}', **more):
    one = an_exchange(mode="native", **more)
    return replace(one, response=Response(200, JSON, (body,)))


async def test_what_native_said_or_sent_wrongly_is_found_with_both_values_on_their_own_side(folder):
    one = by_native()
    sent = replace(one.upstream[0], request=replace(one.upstream[0].request, body=b'{"model":"other","said":"hi"}'))
    async with playing(folder) as kept:
        right = await reverse(a_case(one), kept.play, None, NoiseBook())
        said = await reverse(a_case(by_native(b'{"text":"hullo","more":1}')), kept.play, None, NoiseBook())
        asked = await reverse(a_case(replace(one, upstream=(sent,))), kept.play, None, NoiseBook())
    assert right.level is Level.IDENTICAL
    assert {(d.path, d.kind, d.native) for d in said.differences} == {
        ("exchanges[0].response.json.text", Kind.CHANGED, "hullo"),
        ("exchanges[0].response.json.more", Kind.ADDED, 1),
    }
    assert next(d.legacy for d in said.differences if d.kind is Kind.CHANGED) == "hello"
    assert [(d.path, d.legacy, d.native) for d in asked.differences] == [
        ("exchanges[0].upstream[0].json.model", "m", "other")
    ]


async def test_a_difference_that_a_kept_process_alone_shows_is_none(folder):
    async with playing(folder, "remembers") as kept:
        for text in ("one", "two"):
            assert (await itself(a_case(an_exchange(text)), kept.play, NoiseBook(), NoiseBook())).clean
        assert kept.started == 2


async def test_noise_is_learned_where_two_fresh_processes_differ_and_is_clean_from_then_on(folder):
    book, learned = NoiseBook(), NoiseBook()
    recorded = an_exchange()
    noisy = replace(recorded, response=Response(200, JSON, (b'{"text":"hello","id":"run=0f0f0f"}',)))
    async with playing(folder, "noise") as kept:
        assert (await itself(a_case(noisy), kept.play, book, learned)).clean
    assert [path for _, path in learned.rules] == ["exchanges[*].response.json.id"]


async def test_what_no_two_processes_differ_in_is_no_noise_and_stays_different(folder):
    learned = NoiseBook()
    async with playing(folder, "body") as kept:
        found = await itself(a_case(), kept.play, NoiseBook(), learned)
    assert (found.level, learned.rules) == (Level.DIFFERENT, {})


async def test_a_binary_that_cannot_be_run_is_no_verdict():
    async def broken(*_args, **_more):
        raise BinaryError("it did not start")

    found = await reverse(a_case(by_native()), broken, None, NoiseBook())
    assert (found.level, found.reason) == (Level.UNJUDGED, Reason.BINARY)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (an_exchange(), None),
        (replace(an_exchange(), response=None), Reason.NO_ANSWER),
        (replace(an_exchange(), unjudgeable="ambiguous"), Reason.AMBIGUOUS),
        (replace(an_exchange(), upstream=(), response=Response(503)), Reason.HISTORY),
        (replace(an_exchange(status=503)), None),
    ],
)
def test_what_hangs_on_what_came_before_is_not_judged(one, reason):
    found = unplayable(a_case(one))
    assert (found and found.reason) == reason
