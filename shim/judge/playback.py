"""The recorded upstream, played to native: no provider is ever called.

Law: the i-th recorded answer for a method and path answers the i-th such request, once. A request that was not
recorded is a miss: it gets an answer that no provider gives, and stands in what native sent, where the comparison
finds it. A looser match would turn a wrong request into a right answer.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from email.utils import formatdate
from urllib.parse import urlsplit

from aiohttp.http import SERVER_SOFTWARE

from native.egress import AGENTS
from native.upstream import NO_AGENT, Headers, UpstreamError, UpstreamRequest, broken_off
from native.wire.codings import in_transit
from shim.exchange import Interaction, Request, Response
from shim.judge.view import BACKGROUND

MISS = 599  # the status of what was never recorded
_CHUNK_DELAY = 0.001  # seconds between chunks where the recording names none
_TRANSFER = "transfer-encoding"


def _headers(recorded: Response) -> Headers:
    """An answer's headers as they came over the wire.

    A provider by script dates no answer and is recorded with what the script says alone, so what its server, aiohttp's,
    adds to that is added here. Real ones are recorded whole.
    """
    said = [(k, v) for k, v in recorded.headers if k.lower() != _TRANSFER]
    names = {k.lower() for k, _ in said}
    if "date" in names:
        return said
    added = {"Date": formatdate(usegmt=True), "Server": SERVER_SOFTWARE}
    size = sum(map(len, recorded.chunks))
    if len(recorded.chunks) <= 1 and recorded.complete:
        added["Content-Length"] = str(size)
    if size:
        added["Content-Type"] = "application/octet-stream"
    return [*said, *((k, v) for k, v in added.items() if k.lower() not in names)]


def address(url: str) -> str:
    """Host and path: what a recorded call is found by, beside its method."""
    parts = urlsplit(url)
    usual = {"https": ":443", "http": ":80"}.get(parts.scheme, "")
    return f"{parts.netloc.removesuffix(usual) if usual else parts.netloc}{parts.path}"


def _said(request: UpstreamRequest) -> tuple[tuple[str, str], ...]:
    """The headers with what the way out itself adds."""
    headers = tuple(request.headers)
    if any(name.lower() == "user-agent" for name, _ in headers):
        return tuple(pair for pair in headers if pair != NO_AGENT)
    return (*headers, ("User-Agent", AGENTS[urlsplit(request.url).scheme]))


class PlayedResponse:
    """A recorded answer, given in its own pieces."""

    def __init__(self, recorded: Response, asked: Headers, broken: str = "unexpected EOF") -> None:
        self._broken = broken
        self.status = recorded.status
        self.headers, self._decoder = in_transit(asked, _headers(recorded))
        self._recorded = recorded

    async def chunks(self) -> AsyncIterator[bytes]:
        """The pieces, with the recorded pause behind each; broken off where the recording was."""
        decoder = self._decoder
        try:
            for chunk in self._recorded.chunks:
                piece = chunk if decoder is None else decoder.feed(chunk)
                if piece:
                    yield piece
                await asyncio.sleep(self._recorded.delay or _CHUNK_DELAY)
            if not self._recorded.complete:
                raise UpstreamError(self._broken)
            if decoder is not None and (rest := decoder.finish()):
                yield rest
        except ValueError as error:
            raise UpstreamError(str(error)) from error

    async def read(self) -> bytes:
        """All pieces joined."""
        return b"".join([c async for c in self.chunks()])

    def close(self) -> None:
        """Nothing is held."""


class PlayedUpstream:
    """An `Upstream` that answers from a recording and keeps what it was asked."""

    def __init__(self, background: Iterable[Interaction] = ()) -> None:
        self.asked: list[Interaction] = []
        self._calls: Counter[str] = Counter()
        self._script: list[Interaction] = []
        self._background = [i for i in background if BACKGROUND.search(i.request.url)]

    def load(self, recorded: Iterable[Interaction]) -> None:
        """Take the answers of the next exchange; what is left of the last is gone."""
        self._script = [i for i in recorded if not BACKGROUND.search(i.request.url)]
        self.asked = []

    def _pick(self, request: UpstreamRequest) -> Response | None:
        wanted = address(request.url)
        if BACKGROUND.search(request.url):
            return next((i.response for i in self._background if address(i.request.url) == wanted), None)
        for n, one in enumerate(self._script):
            if one.request.method == request.method and address(one.request.url) == wanted:
                del self._script[n]
                return one.response
        return None

    async def send(self, request: UpstreamRequest) -> PlayedResponse:
        """Answer as recorded; status 599 where nothing was."""
        found = self._pick(request)
        asked = Request(request.method, request.url, _said(request), request.body)
        self.asked.append(Interaction(asked, found))
        await asyncio.sleep(0)
        if found is None:
            return PlayedResponse(Response(MISS, chunks=(b"the legacy sent no such request",)), request.headers)
        if found.status == 0:
            raise UpstreamError("EOF")
        host = urlsplit(request.url).netloc
        self._calls[host] += 1
        return PlayedResponse(found, request.headers, broken_off(request.url, self._calls[host]))

    async def close(self) -> None:
        """Nothing is held."""
