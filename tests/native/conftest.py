"""What tests of native share: an upstream that answers by script, a clock that stands, a server in the test's loop."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp.test_utils import TestClient, TestServer

from native import config as configuration
from native.server import build
from native.settings import Settings
from native.stores import Stores
from native.upstream import Headers, UpstreamError, UpstreamRequest


class StandingClock:
    def __init__(self) -> None:
        self.time = 1_760_000_000.0

    def now(self) -> float:
        return self.time


class CountingIds:
    def __init__(self) -> None:
        self.given = 0

    def uuid(self) -> str:
        self.given += 1
        return f"00000000-0000-4000-8000-{self.given:012x}"

    def hexes(self, length: int) -> str:
        self.given += 1
        return f"{self.given:0{length}x}"

    def letters(self, length: int) -> str:
        return "a" * length


@dataclass
class Answer:
    """What a provider says: its chunks, and whether it breaks off behind them."""

    chunks: list[bytes]
    status: int = 200
    headers: Headers = field(default_factory=list)
    broken: str = ""
    closed: bool = False

    async def _pieces(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk
        if self.broken:
            raise UpstreamError(self.broken)

    def chunks_of(self) -> AsyncIterator[bytes]:
        return self._pieces()

    def close(self) -> None:
        self.closed = True


class _Given:
    def __init__(self, answer: Answer) -> None:
        self.status, self.headers, self._answer = answer.status, answer.headers, answer

    def chunks(self) -> AsyncIterator[bytes]:
        return self._answer.chunks_of()

    async def read(self) -> bytes:
        return b"".join([piece async for piece in self._answer.chunks_of()])

    def close(self) -> None:
        self._answer.close()


class ScriptedUpstream:
    """Answers by a function of the request, and keeps what it was asked."""

    def __init__(self, script: Callable[[UpstreamRequest], Answer]) -> None:
        self.script = script
        self.asked: list[UpstreamRequest] = []

    async def send(self, request: UpstreamRequest) -> _Given:
        self.asked.append(request)
        return _Given(self.script(request))

    async def close(self) -> None:
        pass

    @property
    def keys(self) -> list[str]:
        """The keys it was asked with, in order."""
        return [dict(r.headers).get("Authorization", "").removeprefix("Bearer ") for r in self.asked]

    def body(self, at: int = -1) -> Any:
        return orjson.loads(self.asked[at].body)


def a_chat(text: str = "Hello") -> Answer:
    answer = {
        "id": "c1",
        "object": "chat.completion",
        "model": "m",
        "choices": [{"index": 0, "message": {"content": text}}],
    }
    return Answer([orjson.dumps(answer)])


def a_stream(*deltas: str) -> Answer:
    events = [b'data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n' % d.encode() for d in deltas]
    return Answer([*events, b"data: [DONE]\n\n"])


def a_config(keys: list[str] | None = None, **others: Any) -> dict[str, Any]:
    """One OpenAI-compatible provider with these keys and a model `m`."""
    lab = {
        "name": "lab",
        "base-url": "https://lab.example.test/v1",
        "api-key-entries": [{"api-key": key} for key in keys or ["k1"]],
        "models": [{"name": "m", "alias": "m"}],
    }
    return {"api-keys": ["sk-client"], "openai-compatibility": [lab], **others}


class Builders:
    """Everything above, for tests to take by one name."""

    Answer = Answer
    ScriptedUpstream = ScriptedUpstream
    StandingClock = StandingClock
    CountingIds = CountingIds
    chat = staticmethod(a_chat)
    stream = staticmethod(a_stream)
    config = staticmethod(a_config)


@pytest.fixture(scope="session")
def a():
    return Builders


@pytest.fixture
def serving(tmp_path: Path):
    """A server on a configuration and a script: `async with serving(config, script) as (client, upstream)`."""

    @asynccontextmanager
    async def serve(tree, script=lambda _: a_chat(), clock=None, **settings):
        upstream = ScriptedUpstream(script)
        app = build(
            configuration.parse(tree),
            upstream=upstream,
            clock=clock or StandingClock(),
            ids=CountingIds(),
            stores=Stores(tmp_path),
            settings=Settings(**settings),
        )
        client = TestClient(TestServer(app, handler_cancellation=True), headers={"Authorization": "Bearer sk-client"})
        async with client:
            yield client, upstream

    return serve
