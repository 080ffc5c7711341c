"""Content codings undone piece by piece: gzip, deflate, br, zstd, and several on top of each other.

Law: bytes that are no such coding raise `ValueError`, and so does a coding that ends too early.
"""

import zlib
from typing import Protocol

import brotli
import zstandard


class Decoder(Protocol):
    """Undoes a coding."""

    def feed(self, data: bytes) -> bytes:
        """Take coded bytes; return what they hold."""
        ...

    def finish(self) -> bytes:
        """The coded bytes have ended; return the rest."""
        ...


class _Zlib:
    def __init__(self, window: int) -> None:
        self._window = window
        self._inner = zlib.decompressobj(window)

    def feed(self, data: bytes) -> bytes:
        found = b""
        try:
            while data:
                found += self._inner.decompress(data)
                data = self._inner.unused_data
                if data:
                    self._inner = zlib.decompressobj(self._window)
        except zlib.error as error:
            raise ValueError(str(error)) from error
        return found

    def finish(self) -> bytes:
        return self._inner.flush()


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    def feed(self, data: bytes) -> bytes:
        try:
            return bytes(self._inner.process(data))
        except brotli.error as error:
            raise ValueError(str(error)) from error

    def finish(self) -> bytes:
        return b""


class _Zstd:
    def __init__(self) -> None:
        self._inner = zstandard.ZstdDecompressor().decompressobj()

    def feed(self, data: bytes) -> bytes:
        try:
            return self._inner.decompress(data)
        except zstandard.ZstdError as error:
            raise ValueError(str(error)) from error

    def finish(self) -> bytes:
        return b""


class _Chain:
    def __init__(self, inner: list[Decoder]) -> None:
        self._inner = inner

    def feed(self, data: bytes) -> bytes:
        for decoder in self._inner:
            data = decoder.feed(data)
        return data

    def finish(self) -> bytes:
        data = b""
        for decoder in self._inner:
            data = (decoder.feed(data) if data else b"") + decoder.finish()
        return data


def decoder_for(coding: str) -> Decoder | None:
    """A decoder for a Content-Encoding; None where there is nothing to undo or nobody knows how."""
    found: list[Decoder] = []
    for name in reversed([part.strip().lower() for part in coding.split(",")]):
        match name:
            case "gzip" | "x-gzip":
                found.append(_Zlib(zlib.MAX_WBITS | 16))
            case "deflate":
                found.append(_Zlib(zlib.MAX_WBITS))
            case "br":
                found.append(_Brotli())
            case "zstd":
                found.append(_Zstd())
            case "" | "identity":
                pass
            case _:
                return None
    if not found:
        return None
    return found[0] if len(found) == 1 else _Chain(found)
