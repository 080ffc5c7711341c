import gzip
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.accents.claude_claude import PAIR
from native.config import parse
from native.credentials.credential import Credential
from native.failure import Failure
from native.models import ModelInfo, Models
from native.providers.base import Call, Client, Kit
from native.providers.claude import Claude
from native.turn import Memory, Pair
from native.upstream import Headers, UpstreamError, UpstreamRequest
from native.usage import Usage


class Stopped:
    def __init__(self, at: float = 1000.0) -> None:
        self.at = at

    def now(self) -> float:
        return self.at


class Counted:
    """Ids that differ from one to the next, and have the right shape."""

    def __init__(self) -> None:
        self.count = 0

    def uuid(self) -> str:
        self.count += 1
        return f"00000000-0000-4000-8000-{self.count:012x}"

    def hexes(self, length: int) -> str:
        self.count += 1
        return f"{self.count:0{length}x}"

    def letters(self, length: int) -> str:
        return "a" * length


@dataclass
class Answer:
    """An answer in these chunks; broken at the end if it says so."""

    pieces: list[bytes]
    status: int = 200
    headers: Headers = field(default_factory=lambda: [("Content-Type", "application/json")])
    broken: str = ""
    closed: bool = False

    async def chunks(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece
        if self.broken:
            raise UpstreamError(self.broken)

    async def read(self) -> bytes:
        if self.broken:
            raise UpstreamError(self.broken)
        return b"".join(self.pieces)

    def close(self) -> None:
        self.closed = True


@dataclass
class Played:
    """An upstream that gives these answers, and keeps what it was asked."""

    answers: list[Answer]
    asked: list[UpstreamRequest] = field(default_factory=list)

    async def send(self, request: UpstreamRequest) -> Answer:
        self.asked.append(request)
        return self.answers[len(self.asked) - 1]

    async def close(self) -> None:
        pass


def a_provider(*answers: Answer, config: object = None, clock: Stopped | None = None) -> Claude:
    kit = Kit(
        config=parse(config or {}),
        models=Models(),
        upstream=Played(list(answers)),
        clock=clock or Stopped(),
        ids=Counted(),
        memory=Memory(),
        pairs={("claude", "claude"): PAIR},
        usage=Usage(),
    )
    return Claude(kit)


def a_call(
    body: bytes = b'{"model":"claude-x"}',
    *,
    model: str = "claude-x",
    key: str = "sk-1",
    base: str = "",
    client: dict[str, str] | None = None,
    own: dict[str, str] | None = None,
    stream: bool = False,
    alt: str = "",
) -> Call:
    return Call(
        credential=Credential(id="c", provider="claude", api_key=key, base_url=base, headers=own or {}),
        model=model,
        requested=model,
        source="claude",
        stream=stream,
        alt=alt,
        raw=body,
        client=Client(headers=client or {}),
    )


LEGACY = [json.loads(line) for line in Path(__file__).with_name("claude_legacy.jsonl").read_text().splitlines()]
"""What the legacy sent for made-up bodies, clients, keys and configurations."""

USER = re.compile(r"user_[0-9a-f]{64}_account_[0-9a-f-]{36}_session_[0-9a-f-]{36}(?!\\\\n)")
MESSAGE = b'{"model":"claude-x","max_tokens":5,"messages":[{"role":"user","content":"Hi."}]}'
COMPACT = "responses/compact"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "text", "user", "1h", "Secret word"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "text", "content", "role", "cache_control", "ttl", "name"]), inner)
    ),
    max_leaves=20,
)
KEYS = ["system", "tools", "messages", "metadata", "thinking", "tool_choice", "betas", "output_config", "max_tokens"]


async def sent(provider, call):
    await provider.whole(call)
    request = provider.kit.upstream.asked[-1]
    return request, json.loads(request.body)


