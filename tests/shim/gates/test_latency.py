"""Times: like with like, slower only where ranks say so and it matters."""

from random import Random

import pytest

from shim.gates.evidence import Answer
from shim.gates.gates import Latency
from shim.gates.latency import FIRST, TOTAL, ratios, times

DRAW = Random(3)
ASKS = Latency(answers=30)


def answers(count, *, scale=1.0, provider="claude", stream=True, fault="", first=0.2):
    return [
        Answer(n, 0.0, scale * DRAW.lognormvariate(0, 0.3), first, provider, stream, "m", "", fault, "", "", None)
        for n in range(count)
    ]


def test_answers_that_take_as_long_are_not_slow():
    found = times(answers(200), answers(200), ASKS)
    assert [one.slow for one in found.compared] == ["", ""]
    assert found.missing == 0


def test_answers_that_take_longer_than_allowed_are_slow_and_it_says_by_how_much():
    (total,) = times(answers(200, scale=1.6), answers(200), ASKS).of(TOTAL)
    assert total.slow.startswith("slower than 1.1 times the legacy (effect 0.")
    assert total.p50 == pytest.approx(1.6, rel=0.15)
    assert times(answers(200, scale=1.6), answers(200), Latency(answers=30, p50=2, p95=3)).of(TOTAL)[0].slow == ""


def test_a_tail_alone_is_slow_too():
    mine = answers(180) + answers(40, scale=20)
    (total,) = times(mine, answers(200), Latency(answers=30, p50=3, p95=1.5)).of(TOTAL)
    assert "slower than 1.5 times the legacy's 95th percentile" in total.slow


def test_one_answer_that_took_for_ever_says_nothing():
    assert times([*answers(199), *answers(1, scale=1e6)], answers(200), ASKS).of(TOTAL)[0].slow == ""


def test_streams_are_not_compared_with_whole_answers_nor_one_provider_with_another():
    mine = answers(40, scale=9.0, stream=True) + answers(40, scale=9.0, provider="lab", stream=False)
    others = answers(40, stream=False) + answers(40, provider="other", stream=True)
    found = times(mine, others, ASKS)
    assert (found.compared, found.missing) == ((), 30)


def test_what_went_wrong_has_no_time():
    assert times(answers(60, fault="error"), answers(60), ASKS).missing == 30


def test_with_no_answers_at_all_both_sides_are_missing():
    assert times([], [], ASKS).missing == 60


def test_an_answer_without_a_first_byte_is_not_asked_for_its_time():
    found = times(answers(40, first=None), answers(40), ASKS)
    assert found.of(FIRST) == ()
    assert len(found.of(TOTAL)) == 1


def test_ratios_are_of_the_kind_that_both_answer_most():
    mine = answers(50, scale=2.0) + answers(10, stream=False)
    found = ratios(mine, answers(60) + answers(400, stream=False), 20)
    assert found.total_p50 == pytest.approx(2.0, rel=0.3)
    assert (found.native, found.legacy, found.first_p95) == (50, 60, 1.0)
    assert ratios(mine, answers(5), 20) is None
    assert ratios(answers(40, first=None), answers(40), 20) is None
    assert ratios([], [], 20) is None
