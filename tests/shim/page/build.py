"""Builders for the page's tests: a recording, and the page over it with a visitor."""

import contextlib
import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
from aiohttp import web

from shim import corpusfile
from shim.flags.ledger import Ledger
from shim.flags.table import Scope, Value
from shim.judge.accepted import Rules
from shim.judge.noisebook import NoiseBook
from shim.knowledge import Knowledge, shipped_noise
from shim.labels import exchange_labels
from shim.page.guard import TOKEN
from shim.page.keys import Keys
from shim.page.outside import Outside
from shim.page.server import build
from shim.run.ports import LOOPBACK, listen, number_of
from shim.shadow import Shadow
from shim.store.records import Record
from shim.store.snapshots import Snapshot
from shim.store.store import Store

GOLDEN = Path(__file__).parents[3] / "recordings" / "golden"
KEY, METRICS = "k" * 43, "m" * 43
TODAY = dt.date(2026, 11, 21)
NOW = 1_700_000_000.0
CHAT = "POST /v1/chat/completions"


def golden(name="core-chat-compat", few=4):
    return list(corpusfile.read(GOLDEN / f"{name}.jsonl.gz"))[:few]


def add(store, exchange, case=None, **more):
    """Record an exchange as live traffic."""
    config = dict(case.config) if case else {}
    read = exchange_labels(exchange, config)
    given = {
        "began": NOW - 60,
        "took": 0.5,
        "endpoint": read.endpoint,
        "provider": read.provider,
        "model": read.model,
        "stream": read.stream,
        "snapshot": Snapshot(config, dict(case.auth_files) if case else {}),
    }
    return store.exchanges.add(Record(exchange, **{**given, **more}))


def a_recording(path, cases=None, *, changed=None, **more):
    """A recording of golden cases; `changed` makes the legacy have said otherwise: bytes for bytes."""
    with Store(path) as store, store.transaction():
        for case in golden() if cases is None else cases:
            one = case.runs[0].exchanges[0]
            if changed:
                chunks = tuple(chunk.replace(*changed) for chunk in one.response.chunks)
                one = replace(one, response=replace(one.response, chunks=chunks))
            add(store, one, case, **more)
    return path


def flag(path, value, endpoint="*", **more):
    with Ledger.open(path) as ledger:
        ledger.set(Scope(endpoint, **more), Value.parse(value), who="ann", why="because", at=NOW - 600)


def judged(path):
    """Have everything judged that a flag asks for."""
    shadow = Shadow(path, Rules(()), NoiseBook.read(shipped_noise()))
    while shadow.step():
        pass


@dataclass
class Visit:
    """A page that is served, and somebody who asks it."""

    port: int
    database: Path
    session: aiohttp.ClientSession
    token: str = ""

    @property
    def origin(self):
        return f"http://{LOOPBACK}:{self.port}"

    def ask(self, method, path, *, headers=None, token=None, **more):
        mine = {"Origin": self.origin, TOKEN: self.token if token is None else token}
        chosen = {name: value for name, value in {**mine, **(headers or {})}.items() if value is not None}
        return self.session.request(method, self.origin + path, headers=chosen, **more)

    async def get(self, path, status=200):
        async with self.ask("GET", path) as answer:
            assert answer.status == status, await answer.text()
            return await answer.json()

    async def post(self, path, body, status=200):
        async with self.ask("POST", path, json=body) as answer:
            assert answer.status == status, await answer.text()
            return await answer.json()

    async def log_in(self, key=KEY, status=200):
        found = await self.post("/api/login", {"key": key}, status)
        self.token = found.get("token", "")


@contextlib.asynccontextmanager
async def served(database, *, clock=lambda: NOW, pace=None, logged_in=True, native=None):
    """The page over a recording, on a port of its own."""
    Ledger.open(database).close()
    sock = listen(LOOPBACK, 0)
    port = number_of(sock)
    known = Knowledge(database.with_name("accepted.yaml"), (), today=lambda: TODAY)
    pace = {} if pace is None else {"pace": pace}
    outside = Outside(database, Keys(KEY, METRICS), known, port, None, native, clock, **pace)
    runner = web.AppRunner(build(outside), access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.SockSite(runner, sock).start()
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            visit = Visit(port, database, session)
            if logged_in:
                await visit.log_in()
            yield visit
    finally:
        await runner.cleanup()
