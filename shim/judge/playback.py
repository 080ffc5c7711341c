"""The recorded upstream, played to native: no provider is ever called.

Law: the i-th recorded answer for a method and path answers the i-th such request, once. A request that was not
recorded is a miss: it gets an answer that no provider gives, and stands in what native sent, where the comparison
finds it. A looser match would turn a wrong request into a right answer.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Iterable
from urllib.parse import urlsplit

import brotli
import zstandard

from native.upstream import Headers, UpstreamError, UpstreamRequest
from shim.exchange import Interaction, Request, Response
from shim.judge.view import BACKGROUND

MISS = 599  # the status of what was never recorded
_CHUNK_DELAY = 0.001  # seconds between chunks where the recording names none
_FRAMING = frozenset(["content-length", "transfer-encoding"])


def _address(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"


class _Deflate:
    def __init__(self, wbits: int) -> None:
        self._inner = zlib.decompressobj(wbits)

    def __call__(self, data: bytes) -> bytes:
        return self._inner.decompress(data)


def _decoder(headers: Headers) -> Callable[[bytes], bytes]:
    coding = next((v.lower() for k, v in headers if k.lower() == "content-encoding"), "")
    if coding in {"gzip", "x-gzip", "deflate"}:
        return _Deflate(zlib.MAX_WBITS | 32)
    if coding == "br":
        return brotli.Decompressor().process  # type: ignore[no-any-return] # brotli has no types
    if coding == "zstd":
        return zstandard.ZstdDecompressor().decompressobj().decompress
    return bytes


class PlayedResponse:
    """A recorded answer, given in its own pieces."""

    def __init__(self, recorded: Response) -> None:
        self.status = recorded.status
        self.headers: Headers = [(k, v) for k, v in recorded.headers if k.lower() not in _FRAMING]
        self._recorded = recorded
        self._decode = _decoder(self.headers)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The pieces, with the recorded pause behind each; broken off where the recording was."""
        for chunk in self._recorded.chunks:
            piece = self._decode(chunk)
            if piece:
                yield piece
            await asyncio.sleep(self._recorded.delay or _CHUNK_DELAY)
        if not self._recorded.complete:
            raise UpstreamError("unexpected EOF")

    async def read(self) -> bytes:
        """All pieces joined."""
        return b"".join([c async for c in self.chunks()])

    def close(self) -> None:
        """Nothing is held."""


class PlayedUpstream:
    """An `Upstream` that answers from a recording and keeps what it was asked."""

    def __init__(self, background: Iterable[Interaction] = ()) -> None:
        self.asked: list[Interaction] = []
        self._script: list[Interaction] = []
        self._background = [i for i in background if BACKGROUND.search(i.request.url)]

    def load(self, recorded: Iterable[Interaction]) -> None:
        """Take the answers of the next exchange; what is left of the last is gone."""
        self._script = [i for i in recorded if not BACKGROUND.search(i.request.url)]
        self.asked = []

    def _pick(self, request: UpstreamRequest) -> Response | None:
        wanted = _address(request.url)
        if BACKGROUND.search(request.url):
            return next((i.response for i in self._background if _address(i.request.url) == wanted), None)
        for n, one in enumerate(self._script):
            if one.request.method == request.method and _address(one.request.url) == wanted:
                del self._script[n]
                return one.response
        return None

    async def send(self, request: UpstreamRequest) -> PlayedResponse:
        """Answer as recorded; status 599 where nothing was."""
        found = self._pick(request)
        asked = Request(request.method, request.url, tuple(request.headers), request.body)
        self.asked.append(Interaction(asked, found))
        await asyncio.sleep(0)
        if found is None:
            return PlayedResponse(Response(MISS, chunks=(b"the legacy sent no such request",)))
        if found.status == 0:
            raise UpstreamError("EOF")
        return PlayedResponse(found)

    async def close(self) -> None:
        """Nothing is held."""
