"""Tying calls to exchanges, held against the truth with the real binary between sixteen clients and a provider.

Each client asks for a model of its own, which the binary sends to an address of its own: so the address tells whose a
call is, and the correlator, which looks at neither model nor address, does not know.
"""

import asyncio
import os
import random
import socket
import time
from collections import Counter
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import orjson
import pytest
import yaml
from aiohttp import ClientError, ClientSession, web

from shim.correlate import Correlator
from shim.exchange import Request
from shim.messages import Asked, Begun, Ended
from shim.tape import Tape

BINARY = os.environ.get("SHIM_LEGACY_BIN", "")
CLIENTS, ROUNDS = 16, 25
SAME = 0.3  # share of questions that everybody asks

pytestmark = [pytest.mark.legacy, pytest.mark.skipif(not BINARY, reason="SHIM_LEGACY_BIN names no binary")]


def a_free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def configuration(port, provider):
    """Even clients go to a provider that speaks OpenAI's chat, odd ones to one that speaks Claude's."""
    compatible = [
        {
            "name": f"lab{client}",
            "base-url": f"http://127.0.0.1:{provider}/c{client}/v1",
            "api-key-entries": [{"api-key": f"sk-{client}-{entry}"} for entry in range(3)],
            "models": [{"name": "lab-large", "alias": f"lab-{client}"}],
        }
        for client in range(0, CLIENTS, 2)
    ]
    claude = [
        {
            "api-key": f"sk-ant-{client}-{entry}",
            "base-url": f"http://127.0.0.1:{provider}/c{client}",
            "models": [{"name": "claude-sonnet-4-5-20250929", "alias": f"lab-{client}"}],
        }
        for client in range(1, CLIENTS, 2)
        for entry in range(3)
    ]
    return {
        "host": "127.0.0.1",
        "port": port,
        "auth-dir": "auth",
        "api-keys": ["sk-client-1"],
        "request-retry": 2,
        "disable-cooling": True,
        "openai-compatibility": compatible,
        "claude-api-key": claude,
    }


class Provider:
    """A scripted provider that fails now and then, and tells the correlator what it sees, as the tap does."""

    def __init__(self, correlator, chance):
        self.correlator, self.random = correlator, chance
        self.owner, self.busy, self.number = {}, {}, 0

    async def answer(self, asked):
        self.number += 1
        key, at = f"call{self.number}", time.time()
        client = int(asked.path.split("/")[1][1:])
        self.owner[key] = self.busy.get(client)
        headers = tuple(asked.headers.items())
        self.correlator.begin_call(Begun(key, Request(asked.method, str(asked.url), headers), at, call=True))
        body = await asked.read()
        self.correlator.ask(Asked(key, Request(asked.method, str(asked.url), headers, body), call=True))
        tape = Tape(at)
        status, kind, chunks = self.script(orjson.loads(body), "/messages" in asked.path)
        response = web.StreamResponse(status=status, headers={"Content-Type": kind})
        await response.prepare(asked)
        complete = False
        with suppress(ConnectionError):
            for chunk in chunks:
                tape.add(chunk, time.time())
                await response.write(chunk)
                await asyncio.sleep(self.random.uniform(0, 0.02))
            await response.write_eof()
            complete = True
        answered = tape.response(status, tuple(response.headers.items()), complete=complete)
        self.correlator.finish_call(Ended(key, answered, time.time(), call=True))
        return response

    def script(self, body, claude):
        chance = self.random.random()
        if chance < 0.2:
            error = {"error": {"type": "overloaded_error", "message": "overloaded, try again later"}}
            return 503 if chance < 0.1 else 429, "application/json", [orjson.dumps(error)]
        # The answers to one question are often the same, too.
        text = (
            "Certainly, this is so." if self.random.random() < 0.3 else f"This is answer number {self.number} of all."
        )
        if not body.get("stream"):
            return 200, "application/json", [orjson.dumps(whole(text, self.number, claude=claude))]
        return 200, "text/event-stream", stream(text, self.number, claude=claude)


