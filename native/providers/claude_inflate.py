"""Answers that are compressed without saying so.

Everything that tells gzip and zstd by their first bytes lives here; codings that an answer names are the transport's
to undo. Law: bytes that are neither pass untouched, as they come.
"""

import zlib
from collections.abc import AsyncIterator
from typing import Final, Protocol

import zstandard

from native.upstream import Headers, UpstreamError, UpstreamResponse

_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"


class _Inflater(Protocol):
    def decompress(self, data: bytes, /) -> bytes: ...


def inflater(head: bytes) -> _Inflater | None:
    """What undoes the coding that a body beginning so has; None where it has none."""
    if head.startswith(_GZIP):
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
    return zstandard.ZstdDecompressor().decompressobj() if head.startswith(_ZSTD) else None


def inflated(body: bytes) -> bytes:
    """A whole body without its coding; itself where it breaks off or has none."""
    undo = inflater(body)
    if undo is None:
        return body
    try:
        return undo.decompress(body)
    except (zlib.error, zstandard.ZstdError):
        return body


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
        undo = inflater(head)
        if undo is None:
            if head:
                yield head
            async for data in source:
                yield data
            return
        try:
            yield undo.decompress(head)
            async for data in source:
                yield undo.decompress(data)
        except (zlib.error, zstandard.ZstdError) as error:
            raise UpstreamError(str(error)) from error

    async def read(self) -> bytes:
        """The whole body. Raises `UpstreamError` where it breaks off."""
        return inflated(await self._answer.read())

    def close(self) -> None:
        """Let go of the connection."""
        self._answer.close()
