"""Answers that are compressed without saying so.

Everything that tells gzip and zstd by their first bytes lives here; codings that an answer names are the transport's
to undo. Law: bytes that are neither pass untouched, as they come.
"""

from collections.abc import AsyncIterator
from typing import Final

from native.upstream import Headers, UpstreamError, UpstreamResponse
from native.wire.codings import Decoder, decoder_for

_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"


def decoder(head: bytes) -> Decoder | None:
    """What undoes the coding that a body beginning so has; None where it has none."""
    if head.startswith(_GZIP):
        return decoder_for("gzip")
    return decoder_for("zstd") if head.startswith(_ZSTD) else None


def inflated(body: bytes) -> bytes:
    """A whole body without its coding. Raises `ValueError` where that breaks off."""
    undo = decoder(body)
    return body if undo is None else undo.feed(body) + undo.finish()


class Inflated:
    """An answer whose body is looked at before it is passed on."""

    def __init__(self, answer: UpstreamResponse) -> None:
        self._answer = answer
        self.status: int = answer.status
        self.headers: Headers = answer.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes, its coding undone. Raises `UpstreamError` where it breaks off."""
        source = self._answer.chunks()
        head = b""
        async for data in source:
            head += data
            if len(head) >= len(_ZSTD):
                break
        undo = decoder(head)
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
            raise UpstreamError(str(error)) from error

    async def read(self) -> bytes:
        """The whole body. Raises `UpstreamError` where it breaks off."""
        body = await self._answer.read()
        try:
            return inflated(body)
        except ValueError as error:
            raise UpstreamError(str(error)) from error

    def close(self) -> None:
        """Let go of the connection."""
        self._answer.close()
