"""OpenAI's Responses API as Codex uses it: by key (`codex-api-key`) or by a ChatGPT log-in.

Order of edits: translate, thinking, rules, then what Codex does not take. Even a whole answer is read from a stream:
the event `response.completed` carries it.
"""

from asyncio import to_thread
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import NAMESPACE_OID, uuid5

from native import tokens
from native.failure import Failure
from native.providers import codex_socket
from native.providers.base import COMPACT, Call, HttpProvider, Streamed, Whole, with_headers
from native.providers.spelling import dumped
from native.turn import Json, Turn
from native.upstream import Headers, UpstreamError, UpstreamRequest, UpstreamResponse
from native.wire import lenient
from native.wire.loose import MISSING, get, integer, parse, text

HOME = "https://chatgpt.com/backend-api/codex"
AGENT = "codex-tui/0.118.0 (Mac OS 26.3.1; arm64) iTerm.app/3.6.9 (codex-tui; 0.118.0)"
ORIGINATOR = "codex-tui"
UNKNOWN = ("previous_response_id", "prompt_cache_retention", "safety_identifier", "stream_options")
"""Fields that Codex refuses."""
PASSED = ("X-Codex-Beta-Features", "Version", "X-Codex-Turn-Metadata", "X-Client-Request-Id")
"""Headers that go on as the client sent them."""
FULL = ("selected model is at capacity", "model is at capacity. please try a different model")
"""What Codex says where a model has no room: as good as a quota that ran out."""
INCOMPLETE = "stream error: stream disconnected before completion: stream closed before response.completed"
CACHE_SECONDS = 3600.0
CACHE_MOST = 10_000


@dataclass(slots=True)
class _Remembered:
    key: str
    until: float


