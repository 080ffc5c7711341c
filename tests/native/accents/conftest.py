"""Turns as tests need them: time stands still, made-up ids count up."""

import itertools

import pytest

from native.turn import Memory, Turn


class Stopped:
    def now(self) -> float:
        return 1760000000.5


class Counted:
    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def uuid(self) -> str:
        return f"00000000-0000-4000-8000-{next(self._numbers):012d}"

    def hexes(self, length: int) -> str:
        return f"{next(self._numbers):0{length}x}"

    def letters(self, length: int) -> str:
        return str(next(self._numbers)).rjust(length, "x")


@pytest.fixture
def a_turn():
    def build(**changes) -> Turn:
        said = {
            "model": "m",
            "requested": "m",
            "stream": False,
            "original": {},
            "sent": {},
            "clock": Stopped(),
            "ids": Counted(),
            "memory": Memory(),
        }
        return Turn(**(said | changes))

    return build
