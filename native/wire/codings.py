"""Content codings undone piece by piece: gzip, bare deflate, br, zstd.

Who undoes what is the legacy's: its HTTP library undoes gzip alone, and only where nobody said what they take; whoever
said so reads what an answer names first of all that they know. Laws: bytes that are no such coding raise `ValueError`,
and so does a coding that ends too early.
"""

import zlib
from collections.abc import Callable
from typing import Final, Protocol

import brotli

_CUT: Final = "unexpected EOF"
_UNTRUE: Final = frozenset({"content-encoding", "content-length"})
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

type Pairs = list[tuple[str, str]]


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
    """Deflate without a wrapper, the only way the legacy reads it; in the standard's wrapper it is broken."""

    _WHERE: Final = {"invalid stored block lengths": 5, "invalid block type": 1}

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(-zlib.MAX_WBITS)
        self._begun = False
        self._taken = 0

    def feed(self, data: bytes) -> bytes:
        if self._inner.eof:
            return b""
        self._begun = True
        self._taken += len(data)
        try:
            return self._inner.decompress(data)
        except zlib.error as error:
            where = self._WHERE.get(str(error).rpartition(": ")[2], self._taken)
            raise ValueError(f"flate: corrupt input before offset {where}") from error

    def finish(self) -> bytes:
        if self._begun and not self._inner.eof:
            raise ValueError(_CUT)
        return b""


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


_KNOWN: Final[dict[str, Callable[[], Decoder]]] = {
    "gzip": lambda: _Members(lambda: zlib.decompressobj(zlib.MAX_WBITS | 16)),
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": lambda: _Members(_Zstandard),
}


def decoder_for(coding: str) -> Decoder | None:
    """A decoder for the first of a Content-Encoding's that is known; None where none is."""
    names = (part.strip().lower() for part in coding.split(","))
    return next((_KNOWN[name]() for name in names if name in _KNOWN), None)


def _named(headers: Pairs) -> str:
    for name, value in headers:
        if name.lower() == "content-encoding":
            return value
    return ""


def in_transit(asked: Pairs, answered: Pairs) -> tuple[Pairs, Decoder | None]:
    """What the way out undoes by itself: gzip, where whoever asked named no coding.

    Args:
        asked: The request's headers.
        answered: The answer's.

    Returns:
        The answer's headers, without those that are then no longer true, and what undoes it.
    """
    if _named(answered).lower() != "gzip" or any(name.lower() == "accept-encoding" for name, _ in asked):
        return answered, None
    return [pair for pair in answered if pair[0].lower() not in _UNTRUE], decoder_for("gzip")
