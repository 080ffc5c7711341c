"""Vertex AI and what speaks like it: by key, or by a service account's file.

Everything that is special about it lives here; the rest is Gemini's. Laws: by key, an address has no project and no
place; a stream is handed on line by line as it came, blank ones too, and `[DONE]` is added at its end.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from native.failure import Failure
from native.providers import vertex_imagen
from native.providers.base import Call, Whole, with_headers
from native.providers.gemini import Gemini
from native.providers.vertex_account import Account, account_of, token_in, token_request
from native.turn import Json
from native.upstream import UpstreamError, UpstreamRequest, UpstreamResponse
from native.wire.loose import parse

HOME = "https://aiplatform.googleapis.com"
VERSION = "v1"
MARGIN = 60
"""Seconds before its end at which a token is no longer used."""


@dataclass(slots=True)
class Unsigned(UpstreamRequest):
    """A request that still needs its account's token."""

    account: Account | None = None


class Vertex(Gemini):
    """`vertex-api-key`, and log-ins of the type `vertex`."""

    name: ClassVar[str] = "vertex"

    def request(self, call: Call, body: Json, *, stream: bool) -> UpstreamRequest:
        """To the model's own address; Imagen predicts, and knows no streams."""
        drawn = _draws(call)
        action = "predict" if drawn else "streamGenerateContent" if stream else "generateContent"
        url = self._address(call, action)
        if call.alt and not (drawn and stream):
            url += f"?$alt={call.alt}"
        elif stream and not drawn:
            url += "?alt=sse"
        return self._request(call, url, body)

    def _address(self, call: Call, action: str) -> str:
        if not _key(call):
            return f"{account_of(call.credential).home}/{call.base}:{action}"
        return f"{call.credential.base_url or HOME}/{VERSION}/publishers/google/models/{call.base}:{action}"

    def _request(self, call: Call, url: str, body: Json) -> UpstreamRequest:
        headers = [("Content-Type", "application/json")]
        key, own, data, proxy = _key(call), call.credential.headers, self.spelled(call, body), self.proxy(call, url)
        if key:
            return UpstreamRequest("POST", url, with_headers([*headers, ("x-goog-api-key", key)], own), data, proxy)
        return Unsigned("POST", url, with_headers(headers, own), data, proxy, account_of(call.credential))

    async def send(self, request: UpstreamRequest, *, stream: bool = False) -> UpstreamResponse:
        """Send, with a token where a service account asks."""
        if isinstance(request, Unsigned) and request.account:
            token = await self._token(request.account, request.proxy)
            request = replace(request, headers=[*request.headers, ("Authorization", f"Bearer {token}")])
        return await super().send(request, stream=stream)

    async def _token(self, account: Account, proxy: str | None) -> str:
        """A token: a new one for every request, as the legacy has it; the clean dialect uses one while it is good."""
        now = self.kit.clock.now()
        kept = self.kit.shelves.setdefault("vertex.tokens", {})
        token, until = kept.get((account.email, account.key_id), ("", 0.0))
        if self.kit.config.dialect == "clean" and now < until:
            return str(token)
        try:
            answer = await self.kit.upstream.send(token_request(account, now, proxy))
            token, seconds = token_in(await answer.read())
        except UpstreamError as error:
            raise Failure("internal server error", 500) from error
        if not 200 <= answer.status < 300 or not token:
            raise Failure("internal server error", 500)
        kept[account.email, account.key_id] = token, now + seconds - MARGIN
        return token

    async def whole(self, call: Call) -> Whole:
        """Answer at once; Imagen's own way where a service account asks it to draw."""
        if _key(call):
            return await super().whole(call)
        account_of(call.credential)
        return await (self._drawing(call) if _draws(call) else super().whole(call))

    async def _drawing(self, call: Call) -> Whole:
        body = vertex_imagen.asked(parse(call.raw))
        _, turn, pair = self.translated(call, stream=False)
        turn.sent = body
        answer = await self.send(self.request(call, body, stream=False))
        try:
            data = await answer.read()
        except UpstreamError as error:
            raise Failure(str(error)) from error
        call.meter.of(self.format).whole(data)
        data = vertex_imagen.told(data, parse(data), call.base, self.kit.clock.now())
        return Whole(pair.whole(data, turn) if pair else data, answer.headers)

    def line(self, line: bytes) -> bytes | None:
        """The line as it came."""
        return line


def _key(call: Call) -> str:
    """The key to ask with: the credential's own, or a token that its file holds."""
    given = call.credential.metadata.get("access_token")
    return call.credential.api_key or (given if isinstance(given, str) else "")


def _draws(call: Call) -> bool:
    return "imagen" in call.base.lower()


PROVIDERS: dict[str, type[Any]] = {"vertex": Vertex}
