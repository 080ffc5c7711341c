import asyncio

import orjson
import pytest

from native.credentials.credential import Credential
from native.metering import AT_ONCE, MOST_KEPT, MOST_LINES, OFF, Metering
from native.providers.base import Client
from native.usage import Tokens, Usage

CREDENTIAL = Credential("c", "lab", api_key="sk-1")
OPENAI = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
CLAUDE = {"input_tokens": 21, "output_tokens": 9, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 2}
GEMINI = {
    "promptTokenCount": 31,
    "candidatesTokenCount": 8,
    "thoughtsTokenCount": 2,
    "cachedContentTokenCount": 3,
    "totalTokenCount": 41,
}
CODEX = {
    "input_tokens": 41,
    "output_tokens": 6,
    "total_tokens": 47,
    "input_tokens_details": {"cached_tokens": 10},
    "output_tokens_details": {"reasoning_tokens": 5},
}


@pytest.fixture
def metering(a):
    return Metering(Usage(), a.StandingClock())


@pytest.fixture
def begin(metering):
    def begun(protocol, client=Client({}, "sk-client")):  # noqa: B008 - it is frozen
        return metering.begun(CREDENTIAL, "m", client).of(protocol)

    return begun


def counted(metering):
    metering.settle()
    return [(one.tokens, one.failed) for one in metering.usage.details]


@pytest.mark.parametrize(
    ("protocol", "answer", "tokens"),
    [
        ("openai", {"usage": OPENAI}, (11, 7, 0, 0, 18)),
        (
            "openai",
            {
                "usage": {
                    **OPENAI,
                    "prompt_tokens_details": {"cached_tokens": 4},
                    "completion_tokens_details": {"reasoning_tokens": 3},
                }
            },
            (11, 7, 3, 4, 18),
        ),
        ("openai-response", {"usage": CODEX}, (41, 6, 5, 10, 47)),
        ("openai", {"usage": {"input_tokens": "3", "completion_tokens": 2.9}}, (3, 2, 0, 0, 5)),
        ("claude", {"usage": CLAUDE}, (21, 9, 0, 5, 30)),
        ("claude", {"usage": {"output_tokens": 1, "cache_creation_input_tokens": 6}}, (0, 1, 0, 6, 1)),
        ("gemini", {"usageMetadata": GEMINI}, (31, 8, 2, 3, 41)),
        ("gemini", {"usage_metadata": {"promptTokenCount": 3}}, (3, 0, 0, 0, 3)),
        ("gemini-cli", {"response": {"usageMetadata": GEMINI}}, (31, 8, 2, 3, 41)),
        ("codex", {"type": "response.completed", "response": {"usage": CODEX}}, (41, 6, 5, 10, 47)),
    ],
)
async def test_tokens_are_read_from_whole_answers_and_from_lines(metering, begin, protocol, answer, tokens):
    body = orjson.dumps(answer)
    for act, data in (
        ("whole", body),
        ("whole", b"event: x\ndata: " + body + b"\n\n"),
        ("line", b"data: " + body),
        ("lines", b"event: x\r\ndata: " + body + b"\r\n\r\n"),
    ):
        meter = begin(protocol)
        getattr(meter, act)(data)
        meter.ended()
    assert [(tokens.sum, failed) for tokens, failed in counted(metering)] == [(Tokens(*tokens).sum, False)] * 4
    assert counted(metering)[0][0][:4] == tokens[:4]


@pytest.mark.parametrize(
    ("protocol", "line"),
    [
        ("claude", b'data: {"usage":null}'),
        ("claude", b'data: {"usage":{"input_tokens":0}}'),
        ("claude", b'data: {"usage":'),
        ("claude", b'data: ["usage"]'),
        ("claude", b"data: [DONE]"),
        ("claude", b'data: {"message":{"usage":{"input_tokens":3}}}'),
        ("claude", b"event: usage"),
        ("codex", b'data: {"type":"response.created","response":{"usage":{"input_tokens":1}}}'),
        ("gemini", b'{"cpaUsageMetadata":{"promptTokenCount":3}}'),
    ],
)
async def test_lines_that_tell_nothing_count_nothing(metering, begin, protocol, line):
    meter = begin(protocol)
    meter.lines(line)
    meter.ended()
    assert counted(metering) == []


async def test_a_try_is_counted_once_by_the_first_usage_that_says_anything(metering, begin):
    meter = begin("openai")
    for line in (b'{"usage":null}', b'{"usage":{"prompt_tokens":1}}', b'{"usage":{"prompt_tokens":2}}'):
        meter.line(line)
    meter.failed()
    meter.ended()
    assert counted(metering) == [(Tokens(1, 0, 0, 0, 1), False)]


async def test_of_many_marked_lines_few_are_kept(metering, begin):
    meter = begin("openai")
    for n in range(5 * MOST_LINES):
        meter.line(b'{"usage":{"prompt_tokens":%d}}' % (n // MOST_LINES))
        assert len(meter._said) <= MOST_LINES
    meter.whole(b'{"usage":{"prompt_tokens":9},"text":"%s"}' % (b"x" * MOST_KEPT))
    assert len(meter._said) == 1
    meter.ended()
    assert counted(metering) == [(Tokens(1, 0, 0, 0, 1), False)]


@pytest.mark.parametrize(("protocol", "count"), [("openai", 1), ("openai-response", 1), ("claude", 0), ("gemini", 0)])
async def test_an_answer_that_tells_no_tokens_counts_where_the_legacy_counts_it(metering, begin, protocol, count):
    begin(protocol).ended()
    assert counted(metering) == [(Tokens(), False)] * count


async def test_a_failure_counts_whatever_the_protocol(metering, begin):
    begin("claude").failed()
    assert counted(metering) == [(Tokens(), True)]


async def test_a_try_is_put_down_to_its_client_credential_and_time(metering, begin, a):
    meter = begin("openai")
    metering.clock.time += 1.5
    meter.failed()
    begin("openai", Client({}, "", endpoint="POST /v1/messages")).failed()
    metering.settle()
    one, other = metering.usage.details
    assert (one.key, one.provider, one.model, one.source) == ("sk-client", "lab", "m", "sk-1")
    assert (one.at, one.latency) == (a.StandingClock().time, 1.5)
    assert other.key == "POST /v1/messages"


async def test_nothing_is_kept_while_counting_is_off(metering, begin):
    metering.usage.enabled = False
    meter = begin("openai")
    assert meter is OFF
    assert meter.mark == b""


async def test_what_has_ended_is_counted_soon_though_nobody_reads_it(metering, begin, monkeypatch):
    monkeypatch.setattr("native.metering.SOON", 0)
    counted, told = asyncio.Event(), []
    metering.usage.told += [told.append, lambda _: counted.set() if len(told) == 2 * AT_ONCE else None]
    for _ in range(2 * AT_ONCE):
        begin("openai").ended()
    assert told == []
    await asyncio.wait_for(counted.wait(), 30)