def plain(body):
    """A body without what is made up anew each time."""
    build = re.sub(r"cc_version=2\.1\.63\.[0-9a-f]{3};", "cc_version=2.1.63.aaa;", json.dumps(body))
    return json.loads(USER.sub("USER", build))


@pytest.mark.parametrize("case", LEGACY, ids=range(len(LEGACY)))
async def test_a_request_leaves_as_the_legacy_sends_it(case):
    call = a_call(
        case["source"].encode(),
        model=case["model"],
        key=case["key"],
        base=case["base"],
        client=case["client"],
        own=case["own"],
        stream=case["stream"],
    )
    provider = a_provider(Answer([b""]), config=case["config"])
    provider.thought = lambda _call, body: body
    await (provider.stream(call) if case["stream"] else provider.whole(call))
    request = provider.kit.upstream.asked[0]
    headers = {name.lower(): value for name, value in request.headers}
    machine = {"x-stainless-os", "x-stainless-arch"}
    assert request.url == case["url"]
    assert {k: v for k, v in headers.items() if k not in machine or k in case["headers"]} == case["headers"]
    assert plain(json.loads(request.body)) == case["sent"]


async def test_the_check_sum_is_of_the_clients_own_spelling():
    for spelled in (b'{"model":"claude-x"}', b'{ "model" : "claude-x" }'):
        _, body = await sent(a_provider(Answer([b"{}"])), a_call(spelled))
        assert body["system"][0]["text"].endswith(f" cch={sha256(spelled).hexdigest()[:5]};")


async def test_the_check_sum_sees_the_models_own_name():
    _, aliased = await sent(a_provider(Answer([b"{}"])), a_call(b'{ "model": "mine" }'))
    spelled = b'{ "model": "claude-x" }'
    assert aliased["system"][0]["text"].endswith(f" cch={sha256(spelled).hexdigest()[:5]};")


async def test_a_model_in_the_list_brings_its_own_limit():
    provider = a_provider(Answer([b"{}"]), Answer([b"{}"]))
    provider.kit.models.register("c", "claude", [ModelInfo(id="claude-x", max_completion_tokens=640)])
    assert (await sent(provider, a_call()))[1]["max_tokens"] == 640
    assert (await sent(provider, a_call(MESSAGE)))[1]["max_tokens"] == 5


async def test_a_model_of_nobodys_list_brings_none():
    assert "max_tokens" not in (await sent(a_provider(Answer([b"{}"])), a_call()))[1]


async def test_thinking_that_a_model_refuses_is_a_failure_before_anything_is_sent():
    provider = a_provider()
    refused = b'{"thinking":{"type":"adaptive"},"output_config":{"effort":"odd"}}'
    with pytest.raises(Failure, match="unknown level: odd") as failure:
        await provider.whole(a_call(refused, model="claude-opus-4-1-20250805", stream=False))
    assert failure.value.status == 400


@pytest.mark.parametrize(("source", "streamed"), [("claude", False), ("openai", True)])
def test_only_a_claude_clients_whole_answer_is_asked_for_whole(source, streamed):
    asked = []
    pair = Pair(
        source, "claude", lambda body, turn: asked.append(turn.stream) or body, lambda *_: b"", lambda _turn: None
    )
    provider = a_provider()
    provider.kit.pairs = {(source, "claude"): pair}
    call = a_call()
    call.source = source
    provider.translated(call, stream=False)
    assert asked == [streamed]


async def test_a_claude_clients_stream_is_passed_on_in_whole_lines():
    answer = Answer([b"event: a\r\ndata: {", b"}\n", b"\n", b"data: en", b"d"])
    stream = await a_provider(answer).stream(a_call(stream=True))
    assert [chunk for chunks in [c async for c in stream.chunks] for chunk in chunks] == [
        b"event: a\n",
        b"data: {}\n",
        b"\n",
        b"data: end\n",
    ]
    assert answer.closed


