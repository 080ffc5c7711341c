"""Gemini CLI's internal protocol on Claude: Gemini's pair, in envelopes."""

from typing import Final

from native.accents import gemini_claude
from native.accents.geminicli_envelope import enveloped

PAIR: Final = enveloped(gemini_claude.PAIR)
