"""The whole of it, with real processes and clients that never stop asking.

A native endpoint with a planted fault is promoted, the fault is found and undone, the client sees nothing of it; mended
it climbs to native by gates alone; then native takes the port, the front and the binary go, and nobody notices; and
one command brings them back.
"""

import asyncio
import time
from contextlib import closing
from pathlib import Path

import psutil

from shim.cutover.log import CutoverLog
from shim.cutover.phases import Phase
from shim.cutover.waivers import Waivers
from shim.demo.script import golden
from shim.flags.ledger import Ledger
from shim.flags.table import Scope, Value
from shim.store.connection import connect

PLANTED = Path(__file__).with_name("planted")
CHAT = "POST /v1/chat/completions"
GATES = """
steps:
  - {flag: canary 50%, judged: 10, parity: 50}
  - {flag: native, judged: 20, parity: 60, served: 5}
breach: {latency: null}
"""


def below(process, mark=""):
    """Command lines of the processes of a `shim run`, those that have this."""
    found = map(command_line, psutil.Process(process.pid).children(recursive=True))
    return [words for words in found if words and mark in " ".join(words)]


def command_line(process):
    try:
        return process.cmdline()
    except psutil.Error:  # it has just ended
        return []


class Book:
    """What an installation's database says."""

    def __init__(self, sql):
        self.sql, self.ledger, self.log = sql, Ledger(sql), CutoverLog(sql)

    def set(self, value, why):
        self.ledger.set(Scope(CHAT), Value.parse(value), who="a person", why=why)

    @property
    def hold(self):
        return self.ledger.holds.all().get(Scope(CHAT))

    @property
    def value(self):
        return next(str(flag.value) for flag in self.ledger.table().flags if flag.scope == Scope(CHAT))

    def third_fault(self, since):
        """When the third fault was known, which is the first moment at which there could be a breach."""
        query = (
            "SELECT at FROM (SELECT began + took AS at FROM exchanges WHERE fault <> ''"
            " UNION ALL SELECT judged FROM verdicts WHERE level = 'different')"
            " WHERE at > ? ORDER BY at LIMIT 1 OFFSET 2"
        )
        return self.sql.execute(query, (since,)).fetchone()[0]


def the_held_back(cases):
    """A streamed chat by Claude whose call is like no other's."""
    streams = [case for case in cases if case.full_name.startswith("core/chat-claude/stream-")]
    return max(streams, key=lambda case: len(case.runs[0].exchanges[0].upstream[0].response.chunks))


async def test_a_fault_is_undone_a_mended_endpoint_climbs_and_native_takes_the_port(house, tmp_path):
    cases, gate, fault = golden(), asyncio.Event(), tmp_path / "fault"
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "gates.yaml").write_text(GATES)
    slow = the_held_back(cases)
    it = await house(
        *("--native", "--no-page", "--no-reverse", "--auto-promote"),
        cases=cases,
        environment={"PYTHONPATH": str(PLANTED), "E2E_FAULT": str(fault)},
        slow=slow,
        gate=gate,
    )
    traffic = it.traffic(CHAT, without=slow)
    with closing(connect(it.stage.database)) as sql:
        book = Book(sql)
        async with traffic.flowing() as seen:
            await faults_are_found_and_undone(it, book, fault)
            await the_mended_climbs_by_gates_alone(it, book, fault)
            await native_takes_the_port(it, book, traffic, slow, gate)
            await the_front_comes_back(it, book)
    assert not seen.failures, it.log()
    assert min(seen.answered["kept"], seen.answered["fresh"]) > 20


async def faults_are_found_and_undone(it, book, fault):
    await it.until(lambda: below(it.stage.process, "shim.gates.guard") and below(it.stage.process, "shim.shadow"))
    for kind in ("errors", "differences"):
        since = time.time()
        fault.write_text(kind)
        book.set("canary 50%", f"native with planted {kind}")
        hold = await it.until(lambda since=since: (found := book.hold) and found.at > since and found)
        assert book.value != "canary 50%"
        assert ("differs" if kind == "differences" else "fails") in hold.why
    assert hold.at - book.third_fault(since) < 5


async def the_mended_climbs_by_gates_alone(it, book, fault):
    fault.write_text("")  # another build of native from here on
    book.set("shadow", "native was mended")
    await it.until(lambda: book.value == "native")
    assert [(change.who, change.value) for change in book.ledger.history(2)] == [
        ("auto-promote", "native"),
        ("auto-promote", "canary 50%"),
    ]


async def native_takes_the_port(it, book, traffic, slow, gate):
    Waivers(book.sql).waive("*", who="a person", why="nothing else is asked for here")
    await it.until(lambda: below(it.stage.process, "-m native"))
    async with traffic.session() as idle, traffic.session() as streaming:
        await traffic.ask(idle, traffic.cases[0], "idle")
        stream = asyncio.ensure_future(traffic.ask(streaming, slow, "stream"))
        applying = asyncio.ensure_future(it.shim("cutover", "--apply"))
        while book.log.now().phase is not Phase.TAKEN:
            assert not applying.done(), applying.result()
            await asyncio.sleep(0.1)
        await traffic.ask(idle, traffic.cases[0], "idle")
        await traffic.ask(idle, traffic.cases[0], "idle")
        assert not stream.done()
        assert below(it.stage.process, "-m addons")
        gate.set()
        await stream
    assert "native serves the port alone" in await applying
    assert ["--fd" in words for words in below(it.stage.process)] == [True]
    assert (it.stage.data / "renewals").read_text() == "native"


async def the_front_comes_back(it, book):
    await asyncio.sleep(0.3)
    assert "the front and the binary serve again" in await it.shim("cutover", "--undo")
    assert book.value == "native"  # as it was before
    assert below(it.stage.process, "-m addons")
    assert below(it.stage.process, "shim.demo.simulated")
    assert (it.stage.data / "renewals").read_text() == "legacy"
    await asyncio.sleep(0.3)
