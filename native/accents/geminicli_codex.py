"""Gemini CLI's internal protocol on Codex: Gemini's pair, in envelopes, but for the names of functions.

The legacy looks for the declared names outside the envelope, finds none, and leaves shortened names shortened.
"""

from dataclasses import replace
from typing import Final

from native.accents import gemini_codex
from native.accents.geminicli_envelope import enveloped, opened
from native.turn import Accent, Turn

NAMES_STAY_SHORT: Final = Accent(
    name="geminicli-codex-names-stay-short",
    about="A function whose name is too long for Codex is called by the short name, which the client never declared.",
    evidence="edge/gemini-quirk/cli-codex-names",
    faulty=True,
)


def _seen(turn: Turn) -> Turn:
    return turn if turn.faithful(NAMES_STAY_SHORT) else replace(turn, original=opened(turn.original))


_ENVELOPED: Final = enveloped(gemini_codex.PAIR, _seen)
PAIR: Final = replace(_ENVELOPED, accents=(*_ENVELOPED.accents, NAMES_STAY_SHORT))
