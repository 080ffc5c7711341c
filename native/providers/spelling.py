"""How bodies and chunks are written: anew from what was parsed, or as the text that came, edited.

Laws: between the same protocols a client's text goes on as it came where nothing is changed, and one that is no
object is edited as the legacy edits text; everything else is written anew; an answer that is translated has no line
separators that a client might cut at.
"""

from collections.abc import Callable
from typing import Final, Protocol

import orjson

from native.turn import Json, Pair
from native.wire import lenient, loose, patch

_ALIKE: Final = {
    *((one, one) for one in ("openai", "claude", "gemini", "openai-response")),
    ("openai-response", "codex"),
}
"""Protocols of client and provider between which a text passes."""
_PASSED_ON: Final = {*_ALIKE, ("gemini-cli", "gemini")}
"""Those between which an answer does."""
_LINE: Final = "\u2028".encode()
_PARAGRAPH: Final = "\u2029".encode()
_PUNCTUATION: Final = _LINE[:1]
"""What both begin with, and other marks: one byte is found soonest."""


class Came(Protocol):
    """What a client sent: its text and protocol, whether that is JSON, and what was parsed while nobody touched it."""

    raw: bytes
    source: str
    sound: bool
    untouched: Json | None


def dumped(body: Json) -> bytes:
    """A body as bytes."""
    try:
        return orjson.dumps(body)
    except TypeError:  # what orjson does not write as it is
        return loose.raw(body).encode()


def spelled(came: Came, target: str, body: Json) -> bytes:
    """A body as bytes: the client's own text where nobody touched it, or where it is no object, edited likewise.

    Args:
        came: What the client sent.
        target: The upstream's protocol.
        body: What became of it.
    """
    if came.sound:
        return came.raw if body is came.untouched else dumped(body)
    if (came.source, target) not in _ALIKE:
        return dumped(body)
    before = lenient.sought(came.raw)
    if patch.opens(came.raw) or not isinstance(before, dict):
        return patch.edited(came.raw, before if isinstance(before, dict) else {}, body)
    if before.keys() <= body.keys():
        body = left(came, target, body)
    return patch.edited(came.raw, before, body) if body.keys() <= before.keys() else dumped(body)


def left(came: Came, target: str, body: Json) -> Json:
    """What is left of a body: of a text that does not begin as an object only what is new, once anything is."""
    if came.sound or (came.source, target) not in _ALIKE or patch.opens(came.raw):
        return body
    before = lenient.sought(came.raw)
    new = {key: value for key, value in body.items() if key not in before} if isinstance(before, dict) else {}
    return new or body


def of_chunks(pair: Pair | None) -> Callable[[list[bytes]], list[bytes]]:
    """How a stream's chunks are written: as they are where it is passed on."""
    if pair is None or (pair.client, pair.upstream) in _PASSED_ON:
        return _as_they_are
    return _without_separators


def _as_they_are(chunks: list[bytes]) -> list[bytes]:
    return chunks


def _without_separators(chunks: list[bytes]) -> list[bytes]:
    """Chunks with the line and paragraph separators escaped, as Go writes them: some clients cut lines there."""
    for chunk in chunks:
        if chunk.find(_PUNCTUATION) >= 0:
            return [each.replace(_LINE, b"\\u2028").replace(_PARAGRAPH, b"\\u2029") for each in chunks]
    return chunks