def whole(text, number, *, claude):
    if claude:
        content = {"content": [{"type": "text", "text": text}], "usage": {"input_tokens": 1, "output_tokens": 1}}
        return {
            "id": f"msg_{number}",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "stop_reason": "end_turn",
        } | content
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return {"id": f"c{number}", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


def stream(text, number, *, claude):
    pieces = [text[at : at + 9] for at in range(0, len(text), 9)]
    if claude:
        message = whole("", number, claude=True) | {"content": [], "stop_reason": None}
        told = [{"type": "message_start", "message": message}]
        told.append({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
        delta = [{"type": "text_delta", "text": piece} for piece in pieces]
        told += [{"type": "content_block_delta", "index": 0, "delta": each} for each in delta]
        told.append({"type": "content_block_stop", "index": 0})
        told.append({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}})
        told.append({"type": "message_stop"})
        return [f"event: {each['type']}\ndata: ".encode() + orjson.dumps(each) + b"\n\n" for each in told]
    base = {"id": f"c{number}", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    deltas = [({"content": piece}, None) for piece in pieces] + [({}, "stop")]
    told = [base | {"choices": [{"index": 0, "delta": delta, "finish_reason": end}]} for delta, end in deltas]
    return [b"data: " + orjson.dumps(each) + b"\n\n" for each in told] + [b"data: [DONE]\n\n"]


def question(client, text, *, streamed):
    """The same question in the dialect that this client speaks."""
    model = f"lab-{client}"
    match client % 4:
        case 0 | 1:
            said = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}]
            return "/v1/chat/completions", {"model": model, "messages": said, "stream": streamed}
        case 2:
            said = [{"role": "user", "content": [{"type": "text", "text": text}]}]
            return "/v1/messages", {"model": model, "max_tokens": 99, "messages": said, "stream": streamed}
        case _:
            said = [{"role": "user", "content": [{"type": "input_text", "text": text}]}]
            return "/v1/responses", {"model": model, "input": said, "stream": streamed}


class Clients:
    """Sixteen at once, each asking one thing after the other, and telling the correlator, as the front does."""

    def __init__(self, correlator, provider, address):
        self.correlator, self.provider, self.address = correlator, provider, address
        self.random = random.Random(7)
        self.number = 0
        self.same = set()
        self.unanswered = set()

    async def ask(self, session, client):
        self.number += 1
        key = f"e{self.number}"
        same = self.random.random() < SAME
        text = "Say something." if same else f"What is thing {self.number}?" + " Think." * self.random.randrange(20)
        if same:
            self.same.add(key)
        path, body = question(client, text, streamed=self.random.random() < 0.5)
        self.provider.busy[client] = key
        at = time.time()
        request = Request("POST", path, (("Content-Type", "application/json"),), orjson.dumps(body))
        self.correlator.begin(Begun(key, Request("POST", path), at, call=False))
        self.correlator.ask(Asked(key, request, call=False))
        tape = Tape(at)
        headers = {"Authorization": "Bearer sk-client-1", "Content-Type": "application/json"}
        async with session.post(self.address + path, data=request.body, headers=headers) as answer:
            complete = True
            try:
                async for chunk in answer.content.iter_any():
                    tape.add(chunk, time.time())
            except ClientError:
                complete = False
            if answer.status != 200:
                self.unanswered.add(key)
            told = tape.response(answer.status, tuple(answer.headers.items()), complete=complete)
        self.correlator.finish(Ended(key, told, time.time(), call=False))
        self.provider.busy.pop(client)

    async def run(self):
        async with ClientSession() as session:

            async def one(client):
                for _ in range(ROUNDS):
                    await self.ask(session, client)

            await asyncio.gather(*(one(client) for client in range(CLIENTS)))


@asynccontextmanager
async def serving(provider, port):
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", provider.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield
    await runner.cleanup()


@asynccontextmanager
async def legacy(folder, config):
    (folder / "auth").mkdir()
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config | {"auth-dir": str(folder / "auth")}))
    words = ("--config", str(path), "--local-model", "--no-browser")
    quiet = asyncio.subprocess.DEVNULL
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    process = await asyncio.create_subprocess_exec(
        BINARY, *words, cwd=folder, env=environment, stdout=quiet, stderr=quiet
    )
    try:
        models = f"http://127.0.0.1:{config['port']}/v1/models"
        async with ClientSession(headers={"Authorization": "Bearer sk-client-1"}) as session, asyncio.timeout(20):
            while True:
                with suppress(ClientError):
                    async with session.get(models) as answer:
                        if len((await answer.json())["data"]) >= CLIENTS:
                            break
                await asyncio.sleep(0.05)
        yield
    finally:
        process.terminate()
        await process.wait()


async def test_of_sixteen_clients_of_the_real_binary_nearly_all_are_right_and_no_evidence_is_wrong(tmp_path: Path):
    port, upstream = a_free_port(), a_free_port()
    correlator = Correlator()
    provider = Provider(correlator, random.Random(3))
    clients = Clients(correlator, provider, f"http://127.0.0.1:{port}")
    async with serving(provider, upstream), legacy(tmp_path, configuration(port, upstream)):
        await clients.run()
    count = Counter()
    for exchange in correlator.settled(time.time()) + correlator.settled(time.time() + 1e6):
        kind = "same" if exchange.key in clients.same else "distinct"
        own = {call for call, owner in provider.owner.items() if owner == exchange.key}
        found = {call.key for call in exchange.calls}
        count[kind, "doubt" if exchange.doubt else "right" if found == own else "wrong"] += 1
    assert count.total() == CLIENTS * ROUNDS
    assert count["distinct", "wrong"] == count["same", "wrong"] == 0
    distinct = sum(many for (kind, _), many in count.items() if kind == "distinct")
    assert count["distinct", "right"] >= 0.995 * distinct
    assert provider.number > 1.1 * CLIENTS * ROUNDS
    assert len(clients.unanswered) < 0.2 * CLIENTS * ROUNDS