async def test_a_stream_that_breaks_gives_what_there_was_and_fails():
    stream = await a_provider(Answer([b"data: 1\nda"], broken="reset")).stream(a_call(stream=True))
    assert await anext(stream.chunks) == [b"data: 1\n"]
    assert await anext(stream.chunks) == [b"da\n"]
    with pytest.raises(Failure, match="reset"):
        await anext(stream.chunks)


async def test_a_stream_that_is_compressed_without_saying_so_is_read():
    packed = gzip.compress(b"data: 1\n\n")
    stream = await a_provider(Answer([packed[:1], packed[1:9], packed[9:]])).stream(a_call(stream=True))
    assert b"".join([chunk async for chunks in stream.chunks for chunk in chunks]) == b"data: 1\n\n"


async def test_a_refusal_keeps_its_status_and_its_words():
    body = b'{"type":"error","error":{"type":"overloaded_error","message":"Later."}}'
    for told in (body, gzip.compress(body)):
        with pytest.raises(Failure) as failure:
            await a_provider(Answer([told], status=529)).whole(a_call())
        assert (failure.value.status, failure.value.message) == (529, body.decode())


async def test_a_refusal_that_breaks_off_keeps_its_status():
    with pytest.raises(Failure) as failure:
        await a_provider(Answer([b'{"err'], status=529, broken="unexpected EOF")).whole(a_call())
    assert failure.value.status == 529
    assert failure.value.message == "failed to read error response body: unexpected EOF"


async def test_a_refusal_whose_coding_cannot_be_opened_keeps_its_status():
    answer = Answer([b"no header"], status=529)
    answer.headers = [("Content-Encoding", "gzip")]
    with pytest.raises(Failure, match=r"^failed to decode error response body: failed to create gzip") as failure:
        await a_provider(answer).whole(a_call())
    assert failure.value.status == 529


async def test_tokens_are_counted_at_claude():
    provider = a_provider(Answer([b'{"input_tokens":7}']))
    counted = await provider.count(a_call(MESSAGE, client={"User-Agent": "claude-cli/9.9.9"}))
    request = provider.kit.upstream.asked[0]
    assert counted.body == b'{"input_tokens":7}'
    assert request.url == "https://api.anthropic.com/v1/messages/count_tokens?beta=true"
    assert [block["type"] for block in json.loads(request.body)["system"]] == ["text", "text"]


async def test_a_key_keeps_its_user_id_for_an_hour_of_disuse():
    config = {"claude-api-key": [{"api-key": "sk-1", "cloak": {"cache-user-id": True}}]}
    clock = Stopped()
    provider = a_provider(*[Answer([b"{}"])] * 4, config=config, clock=clock)
    users = []
    for later in (0, 3599, 3599, 3600):
        clock.at += later
        users.append((await sent(provider, a_call()))[1]["metadata"]["user_id"])
    assert users[0] == users[1] == users[2] != users[3]


async def test_a_log_in_is_a_bearers():
    call = a_call(key="")
    call.credential.metadata["access_token"] = "sk-ant-oat-1"
    request, _ = await sent(a_provider(Answer([b"{}"])), call)
    assert ("Authorization", "Bearer sk-ant-oat-1") in request.headers
    assert "x-api-key" not in dict(request.headers)


async def test_compaction_is_not_claudes():
    for ask in (a_provider().whole, a_provider().stream):
        with pytest.raises(Failure, match="/responses/compact not supported") as failure:
            await ask(a_call(alt=COMPACT))
        assert failure.value.status == 501


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
async def test_any_json_is_sent_and_none_is_changed(body):
    source = json.dumps({**body, "model": "claude-x"}).encode()
    words = {"sensitive-words": ["secret", "word"]}
    provider = a_provider(Answer([b"{}"]), config={"claude-api-key": [{"api-key": "sk-1", "cloak": words}]})
    call = a_call(source)
    tree, turn, _ = provider.translated(call, stream=False)
    provider.request(call, provider.edit(call, tree, turn), stream=False)
    assert json.dumps(tree) == json.dumps(json.loads(source))
