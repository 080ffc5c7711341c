"""Providers that speak OpenAI's chat completions, as `openai-compatibility` names them.

Order of edits: translate, rules, (compact: no `stream`), thinking, and on a stream a wish for usage at its end.
"""

from asyncio import to_thread
from typing import Any, ClassVar

from native import tokens
from native.failure import Failure
from native.providers.base import COMPACT, Call, HttpProvider, Whole, with_headers
from native.providers.spelling import dumped
from native.turn import Json, Turn
from native.upstream import UpstreamRequest

type Headers = list[tuple[str, str]]


class OpenAICompat(HttpProvider):
    """One class for all of them; a credential says which provider it is."""

    format: ClassVar[str] = "openai"

    def target(self, call: Call) -> str:
        """Chat completions, but a conversation is compacted in the Responses' own terms."""
        return "openai-response" if call.alt == COMPACT else "openai"

    def edit(self, call: Call, body: Json, turn: Turn) -> Json:
        """Rules first, then thinking."""
        body = self.ruled(call, body, body, turn)
        if call.alt == COMPACT and "stream" in body:
            body = {key: value for key, value in body.items() if key != "stream"}
        body = self.thought(call, body)
        if call.stream:
            options = body.get("stream_options")
            body = {**body, "stream_options": {**(options if isinstance(options, dict) else {}), "include_usage": True}}
        return body

    def request(self, call: Call, body: Json, *, stream: bool) -> UpstreamRequest:
        """To the provider's base-url, with its key."""
        credential = call.credential
        if not credential.base_url:
            raise Failure("missing provider baseURL", 401)
        headers: Headers = [("Content-Type", "application/json")]
        if credential.api_key:
            headers.append(("Authorization", f"Bearer {credential.api_key}"))
        headers.append(("User-Agent", "cli-proxy-openai-compat"))
        headers = with_headers(headers, credential.headers)
        if stream:
            headers = with_headers(headers, {"Accept": "text/event-stream", "Cache-Control": "no-cache"})
        path = "/responses/compact" if call.alt == COMPACT else "/chat/completions"
        url = credential.base_url.removesuffix("/") + path
        return UpstreamRequest("POST", url, headers, self.spelled(call, body), self.proxy(call, url))

    def line(self, line: bytes) -> bytes | None:
        """Lines of data alone."""
        return line if line.startswith(b"data:") else None

    async def count(self, call: Call) -> Whole:
        """Count the tokens of a request here: the provider has no way to ask."""
        body, turn, pair = self.translated(call, stream=False)
        count = await to_thread(tokens.of_chat, turn.model, self.thought(call, body))
        if pair is None or pair.tokens is None:
            usage = {"prompt_tokens": count, "completion_tokens": 0, "total_tokens": count}
            return Whole(dumped({"usage": usage}))
        return Whole(pair.tokens(count, turn))


PROVIDERS: dict[str, type[Any]] = {"openai-compatibility": OpenAICompat}
