"""A stream that has ended goes at once, and the conversation it belongs to with it: nothing waits for the collector."""

import gc

import pytest

from native.pairs import pairs
from tests.bench import bodies

EVENTS = {
    "openai": bodies.chat_stream,
    "claude": bodies.claude_stream,
    "gemini": bodies.gemini_stream,
    "codex": bodies.codex_stream,
}


def lines_of(upstream):
    return b"".join(EVENTS[upstream]()).split(b"\n")


@pytest.mark.parametrize(
    "pair", [p for p in pairs().values() if p.upstream in EVENTS], ids=lambda p: f"{p.client}-{p.upstream}"
)
def test_a_stream_that_has_ended_is_gone(pair, a_turn):
    lines = lines_of(pair.upstream)

    def conversation():
        stream = pair.stream(a_turn())
        said = [chunk for line in lines if line for chunk in stream.feed(line)] + stream.finish()
        assert said

    conversation()
    gc.collect()
    gc.disable()
    try:
        conversation()
        assert gc.collect() == 0
    finally:
        gc.enable()
