"""Google's Generative Language API, by key.

Order of edits: translate, thinking, a canvas, rules, the model's name; a client's `session_id` never leaves. Its
stream is read as JSON payloads, and `[DONE]` is added at its end.
"""

from typing import Any, ClassVar

from native.failure import Failure
from native.providers.base import COMPACT, Call, HttpProvider, Whole, with_headers
from native.providers.gemini_canvas import canvassed
from native.providers.gemini_stream import payload_of
from native.turn import Json, Turn
from native.upstream import UpstreamError, UpstreamRequest
from native.wire.loose import get, integer, parse

HOME = "https://generativelanguage.googleapis.com"
VERSION = "v1beta"
COUNTED_WITHOUT = {"tools", "generationConfig", "safetySettings"}
"""What a question for a count leaves out."""


class Gemini(HttpProvider):
    """`gemini-api-key`."""

    name: ClassVar[str] = "gemini"
    format: ClassVar[str] = "gemini"
    last: ClassVar[bytes | None] = b"[DONE]"

    def edit(self, call: Call, body: Json, turn: Turn) -> Json:
        """Thinking first, then what a picture is drawn on, then the rules."""
        if call.alt == COMPACT:
            raise Failure("/responses/compact not supported", 501)
        body = self.ruled(call, canvassed(call.base, self.thought(call, body)), body, turn)
        body = {**body, "model": call.base}
        body.pop("session_id", None)
        return body

    def request(self, call: Call, body: Json, *, stream: bool) -> UpstreamRequest:
        """To the model's own address, with the key in a header."""
        action = "streamGenerateContent" if stream else "generateContent"
        url = self._address(call, action)
        if call.alt:
            url += f"?$alt={call.alt}"
        elif stream:
            url += "?alt=sse"
        return self._request(call, url, body)

    def _address(self, call: Call, action: str) -> str:
        return f"{call.credential.base_url.rstrip('/') or HOME}/{VERSION}/models/{call.base}:{action}"

    def _request(self, call: Call, url: str, body: Json) -> UpstreamRequest:
        credential = call.credential
        headers = [("Content-Type", "application/json"), ("x-goog-api-key", credential.api_key)]
        return UpstreamRequest(
            "POST", url, with_headers(headers, credential.headers), self.spelled(call, body), self.proxy(call, url)
        )

    def line(self, line: bytes) -> bytes | None:
        """The JSON of a line, without usage that is not the last word."""
        return payload_of(line)

    async def count(self, call: Call) -> Whole:
        """Ask the provider for a count."""
        body, turn, pair = self.translated(call, stream=False)
        body = canvassed(call.base, self.thought(call, body))
        body = {k: v for k, v in body.items() if k not in COUNTED_WITHOUT}
        body["model"] = call.base
        answer = await self.send(self._request(call, self._address(call, "countTokens"), body))
        try:
            data = await answer.read()
        except UpstreamError as error:
            raise Failure(str(error)) from error
        if pair is None or pair.tokens is None:
            return Whole(data, answer.headers)
        return Whole(pair.tokens(integer(get(parse(data), "totalTokens")), turn), answer.headers)


PROVIDERS: dict[str, type[Any]] = {"gemini": Gemini}
