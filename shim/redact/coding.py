"""Content codings: looking into a compressed body, and writing a changed one the way it was.

Law: a coding that is not known here, or a body that is not what it says, raises; nobody looks past it.
"""

import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import brotli
import zstandard

from shim.exchange import Headers

LARGEST = 256 << 20  # bytes that a body may unfold to


class CodingError(ValueError):
    """A body that cannot be looked into; says which coding."""


@dataclass(frozen=True, slots=True)
class _Coding:
    decode: Callable[[bytes], bytes]
    encode: Callable[[bytes], bytes]


def _inflate(data: bytes, bits: int) -> bytes:
    """What a deflate stream holds, as far as it goes: a broken answer is cut in the middle."""
    unfold = zlib.decompressobj(bits)
    return unfold.decompress(data, LARGEST)


def _unzstd(data: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj(read_across_frames=True).decompress(data)


def _deflated(data: bytes) -> bytes:
    try:
        return _inflate(data, 15)
    except zlib.error:
        return _inflate(data, -15)


_CODINGS = {
    "gzip": _Coding(lambda data: _inflate(data, 31), lambda data: gzip.compress(data, mtime=0)),
    "deflate": _Coding(_deflated, zlib.compress),
    "br": _Coding(lambda data: brotli.Decompressor().process(data), lambda data: brotli.compress(data, quality=5)),
    "zstd": _Coding(_unzstd, lambda data: zstandard.ZstdCompressor().compress(data)),
}
_CODINGS["x-gzip"] = _CODINGS["gzip"]


def codings_of(headers: Headers) -> tuple[str, ...]:
    """The content codings of a body, in the order they were applied."""
    named = ",".join([value for name, value in headers if len(name) == 16 and name.lower() == "content-encoding"])
    if not named:
        return ()
    return tuple(coding for each in named.split(",") if (coding := each.strip().lower()) and coding != "identity")


def decoded(body: bytes, codings: tuple[str, ...]) -> bytes:
    """A body with its codings undone, as far as it goes.

    Raises:
        CodingError: A coding is not known, or the body is not in it.
    """
    for coding in reversed(codings):
        if coding not in _CODINGS:
            raise CodingError(f"no way to look into content coding {coding!r}")
        try:
            body = _CODINGS[coding].decode(body)
        except (zlib.error, brotli.error, zstandard.ZstdError) as error:
            raise CodingError(f"a body said to be {coding} is not: {error}") from error
    return body


def encoded(body: bytes, codings: tuple[str, ...]) -> bytes:
    """A body with codings applied that `decoded` knew."""
    for coding in codings:
        body = _CODINGS[coding].encode(body)
    return body
