"""The whole of it, with real processes and clients that never stop asking.

A native endpoint with a planted fault is promoted, the fault is found and undone, the client sees nothing of it; mended
it climbs to native by gates alone; then native takes the port, the front and the binary go, and nobody notices; and
one command brings them back.
"""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import psutil

from shim.cutover.log import CutoverLog
from shim.cutover.phases import Phase
from shim.demo.script import golden
from shim.flags.ledger import Ledger
from shim.flags.table import Scope, Value

PLANTED = Path(__file__).with_name("planted")
CHAT = "POST /v1/chat/completions"
GATES = """
steps:
  - {flag: canary 50%, judged: 10, parity: 50}
  - {flag: native, judged: 20, parity: 60, served: 5}
breach: {latency: null}
"""


def below(process, mark):
    """Processes of a `shim run` whose command line has this."""
    found = psutil.Process(process.pid).children(recursive=True)
    return [one for one in found if mark in " ".join(one.cmdline())]


class Flags:
    """The flags of an installation."""

    def __init__(self, database):
        self.database = database

    def set(self, value, why):
        with Ledger.open(self.database) as ledger:
            ledger.set(Scope(CHAT), Value.parse(value), who="a person", why=why)

    @property
    def hold(self):
        with Ledger.open(self.database) as ledger:
            return ledger.holds.all().get(Scope(CHAT))

    @property
    def value(self):
        with Ledger.open(self.database) as ledger:
            return next(str(flag.value) for flag in ledger.table().flags if flag.scope == Scope(CHAT))

    def third_fault(self, since):
        """When the third fault was known, which is the first moment at which there could be a breach."""
        query = (
            "SELECT at FROM (SELECT began + took AS at FROM exchanges WHERE fault <> ''"
            " UNION ALL SELECT judged FROM verdicts WHERE level = 'different')"
            " WHERE at > ? ORDER BY at LIMIT 1 OFFSET 2"
        )
        with closing(sqlite3.connect(self.database)) as sql:
            row = sql.execute(query, (since,)).fetchone()
        return row[0]


def the_held_back(cases):
    """A streamed chat by Claude whose call is like no other's."""
    streams = [case for case in cases if case.full_name.startswith("core/chat-claude/stream-")]
    return max(streams, key=lambda case: len(case.runs[0].exchanges[0].upstream[0].response.chunks))


async def phase_of(house):
    with CutoverLog.open(house.stage.database) as log:
        return log.now().phase


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
    traffic, flags = it.traffic(CHAT, without=slow), Flags(it.stage.database)
    async with traffic.flowing() as seen:
        await faults_are_found_and_undone(it, flags, fault)
        await the_mended_climbs_by_gates_alone(it, flags, fault)
        await native_takes_the_port(it, traffic, slow, gate)
        await the_front_comes_back(it, flags)
    assert not seen.failures, it.log()
    assert min(seen.answered["kept"], seen.answered["fresh"]) > 20


async def faults_are_found_and_undone(it, flags, fault):
    await it.until(lambda: below(it.stage.process, "shim.gates.guard") and below(it.stage.process, "shim.shadow"))
    for kind in ("errors", "differences"):
        since = time.time()
        fault.write_text(kind)
        flags.set("canary 50%", f"native with planted {kind}")
        hold = await it.until(lambda since=since: (found := flags.hold) and found.at > since and found)
        assert flags.value != "canary 50%"
        assert ("differs" if kind == "differences" else "fails") in hold.why
    assert hold.at - flags.third_fault(since) < 5


async def the_mended_climbs_by_gates_alone(it, flags, fault):
    fault.write_text("")  # another build of native from here on
    flags.set("shadow", "native was mended")
    await it.until(lambda: flags.value == "native")
    with Ledger.open(it.stage.database) as ledger:
        assert [(change.who, change.value) for change in ledger.history(2)] == [
            ("auto-promote", "native"),
            ("auto-promote", "canary 50%"),
        ]


async def native_takes_the_port(it, traffic, slow, gate):
    await it.shim("cutover", "--waive", "*", "--why", "nothing else is asked for here")
    await it.until(lambda: below(it.stage.process, "-m native"))
    async with traffic.session() as idle, traffic.session() as streaming:
        await traffic.ask(idle, traffic.cases[0], "idle")
        stream = asyncio.ensure_future(traffic.ask(streaming, slow, "stream"))
        applying = asyncio.ensure_future(it.shim("cutover", "--apply"))
        while await phase_of(it) is not Phase.TAKEN:
            assert not applying.done(), applying.result()
            await asyncio.sleep(0.1)
        await traffic.ask(idle, traffic.cases[0], "idle")
        await traffic.ask(idle, traffic.cases[0], "idle")
        assert not stream.done()
        assert below(it.stage.process, "-m addons")
        gate.set()
        await stream
    assert "native serves the port alone" in await applying
    left = psutil.Process(it.stage.process.pid).children(recursive=True)
    assert ["--fd" in one.cmdline() for one in left] == [True]
    assert (it.stage.data / "renewals").read_text() == "native"


async def the_front_comes_back(it, flags):
    await asyncio.sleep(0.3)
    assert "the front and the binary serve again" in await it.shim("cutover", "--undo")
    assert flags.value == "native"  # as it was before
    assert below(it.stage.process, "-m addons")
    assert below(it.stage.process, "shim.demo.simulated")
    assert (it.stage.data / "renewals").read_text() == "legacy"
    await asyncio.sleep(0.3)
