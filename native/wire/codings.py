"""Content codings undone piece by piece: gzip, deflate, br, zstd, and several on top of each other.

Law: bytes that are no such coding raise `ValueError`, and so does a coding that ends too early.
"""

import zlib
from collections.abc import Callable
from typing import Final, Protocol

import brotli

_CUT: Final = "unexpected EOF"
_SAID: Final = {
    f"Error -3 while decompressing data: {fault}": f"gzip: invalid {part}"
    for fault, part in (
        ("incorrect header check", "header"),
        ("unknown compression method", "header"),
        ("incorrect data check", "checksum"),
        ("incorrect length check", "checksum"),
    )
}
"""What the legacy says where a library says something else."""


class Decoder(Protocol):
    """Undoes a coding."""

    def feed(self, data: bytes) -> bytes:
        """Take coded bytes; return what they hold."""
        ...

    def finish(self) -> bytes:
        """The coded bytes have ended; return the rest."""
        ...


class _Inner(Protocol):
    """What the libraries give: decoders of one member, for a body may have several behind each other."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


class _Zstandard:
    """A member in zstd. Its library is loaded with the first: few providers send any."""

    def __init__(self) -> None:
        import zstandard  # noqa: PLC0415  # as above

        self._inner = zstandard.ZstdDecompressor().decompressobj()
        self._broken = zstandard.ZstdError

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, /) -> bytes:
        try:
            return self._inner.decompress(data)
        except self._broken as error:
            raise zlib.error(str(error)) from error


class _Members:
    """Undoes a coding whose bodies may be several members in a row."""

    def __init__(self, begin: Callable[[], _Inner]) -> None:
        self._begin = begin
        self._inner: _Inner | None = None

    def feed(self, data: bytes) -> bytes:
        found = b""
        try:
            while data:
                if self._inner is None or self._inner.eof:
                    self._inner = self._begin()
                found += self._inner.decompress(data)
                data = self._inner.unused_data
        except zlib.error as error:
            raise ValueError(_SAID.get(str(error), str(error))) from error
        return found

    def finish(self) -> bytes:
        if self._inner is not None and not self._inner.eof:
            raise ValueError(_CUT)
        return b""


class _Deflate:
    """Deflate, in the wrapper that the standard asks for or bare, as many send it: the first two bytes tell."""

    def __init__(self) -> None:
        self._head = b""
        self._inner: _Members | None = None

    def feed(self, data: bytes) -> bytes:
        if self._inner is None:
            self._head += data
            if len(self._head) < 2:
                return b""
            wrapped = self._head[0] & 0x0F == zlib.DEFLATED and int.from_bytes(self._head[:2]) % 31 == 0
            window = zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS
            self._inner, data = _Members(lambda: zlib.decompressobj(window)), self._head
        return self._inner.feed(data)

    def finish(self) -> bytes:
        if self._inner is None and self._head:
            raise ValueError(_CUT)
        return self._inner.finish() if self._inner else b""


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()
        self._begun = False

    def feed(self, data: bytes) -> bytes:
        self._begun = True
        try:
            return bytes(self._inner.process(data))
        except brotli.error as error:
            raise ValueError(str(error)) from error

    def finish(self) -> bytes:
        if self._begun and not self._inner.is_finished():
            raise ValueError(_CUT)
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
                found.append(_Members(lambda: zlib.decompressobj(zlib.MAX_WBITS | 16)))
            case "deflate":
                found.append(_Deflate())
            case "br":
                found.append(_Brotli())
            case "zstd":
                found.append(_Members(_Zstandard))
            case "" | "identity":
                pass
            case _:
                return None
    if not found:
        return None
    return found[0] if len(found) == 1 else _Chain(found)
