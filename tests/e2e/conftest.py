"""A real `shim run` between stand-ins, and clients that never stop asking and forgive nothing."""

import asyncio
import contextlib
import json
import random
import sys
from collections import Counter
from dataclasses import dataclass, field, replace

import aiohttp
import pytest
from yarl import URL

from shim.demo.script import Script
from shim.demo.stage import Stage, stage
from shim.endpoints import endpoint_id
from shim.exchange import Case, Request, Response

AS_RECORDED = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
PATIENCE = 60.0  # seconds after which what should have happened has not


def one_of(case: Case):
    """The exchange of a case."""
    return case.runs[0].exchanges[0]


def is_stream(case: Case) -> bool:
    return b"text/event-stream" in str(one_of(case).response.headers).encode()


@dataclass
class Seen:
    """What clients got: how often, and what was wrong with it."""

    answered: Counter = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def take(self, kind: str, case: Case, status: int, body: bytes) -> None:
        self.answered[kind] += 1
        if status != one_of(case).response.status or not body:
            self.failures.append(f"{kind}: {case.full_name}: {status} {body[:200]!r}")


@dataclass
class Traffic:
    """Clients, asking one thing after the other until told to stop.

    Attributes:
        port: Whom they ask.
        cases: What they ask, whole answers and streams in turn.
        seen: What they got.
    """

    port: int
    cases: list[Case]
    seen: Seen = field(default_factory=Seen)
    pause: float = 0.1

    async def ask(self, session: aiohttp.ClientSession, case: Case, kind: str) -> None:
        """Ask once; anything but the answer to its end is a failure."""
        request = one_of(case).request
        try:
            async with session.request(
                request.method,
                URL(f"http://127.0.0.1:{self.port}{request.url}", encoded=True),
                data=request.body,
                headers=list(request.headers),
            ) as got:
                self.seen.take(kind, case, got.status, await got.read())
        except (aiohttp.ClientError, OSError) as error:
            self.seen.failures.append(f"{kind}: {case.full_name}: {error!r}")

    def session(self, *, fresh: bool = False) -> aiohttp.ClientSession:
        """A client's connections: one that is kept, or a new one for each request."""
        connector = aiohttp.TCPConnector(limit=1, force_close=fresh)
        return aiohttp.ClientSession(connector=connector, skip_auto_headers=AS_RECORDED)

    async def client(self, kind: str, seed: int) -> None:
        """Ask for ever."""
        chosen = random.Random(seed)
        async with self.session(fresh=kind == "fresh") as session:
            while True:
                await self.ask(session, chosen.choice(self.cases), kind)
                await asyncio.sleep(self.pause)

    @contextlib.asynccontextmanager
    async def flowing(self, kinds=("kept", "fresh")):
        """For as long as the block runs, clients ask."""
        clients = [asyncio.ensure_future(self.client(kind, seed)) for seed, kind in enumerate(kinds)]
        try:
            yield self.seen
        finally:
            for one in clients:
                one.cancel()
            await asyncio.gather(*clients, return_exceptions=True)


async def until(found, patience: float = PATIENCE):
    """Look until there is something."""
    async with asyncio.timeout(patience):
        while not (result := found()):  # noqa: ASYNC110  # it is another process that it happens in
            await asyncio.sleep(0.1)
        return result


@dataclass
class House:
    """An installation and what can be done to it from another terminal."""

    stage: Stage
    cases: list[Case]
    until = staticmethod(until)

    async def shim(self, *words: str, expect: int | None = 0) -> str:
        """Run a command of ours on it; what it says."""
        command = [sys.executable, "-m", "shim", *words, "--data-dir", str(self.stage.data)]
        process = await asyncio.create_subprocess_exec(
            *command, env=self.stage.environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        out, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert expect is None or process.returncode == expect, out.decode() + self.log()
        return out.decode()

    async def json(self, *words: str):
        """What a command says as JSON, whatever it exits with."""
        return json.loads(await self.shim(*words, "--json", expect=None))

    def log(self) -> str:
        return (self.stage.folder / "log").read_text(errors="replace")

    def traffic(self, endpoint: str, without: Case) -> Traffic:
        """Clients of one endpoint, who leave one case alone."""
        asked = ((case, one_of(case).request) for case in self.cases if case is not without)
        return Traffic(self.stage.port, [case for case, one in asked if endpoint_id(one.method, one.url) == endpoint])


class Gated:
    """A stream's chunks, the last of which wait for a gate; the provider gives signs of life meanwhile."""

    PING = b'event: ping\ndata: {"type": "ping"}\n\n'

    def __init__(self, chunks, gate: asyncio.Event) -> None:
        self.chunks, self.gate = chunks, gate

    def __len__(self) -> int:
        return len(self.chunks)

    def __iter__(self):
        yield from self.chunks[:2]
        while not self.gate.is_set():
            yield self.PING
        yield from self.chunks[2:]


def held_back(script: Script, case: Case, gate: asyncio.Event):
    """Providers that answer one call to its end only when the gate is open, and all others as recorded."""
    marked = one_of(case).upstream[0].response

    def answer(request: Request) -> Response | None:
        found = script.provider(request)
        return replace(found, chunks=Gated(found.chunks, gate), delay=0.05) if found is marked else found

    return answer


@pytest.fixture
async def house(tmp_path):
    """Builds installations; they have ended when the test has."""
    async with contextlib.AsyncExitStack() as stack:

        async def build(*words: str, cases, slow: Case, gate: asyncio.Event, environment) -> House:
            answer = held_back(Script(cases), slow, gate)
            running = stage(tmp_path, cases, *words, environment=environment, answer=answer)
            return House(await stack.enter_async_context(running), cases)

        yield build
