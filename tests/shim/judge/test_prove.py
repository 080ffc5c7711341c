"""The judge is judged: planted differences are found, unplanted twins are clean."""

from pathlib import Path

import pytest

from shim import corpusfile
from shim.judge.planting import KINDS
from shim.judge.prove import FROM_BOOK, INSIDE, prove

GOLDEN = Path(__file__).parents[3] / "recordings" / "golden"


@pytest.fixture(scope="module")
def scores():
    return prove(list(corpusfile.read(GOLDEN))[::2], plantings=2200, seed=20)


def test_every_planted_difference_is_found(scores):
    missed = {key: score.missed[:3] for key, score in scores.items() if score.found != score.planted}
    assert missed == {}


def test_no_unplanted_twin_is_called_different(scores):
    assert sum(score.alarms for score in scores.values()) == 0


def test_at_least_two_thousand_plantings_in_every_kind_of_place(scores):
    plain = {kind: score.planted for (lane, kind), score in scores.items() if lane == "plain" and kind in KINDS}
    assert sum(plain.values()) >= 2000
    assert set(KINDS) - set(plain) == set()


def test_noise_beside_and_inside_hides_nothing(scores):
    assert sum(score.planted for (lane, _), score in scores.items() if lane == "beside noise") >= 1000
    assert scores["inside noise", INSIDE].planted >= 100
    assert scores["inside noise", FROM_BOOK].planted >= 100