class Codex(HttpProvider):
    """Codex by key or log-in."""

    name: ClassVar[str] = "codex"
    format: ClassVar[str] = "codex"

    def target(self, call: Call) -> str:
        """Codex' own dialect, but a conversation is compacted in the Responses' terms."""
        return "openai-response" if call.alt == COMPACT else "codex"

    def edit(self, call: Call, body: Json, turn: Turn) -> Json:
        """Thinking, rules, and what Codex wants and does not take."""
        if call.alt == COMPACT and call.stream:
            raise Failure("streaming not supported for /responses/compact", 400)
        body = dict(self.ruled(call, self.thought(call, body), body, turn))
        body["model"] = call.base
        if call.alt == COMPACT:
            body.pop("stream", None)
        else:
            for name in UNKNOWN:
                body.pop(name, None)
            if not call.stream:
                body["stream"] = True
        if body.get("instructions") is None:
            body["instructions"] = ""
        return body

    def request(self, call: Call, body: Json, *, stream: bool) -> UpstreamRequest:  # noqa: ARG002 - always a stream
        """To the Responses' address, with a cache key that stays with the conversation."""
        credential = call.credential
        key = self._cache_key(call)
        if key:
            body["prompt_cache_key"] = key
        path = "/responses/compact" if call.alt == COMPACT else "/responses"
        url = (credential.base_url or HOME).removesuffix("/") + path
        headers = self._headers(call, key, accept="application/json" if call.alt == COMPACT else "text/event-stream")
        return UpstreamRequest("POST", url, headers, self.spelled(call, body), self.proxy(call, url))

    def _cache_key(self, call: Call) -> str:
        if call.source == "claude":
            user = get(lenient.sought(call.raw), "metadata", "user_id")
            return "" if user is MISSING else self._remembered(f"{call.model}-{text(user)}")
        if call.source == "openai-response":
            return text(get(lenient.sought(call.raw), "prompt_cache_key"))
        if call.source == "openai" and call.client.key.strip():
            return str(uuid5(NAMESPACE_OID, f"cli-proxy-api:codex:prompt-cache:{call.client.key.strip()}"))
        return ""

    def _remembered(self, name: str) -> str:
        """A user's cache key for a model: made once an hour."""
        shelf: dict[str, _Remembered] = self.kit.memory.shelves.setdefault("codex-cache", {})
        now = self.kit.clock.now()
        found = shelf.get(name)
        if found is None or found.until < now:
            if len(shelf) >= CACHE_MOST:
                shelf.clear()
            found = shelf[name] = _Remembered(self.kit.ids.uuid(), now + CACHE_SECONDS)
        return found.key

    def _headers(self, call: Call, key: str, accept: str) -> Headers:
        credential, client = call.credential, call.client.headers
        token = credential.api_key or str(credential.metadata.get("access_token") or "")
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        if key:
            headers["Session_id"] = key
        headers |= {name: client[name].strip() for name in PASSED if client.get(name, "").strip()}
        agent = "" if credential.api_key else self.kit.config.codex_header_defaults.user_agent.strip()
        headers["User-Agent"] = agent or client.get("User-Agent", "").strip() or AGENT
        if "Mac OS" in headers["User-Agent"]:
            headers["Session_id"] = client.get("Session_id", "").strip() or key or self.kit.ids.uuid()
        headers |= {"Accept": accept, "Connection": "Keep-Alive"}
        originator = client.get("Originator", "").strip() or ("" if credential.api_key else ORIGINATOR)
        if originator:
            headers["Originator"] = originator
        if not credential.api_key and isinstance(account := credential.metadata.get("account_id"), str):
            headers["Chatgpt-Account-Id"] = account
        return with_headers(list(headers.items()), credential.headers)

    def refusal(self, status: int, headers: Headers, body: bytes) -> Failure:  # noqa: ARG002 - the body says it all
        """A full model is a quota that ran out; a limit says when it ends."""
        said = body.decode("utf-8", "replace")
        tree = parse(body)
        texts = (text(get(tree, "error", "message")), text(get(tree, "message")), said)
        if any(phrase in t.lower() for t in texts for phrase in FULL):
            status = 429
        return Failure(said or f"status {status}", status, retry_after=self._retry_after(status, tree))

    def _retry_after(self, status: int, tree: Any) -> float | None:
        if status != 429 or text(get(tree, "error", "type")).strip() != "usage_limit_reached":
            return None
        at, now = integer(get(tree, "error", "resets_at")), self.kit.clock.now()
        if at > now:
            return at - now
        seconds = integer(get(tree, "error", "resets_in_seconds"))
        return float(seconds) if seconds > 0 else None

    async def said(self, answer: UpstreamResponse, *, stream: bool) -> bytes:
        """What a refusal says; of a stream's, that it broke off says more than what came. Raises `UpstreamError`."""
        return await (answer.read() if stream else super().said(answer, stream=stream))

    def line(self, line: bytes) -> bytes | None:
        """Every line, the empty ones too: between events they are passed on."""
        return line

    async def stream(self, call: Call) -> Streamed:
        """Begin a stream, over a socket where client and credential have one."""
        if call.alt != COMPACT and codex_socket.wanted(self, call):
            streamed = await codex_socket.stream(self, call, (call.credential.base_url or HOME).removesuffix("/"))
            if streamed is not None:
                return streamed
        return await super().stream(call)

    async def whole(self, call: Call) -> Whole:
        """A whole answer, taken from the stream's last event."""
        if call.alt == COMPACT:
            return await super().whole(call)
        body, turn, pair = self.translated(call, stream=False)
        turn.sent = body = self.edit(call, body, turn)
        answer = await self.send(self.request(call, body, stream=False))
        try:
            data = await answer.read()
        except UpstreamError as error:
            raise Failure(str(error)) from error
        for line in data.split(b"\n"):
            if line.startswith(b"data:") and b"response.completed" in line:
                event = line[5:].strip()
                if text(get(parse(event), "type")) == "response.completed":
                    call.meter.of(self.format).lines(event)
                    return Whole(pair.whole(event, turn) if pair else event, answer.headers)
        raise Failure(INCOMPLETE, 408)

    async def count(self, call: Call) -> Whole:
        """Count the tokens of a request here: the provider has no way to ask."""
        body, turn, pair = self.translated(call, stream=False)
        count = await to_thread(tokens.of_codex, turn.model, self.thought(call, body))
        if pair is None or pair.tokens is None:
            usage = {"input_tokens": count, "output_tokens": 0, "total_tokens": count}
            return Whole(dumped({"response": {"usage": usage}}))
        return Whole(pair.tokens(count, turn))


PROVIDERS: dict[str, type[Any]] = {"codex": Codex}
