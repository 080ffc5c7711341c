"""The list of quirks is whole; what each of them does is in test_chat_quirks."""

from native.accents import chat_codex_quirks as quirks
from native.accents.chat_codex import PAIR
from native.turn import Accent


def test_every_quirk_that_has_a_name_is_the_pairs():
    named = [value for value in vars(quirks).values() if isinstance(value, Accent)]
    assert list(PAIR.accents) == named


def test_faults_and_ways_are_told_apart():
    assert {accent.faulty for accent in quirks.ALL} == {True, False}
