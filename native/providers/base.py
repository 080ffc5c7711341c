"""What a provider is, and the way that most of them share.

A provider module says its upstream format, its address and headers, what it does to a body between the pair's
translation and the wire, how its stream is read into lines, and how it reads a refusal. It declares itself by a
module-level `PROVIDERS`: names (as credentials carry them) to classes; `native.providers` collects them. Laws: a
provider keeps no state of a request on itself; a body is edited by building anew what changes; what it raises is
`Failure` alone.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from native import redirects, thinking
from native.failure import Failure
from native.logs.record import Trace
from native.metering import OFF, Meter
from native.models import split_suffix
from native.payload import NO_RULES, Rules
from native.providers import spelling
from native.proxies import proxy_for
from native.turn import Clock, Ids, Json, Memory, Pair, Turn
from native.upstream import Headers, Upstream, UpstreamError, UpstreamRequest, UpstreamResponse
from native.wire import lenient, loose, twice
from native.wire.lines import Lines
from native.wire.loose import get

if TYPE_CHECKING:
    from native.config import Config
    from native.credentials.credential import Credential
    from native.models import Models
    from native.usage import Usage

COMPACT = "responses/compact"
"""The `alt` of a request to compact a conversation."""


@dataclass(slots=True)
class Client:
    """Who asks, and how: what a provider may take over from the client's own request.

    Attributes:
        headers: The client's headers, by name in any case.
        key: The client's key, empty where none is needed.
        path: The path it asked for.
        session: On a WebSocket, the connection's name: one upstream may serve all its turns.
        pinned: The id of the one credential that may serve, empty for any.
        endpoint: What was asked, where no key says who asks: `METHOD /path`.
        trace: Noted in it: who is asked.
    """

    headers: Mapping[str, str]
    key: str = ""
    path: str = ""
    session: str = ""
    pinned: str = ""
    endpoint: str = ""
    trace: Trace | None = None


@dataclass(slots=True)
class Kit:
    """What every provider works with; all of it comes from outside.

    Attributes:
        pairs: By (client protocol, upstream protocol).
        rules: The configuration's payload rules.
        shelves: What providers keep from one request to the next, by their own names.
    """

    config: "Config"
    models: "Models"
    upstream: Upstream
    clock: Clock
    ids: Ids
    memory: Memory
    pairs: Mapping[tuple[str, str], Pair]
    usage: "Usage"
    rules: Rules = NO_RULES
    shelves: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """One try at one credential.

    Attributes:
        credential: Whose account it is.
        model: The upstream's name for the model, with the client's thinking suffix.
        requested: The name the client asked for.
        source: The client's protocol.
        stream: Whether the client wants a stream.
        alt: The query's `alt`, or `responses/compact`.
        raw: The client's body as it came (after its endpoint's own rewriting).
        client: Who asks.
        spare: The body parsed already, for the first try to take.
        sound: Whether the body is JSON to go by; if not, its text is what a provider of the same protocol gets.
        meter: Told of the upstream's answer, for what it cost.
        untouched: The body as long as it is what `raw` says: whoever edits it makes another.
    """

    credential: "Credential"
    model: str
    requested: str
    source: str
    stream: bool
    alt: str
    raw: bytes
    client: Client
    spare: list[Any] = field(default_factory=list)
    sound: bool = True
    meter: Meter = OFF
    untouched: Json | None = None

    @property
    def base(self) -> str:
        """The model's name without the suffix."""
        return split_suffix(self.model)[0]


@dataclass(slots=True)
class Whole:
    """A whole answer, in the client's protocol, and the headers it came with."""

    body: bytes
    headers: Headers = field(default_factory=list)


@dataclass(slots=True)
class Streamed:
    """A stream that has begun: its headers, and its chunks in the client's protocol (not yet framed), some at a time.

    An empty chunk counts as an answer though nothing is written for it. The generator raises `Failure` where the stream
    breaks.
    """

    headers: Headers
    chunks: AsyncGenerator[list[bytes]]


