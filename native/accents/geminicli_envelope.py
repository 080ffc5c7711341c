"""Gemini CLI's internal protocol: Gemini's requests and answers in an envelope.

Everything that opens a request's envelope and closes an answer's lives here. Laws: what is in a request's envelope is
a Gemini request, and is read by that protocol's own pairs; an answer is put in an envelope as it is, byte for byte.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from native.accents.gemini_candidates import token_count
from native.turn import Json, Pair, Stream, Turn
from native.wire.loose import text
from native.wire.spelling import Spelling

_INNER: Final = "request"


def opened(body: Json) -> Json:
    """The request in the envelope, its system instruction under the name that Gemini's pairs read."""
    inner = body.get(_INNER)
    out: Json = type(body)(inner) if isinstance(inner, dict) else {}
    out["model"] = text(body.get("model"))
    if "systemInstruction" in out:
        out["system_instruction"] = out.pop("systemInstruction")
    return out


def closed(answer: bytes) -> bytes:
    """An answer in its envelope."""
    return b'{"response":' + answer + b"}"


class Enveloped:
    """A stream whose chunks each go out in an envelope."""

    __slots__ = ("_stream",)

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def feed(self, line: bytes) -> list[bytes]:
        """Take one line; return the chunks it makes."""
        return [closed(chunk) for chunk in self._stream.feed(line)]

    def finish(self) -> list[bytes]:
        """Return what is still owed."""
        return [closed(chunk) for chunk in self._stream.finish()]


def enveloped(pair: Pair, seen: Callable[[Turn], Turn] = lambda turn: turn) -> Pair:
    """Gemini's pair for the same upstream, for clients that speak in envelopes; answers are told of the turn `seen`."""

    def request(body: Json, turn: Turn) -> Json:
        inner = body.get(_INNER)
        source = Spelling(turn.source).of(inner, _INNER).encode() if turn.source else b""
        return pair.request(opened(body), replace(turn, source=source))

    return Pair(
        client="gemini-cli",
        upstream=pair.upstream,
        request=request,
        whole=lambda answer, turn: closed(pair.whole(answer, seen(turn))),
        stream=lambda turn: Enveloped(pair.stream(seen(turn))),
        tokens=lambda count, _: token_count(count),
        accents=pair.accents,
        seeking=True,
    )
