"""Gemini CLI's internal protocol on OpenAI-compatible upstreams: Gemini's pair, in envelopes."""

from typing import Final

from native.accents import gemini_openai
from native.accents.geminicli_envelope import enveloped

PAIR: Final = enveloped(gemini_openai.PAIR)
