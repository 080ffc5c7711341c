"""Codings of Claude's answers, undone: it is told which are taken, so the way out leaves them as they come.

Everything that tells them, by what an answer names or else gzip and zstd by their first bytes, lives here. Law: bytes
that are neither pass untouched, as they come.
"""

from collections.abc import AsyncIterator
from typing import Final

from native.upstream import Headers, UpstreamError, UpstreamResponse
from native.wire.codings import Decoder, decoder_for

_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_NO_HEADER: Final = "gzip: invalid header"


class UnopenedError(UpstreamError):
    """A coding whose very beginning is not of it."""


def decoder(head: bytes) -> Decoder | None:
    """What undoes the coding that a body beginning so has; None where it has none."""
    if head.startswith(_GZIP):
        return decoder_for("gzip")
    return decoder_for("zstd") if head.startswith(_ZSTD) else None


class Inflated:
    """An answer whose coding is undone before its body is passed on."""

    def __init__(self, answer: UpstreamResponse) -> None:
        self._answer = answer
        self.status: int = answer.status
        self.headers: Headers = answer.headers
        self._named = next((value for name, value in answer.headers if name.lower() == "content-encoding"), "")

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes, its coding undone. Raises `UpstreamError` where it breaks off."""
        source = self._answer.chunks()
        head = b""
        async for data in source:
            head += data
            if self._named or len(head) >= len(_ZSTD):
                break
        undo = self._decoder(head)
        if undo is None:
            if head:
                yield head
            async for data in source:
                yield data
            return
        try:
            yield undo.feed(head)
            async for data in source:
                yield undo.feed(data)
            yield undo.finish()
        except ValueError as error:
            raise self._broken(error) from error

    async def read(self) -> bytes:
        """The whole body. Raises `UpstreamError` where it breaks off."""
        body = await self._answer.read()
        undo = self._decoder(body)
        try:
            return body if undo is None else undo.feed(body) + undo.finish()
        except ValueError as error:
            raise self._broken(error) from error

    def _decoder(self, head: bytes) -> Decoder | None:
        return decoder_for(self._named) if self._named else decoder(head)

    def _broken(self, error: ValueError) -> UpstreamError:
        if str(error) != _NO_HEADER:
            return UpstreamError(str(error))
        failed = "failed to create gzip reader" if self._named else "magic-byte gzip: failed to create reader"
        return UnopenedError(f"{failed}: {error}")

    def close(self) -> None:
        """Let go of the connection."""
        self._answer.close()
