"""Claude, with an API key or a log-in, at Anthropic or anybody who speaks its protocol.

What happens to a body between translation and the wire, in its order, is `Claude.edit`; the parts are in `claude_*`.
Laws: a Claude client's stream is passed on without being read; the answer for other clients is always asked for as a
stream by its body, for only streams are translated whole.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from native.failure import Failure
from native.metering import Meter
from native.providers import claude_body, claude_cache, claude_cloak, claude_device, claude_headers, spelling
from native.providers.base import COMPACT, Call, HttpProvider, Kit, Streamed, Whole
from native.providers.claude_cloak import Cloaking, UserIds
from native.providers.claude_device import Devices
from native.providers.claude_inflate import Inflated, UnopenedError
from native.turn import Json, Pair, Turn
from native.upstream import UpstreamError, UpstreamRequest, UpstreamResponse
from native.wire import loose
from native.wire.respell import respelled

HOME: Final = "https://api.anthropic.com"
_NO_BLOCKS: Final = "claude-3-5-haiku"
"""Models that are not given Claude Code's system blocks."""


class Claude(HttpProvider):
    """Calls Claude's messages API."""

    name: ClassVar[str] = "claude"
    format: ClassVar[str] = "claude"

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._devices: Devices = kit.shelves.setdefault("claude-devices", Devices())
        self._users: UserIds = kit.shelves.setdefault("claude-users", UserIds())

    # ---- the body -------------------------------------------------------------------------------------------------

    def translated(self, call: Call, *, stream: bool) -> tuple[Json, Turn, Pair | None]:
        """As usual, but every other protocol's request is made a stream's."""
        return super().translated(call, stream=stream or call.source != self.format)

    def edit(self, call: Call, body: Json, turn: Turn) -> Json:
        """Think, cloak, rules, the answer's limit, forced tools, cache marks."""
        told = self.thought(call, body)
        ruled = self.ruled(call, spelling.left(call, self.format, self._cloaked(call, told, turn)), body, turn)
        if "claude" in self.kit.models.providers(call.base.strip()):
            known = self.kit.models.info(call.base.strip(), self.name)
            ruled = claude_body.limited(ruled, known.max_completion_tokens if known else 0)
        return claude_cache.marked(claude_body.without_forbidden_thinking(ruled))

    def _cloaked(self, call: Call, body: Json, turn: Turn) -> Json:
        cloaking = self._cloaking(call)
        agent = next((value for name, value in call.client.headers.items() if name.lower() == "user-agent"), "")
        if not cloaking.covers(agent):
            return body
        if not call.base.startswith(_NO_BLOCKS):
            body = claude_cloak.blocks(body, turn.ids, _spelling(call, body, turn), strict=cloaking.strict)
        key = _key(call) if cloaking.steady else ""
        body = claude_cloak.user(body, lambda: self._users.of(key, turn.ids, turn.clock))
        return claude_cloak.broken_up(body, cloaking.words) if cloaking.words else body

    def _cloaking(self, call: Call) -> Cloaking:
        """What the configuration says of this key: the first entry that names it, at this address or any."""
        key, base = _key(call).lower(), call.credential.base_url.lower()
        for entry in self.kit.config.claude_api_key if key else ():
            own = entry.base_url.lower()
            if entry.api_key.strip().lower() == key and (not base or not own or own == base):
                cloak = entry.cloak
                if cloak is None:
                    break
                words = tuple(cloak.sensitive_words)
                return Cloaking(cloak.mode.strip() or "auto", cloak.strict_mode, words, bool(cloak.cache_user_id))
        return Cloaking()

    # ---- the call -------------------------------------------------------------------------------------------------

    def request(self, call: Call, body: Json, *, stream: bool) -> UpstreamRequest:
        """A message."""
        return self._request(call, body, "/v1/messages?beta=true", stream=stream)

    def _request(self, call: Call, body: Json, path: str, *, stream: bool) -> UpstreamRequest:
        extra, body = claude_body.without_betas(body)
        client = _lowered(call.client.headers)
        url = (call.credential.base_url or HOME) + path
        headers = claude_headers.headers(
            client,
            call.credential.headers,
            access=_access(call, url),
            features=claude_headers.betas(client, extra),
            timeout=self.kit.config.claude_header_defaults.timeout.strip(),
            device=self._device(call, client),
            stream=stream,
        )
        return UpstreamRequest("POST", url, headers, self.spelled(call, body), self.proxy(call, url))

    def _device(self, call: Call, client: Mapping[str, str]) -> dict[str, str]:
        defaults = self.kit.config.claude_header_defaults
        base = claude_device.configured(defaults)
        if defaults.stabilize_device_profile:
            key = call.credential.id.strip() or _key(call).strip()
            return self._devices.of(key, base, client, self.kit.clock).headers()
        return claude_device.passing(base, client, _lowered(call.credential.headers))

    # ---- the answer -----------------------------------------------------------------------------------------------

    async def whole(self, call: Call) -> Whole:
        """Answer at once."""
        _no_compaction(call)
        return await super().whole(call)

    async def stream(self, call: Call) -> Streamed:
        """Begin a stream."""
        _no_compaction(call)
        return await super().stream(call)

    async def count(self, call: Call) -> Whole:
        """Count the tokens of a request."""
        body, turn, pair = self.translated(call, stream=False)
        if not call.base.startswith(_NO_BLOCKS):
            body = claude_cloak.blocks(body, turn.ids, _spelling(call, body, turn))
        body = claude_cache.limited(body)
        answer = await self.send(self._request(call, body, "/v1/messages/count_tokens?beta=true", stream=False))
        try:
            data = await answer.read()
        except UpstreamError as error:
            raise Failure(str(error)) from error
        if pair is None or pair.tokens is None:
            return Whole(data, answer.headers)
        return Whole(pair.tokens(loose.integer(loose.get(loose.parse(data), "input_tokens")), turn), answer.headers)

    async def send(self, request: UpstreamRequest, *, stream: bool = False) -> UpstreamResponse:
        """Send, and undo the coding of what comes."""
        return Inflated(await super().send(request, stream=stream))

    async def said(self, answer: UpstreamResponse, *, stream: bool) -> bytes:  # noqa: ARG002 - for both alike
        """Claude's own words, or why they could not be read."""
        try:
            return await Inflated(answer).read()
        except UnopenedError as error:
            return f"failed to decode error response body: {error}".encode()
        except UpstreamError as error:
            return f"failed to read error response body: {error}".encode()

    def line(self, line: bytes) -> bytes | None:
        """Every line, blank ones too."""
        return line

    def read(
        self, answer: UpstreamResponse, turn: Turn, pair: Pair | None, meter: Meter
    ) -> AsyncGenerator[list[bytes]]:
        """The stream: as it is for a Claude client, translated for others."""
        if pair is None or pair.client == self.format:
            return _passed(answer, meter)
        return super().read(answer, turn, pair, meter)


