"""Gemini CLI's internal protocol: framing of chunks, and what refuses a client from elsewhere."""

from typing import Final

from native.wire.gemini import stream_error
from native.wire.protocol import Protocol, data_frame

_DONE: Final = frozenset([b"[DONE]", b"data: [DONE]"])


def event(chunk: bytes) -> bytes:
    """A chunk as an event; one that is an event already only gets its end."""
    if chunk in _DONE:
        return b""
    return chunk + b"\n\n" if chunk.startswith(b"data:") else data_frame(chunk)


GEMINI_CLI: Final = Protocol("gemini-cli", frame=event, error=stream_error)