class Provider(Protocol):
    """Serves calls: each method raises `Failure`."""

    async def whole(self, call: Call) -> Whole:
        """Answer at once."""
        ...

    async def stream(self, call: Call) -> Streamed:
        """Begin a stream."""
        ...

    async def count(self, call: Call) -> Whole:
        """Count the tokens of a request."""
        ...


class LateTurn(Turn):
    """A turn that parses the client's body again only when a pair asks for the original."""

    def __getattr__(self, name: str) -> Any:
        if name != "original":
            raise AttributeError(name)
        tree = lenient.parse(self.source)
        self.original = tree if isinstance(tree, dict) else {}
        return self.original


class HttpProvider:
    """The common way: translate, edit, send, read. A provider overrides what it does otherwise."""

    name: ClassVar[str] = ""
    """Its key in the catalogue, for what its models can think; empty takes the credential's provider."""
    format: ClassVar[str] = "openai"

    def __init__(self, kit: Kit) -> None:
        self.kit = kit

    # ---- what a provider says -------------------------------------------------------------------------------------

    def edit(self, call: Call, body: Json, turn: Turn) -> Json:
        """Do to a translated body what this provider does, in its own order. By default: think, then the rules."""
        return self.ruled(call, self.thought(call, body), body, turn)

    def request(self, call: Call, body: Json, *, stream: bool) -> UpstreamRequest:
        """The call itself: address, headers and the body's bytes."""
        raise NotImplementedError

    def refusal(self, status: int, headers: Headers, body: bytes) -> Failure:  # noqa: ARG002 - some read them
        """What a status that is no success means."""
        return Failure(body.decode("utf-8", "replace") or f"status {status}", status)

    def line(self, line: bytes) -> bytes | None:
        """What the pair is given for a line of the upstream's stream; None for nothing."""
        return line or None

    last: ClassVar[bytes | None] = None
    """A line that the pair is given once the upstream's stream has ended, however it did."""

    async def count(self, call: Call) -> Whole:  # noqa: ARG002 - whoever can count reads it
        """Count the tokens of a request."""
        raise Failure("not supported", 501)

    # ---- what they share ------------------------------------------------------------------------------------------

    def target(self, call: Call) -> str:  # noqa: ARG002 - some have several
        """The upstream's protocol for this call."""
        return self.format

    def translated(self, call: Call, *, stream: bool) -> tuple[Json, Turn, Pair | None]:
        """The client's body in the upstream's protocol, and the turn it belongs to."""
        kit = self.kit
        # By place, for names cost three times as much, and every request comes here.
        dialect = kit.config.dialect
        turn = LateTurn(call.base, call.model, stream, {}, {}, kit.clock, kit.ids, kit.memory, dialect, call.raw)
        del turn.original
        pair = self.kit.pairs.get((call.source, self.target(call)))
        body = self._read(call, turn, pair)
        if pair is not None:
            named = body.get("model")
            made = pair.request(body, turn)
            if pair.passing and named == turn.model:
                call.untouched = made
            return made if call.sound else spelling.left(call, self.target(call), made), turn, pair
        if call.base and get(body, "model") != call.base:
            body["model"] = call.base
        return body, turn, None

    def _read(self, call: Call, turn: Turn, pair: Pair | None) -> Json:
        """The client's body: parsed already, or now, or as far as its text can be read."""
        tree = call.spare.pop() if call.spare else twice.read(call.raw)
        if tree is loose.MISSING:
            call.sound, turn.valid = False, lenient.valid(call.raw)
            tree = (lenient.sought if pair and pair.seeking else lenient.body)(call.raw)
        elif isinstance(tree, list):
            call.sound = False
        return tree if isinstance(tree, dict) else {}

    def thought(self, call: Call, body: Json, target: str = "") -> Json:
        """The body told how much to think. Raises `Failure` where the model cannot."""
        known = self.kit.models.lookup(call.base, self.name or call.credential.provider)
        try:
            return thinking.apply(
                body, call.model, call.source, target or self.target(call), known.capability if known else None
            )
        except thinking.ThinkingError as error:
            raise Failure(error.message, error.status) from error

    def ruled(self, call: Call, body: Json, original: Json, turn: Turn, root: str = "") -> Json:
        """The body after the configuration's payload rules; `original` is what defaults are checked against."""
        return self.kit.rules.apply(
            body, original, model=turn.model, requested=call.requested, protocol=self.target(call), root=root
        )

    def spelled(self, call: Call, body: Json) -> bytes:
        """A body as bytes, or the client's text as far as that is to be passed on."""
        return spelling.spelled(call, self.target(call), body)

    def proxy(self, call: Call, url: str) -> str | None:
        """The proxy to go through: the credential's, the configuration's or the environment's; None to go straight."""
        return proxy_for(call.credential.proxy_url or self.kit.config.proxy_url, url)

    async def send(self, request: UpstreamRequest, *, stream: bool = False) -> UpstreamResponse:
        """Send, for a stream or a whole answer; raise `Failure` where no answer comes or it is no success."""
        try:
            answer = await redirects.send(self.kit.upstream, request)
        except UpstreamError as error:
            raise Failure(str(error)) from error
        if not 200 <= answer.status < 300:
            try:
                said = await self.said(answer, stream=stream)
            except UpstreamError as error:
                raise Failure(str(error)) from error
            raise self.refusal(answer.status, answer.headers, said)
        return answer

    async def said(self, answer: UpstreamResponse, *, stream: bool) -> bytes:  # noqa: ARG002 - for those who mind
        """What a refusal says, as far as it comes. Raises `UpstreamError` where that is what is told."""
        pieces: list[bytes] = []
        with suppress(UpstreamError):
            async for piece in answer.chunks():
                pieces += [piece]
        answer.close()
        return b"".join(pieces)

    async def whole(self, call: Call) -> Whole:
        """Answer at once."""
        body, turn, pair = self.translated(call, stream=False)
        turn.sent = body = self.edit(call, body, turn)
        answer = await self.send(self.request(call, body, stream=False))
        try:
            data = await answer.read()
        except UpstreamError as error:
            raise Failure(str(error)) from error
        call.meter.of(self.target(call)).whole(data)
        return Whole(pair.whole(data, turn) if pair else data, answer.headers)

    async def stream(self, call: Call) -> Streamed:
        """Begin a stream."""
        body, turn, pair = self.translated(call, stream=True)
        turn.sent = body = self.edit(call, body, turn)
        answer = await self.send(self.request(call, body, stream=True), stream=True)
        return Streamed(answer.headers, self.read(answer, turn, pair, call.meter.of(self.target(call))))

    async def read(
        self, answer: UpstreamResponse, turn: Turn, pair: Pair | None, meter: Meter
    ) -> AsyncGenerator[list[bytes]]:
        """The upstream's stream, line by line, through the pair."""
        stream = pair.stream(turn) if pair else None
        feed = stream.feed if stream else _same
        lines, clean, broken, mark = Lines(), self.line, None, meter.mark
        spelled = spelling.of_chunks(pair)
        try:
            try:
                async for data in answer.chunks():
                    found: list[bytes] = []
                    for line in lines.feed(data):
                        if (given := clean(line)) is not None:
                            if mark and given.find(mark) >= 0:
                                meter.line(given)
                            found += feed(given)
                    if found:
                        yield spelled(found)
            except UpstreamError as error:
                broken = error
            left = [given for line in lines.finish() if (given := clean(line)) is not None]
            meter.lines(b"\n".join(left))
            found = [chunk for given in left for chunk in feed(given)]
            if self.last is not None:
                found += feed(self.last)
            if stream and broken is None:
                found += stream.finish()
            if found:
                yield spelled(found)
            if broken is not None:
                raise Failure(str(broken)) from broken
        finally:
            answer.close()


def _same(line: bytes) -> list[bytes]:
    return [line]


def with_headers(headers: Headers, own: Mapping[str, str]) -> Headers:
    """Headers with a credential's own in place of those of the same name; of one that it names twice, the last."""
    if not own:
        return headers
    named = {name.lower(): (name, value) for name, value in own.items()}
    return [pair for pair in headers if pair[0].lower() not in named] + list(named.values())


__all__ = [
    "COMPACT",
    "Call",
    "Client",
    "HttpProvider",
    "Kit",
    "LateTurn",
    "Provider",
    "Streamed",
    "Whole",
    "with_headers",
]