async def _passed(answer: UpstreamResponse, meter: Meter) -> AsyncGenerator[list[bytes]]:
    """A stream in whole lines, unread but for usage: line feeds alone end them, the last one too."""
    rest, broken = b"", None
    try:
        try:
            async for data in answer.chunks():
                end = data.rfind(b"\n") + 1
                if not end:
                    rest += data
                    continue
                lines = rest + data[:end] if rest else data[:end]
                rest = data[end:]
                if meter.mark and lines.find(meter.mark) >= 0:
                    meter.lines(lines)
                yield [lines.replace(b"\r\n", b"\n") if lines.find(b"\r") >= 0 else lines]
        except UpstreamError as error:
            broken = error
        if rest:
            meter.lines(rest)
            yield [rest.removesuffix(b"\r") + b"\n"]
        if broken is not None:
            raise Failure(str(broken)) from broken
    finally:
        answer.close()


def _no_compaction(call: Call) -> None:
    if call.alt == COMPACT:
        message = "/responses/compact not supported"
        raise Failure(message, 501)


def _spelling(call: Call, body: Json, turn: Turn) -> Callable[[], bytes]:
    """The text of which the billing block carries a check sum.

    A translated one holds a made-up user id at this point, so there its sum is as good as any.
    """
    if call.source != Claude.format:
        return lambda: turn.ids.hexes(8).encode()
    return lambda: respelled(turn.source, turn.original, body)


def _key(call: Call) -> str:
    if call.credential.api_key:
        return call.credential.api_key
    token: Any = call.credential.metadata.get("access_token")
    return token if isinstance(token, str) else ""


def _access(call: Call, url: str) -> tuple[str, str]:
    """Anthropic takes a key in a header of its own; log-ins, and everybody else, as a bearer's."""
    parts = urlsplit(url)
    if call.credential.api_key.strip() and parts.scheme == "https" and parts.netloc.lower() == "api.anthropic.com":
        return "x-api-key", _key(call)
    return "Authorization", f"Bearer {_key(call)}"


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers by name in lower case, the first of each."""
    found: dict[str, str] = {}
    for name, value in headers.items():
        found.setdefault(name.lower(), value)
    return found


PROVIDERS: Final = {"claude": Claude}
