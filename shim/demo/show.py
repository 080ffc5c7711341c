"""`shim demo`: two minutes of the whole thing, without a binary or an account.

A stand-in plays the golden recordings where the binary would be, another where the providers would be; everything
between them is the real thing: front, tap, recorder, judge, flags, native. Law: nothing leaves the machine, and what
is printed was measured in this run.
"""

import asyncio
import contextlib
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import aiohttp
import typer
from rich.console import Console
from yarl import URL

from shim import report as reports
from shim.commands.reporting import print_report
from shim.commands.saying import console
from shim.demo.script import golden
from shim.demo.simulated import IMPERFECT
from shim.demo.stage import stage
from shim.endpoints import endpoint_id
from shim.exchange import Case
from shim.filed import difference_of
from shim.flags.ledger import Ledger
from shim.flags.table import EVERY, Mode, Scope, Value
from shim.judge.verdict import Difference
from shim.sidebyside import shown
from shim.store.store import Store
from shim.store.verdicts import DifferenceRow

FLIPPED = "POST /v1/chat/completions"
SPOILT = "/v1/responses"
CLIENTS = 3
ROUNDS = 4  # of traffic after the flip, at most, until native has come up and answered
_AS_RECORDED = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
LONGEST = 60.0  # seconds for the judge to catch up


@dataclass(slots=True)
class Seen:
    """What the demo's clients got."""

    answered: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def demo(
    *,
    keep: Annotated[bool, typer.Option("--keep", help="leave it running until Ctrl-C")] = False,
    exchanges: Annotated[int, typer.Option(help="requests in each half", min=8)] = 60,
) -> None:
    """Show it all on this machine: recording, judging, a flip while traffic flows, a difference found."""
    raise typer.Exit(asyncio.run(_demo(console(), keep=keep, count=exchanges)))


async def _demo(out: Console, *, keep: bool, count: int) -> int:
    cases = golden()
    with tempfile.TemporaryDirectory(prefix="shim-demo-") as folder:
        async with stage(Path(folder), cases, "--native", environment={IMPERFECT: SPOILT}) as staged:
            port, database = staged.port, staged.database
            out.print(
                f"[bold]1.[/] The front listens on http://127.0.0.1:{port}; behind it a stand-in plays the binary."
            )
            _flag(database, EVERY, Mode.SHADOW, "the demo begins in shadow")
            seen = Seen()
            await _traffic(port, cases, count, seen)
            out.print(f"[bold]2.[/] {count} requests of all four protocols went through: {_said(seen)}.")
            _flag(database, FLIPPED, Mode.NATIVE, "its differences are clean")
            before = len(seen.wrong)
            for _ in range(ROUNDS):
                await _traffic(port, cases, count, seen)
                if (by_native := await _by_native(database)) > 0:
                    break
            out.print(
                f"[bold]3.[/] {FLIPPED} was flipped to native while traffic flowed: {_said(seen)},"
                f" {len(seen.wrong) - before} wrong answers after the flip."
            )
            caught_up = await _judged(database)
            out.print("[bold]4.[/] What the judge says, native run in its own process on what was recorded:\n")
            with Store(database, read_only=True) as store:
                out.print(f"   native itself answered {by_native} requests of {FLIPPED} after the flip\n")
                print_report(out, reports.read(store))
                found = _a_difference(store)
            out.print(
                f"\n[bold]5.[/] {SPOILT} was made to say something else than native on purpose. The judge found:\n"
            )
            for number, one in found[:1]:
                out.print(f"  exchange {number}")
                out.print(shown(one))
            out.print(
                f"\nWhere to look next:\n"
                f"  shim report --data-dir {database.parent}\n"
                f"  shim diff ID --data-dir {database.parent}\n"
                f"  shim flags --data-dir {database.parent}\n"
                "  shim run --help      put it in front of your own binary\n"
            )
            if keep:
                out.print("It keeps running; Ctrl-C ends it.")
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.Event().wait()
            return 0 if caught_up and found and by_native and not seen.wrong else 1


def _flag(database: Path, endpoint: str, mode: Mode, why: str) -> None:
    with Ledger.open(database) as ledger:
        ledger.set(Scope(endpoint), Value(mode), who="demo", why=why)


async def _traffic(port: int, cases: Sequence[Case], count: int, seen: Seen) -> None:
    """Ask what was recorded, four clients at once, and see whether it is answered as it was."""
    chosen = random.Random(4).sample(list(cases), min(count, len(cases)))  # noqa: S311 - which cases a demo shows
    left = iter(chosen)

    async def client(session: aiohttp.ClientSession) -> None:
        for case in left:
            one = case.runs[0].exchanges[0]
            async with session.request(
                one.request.method,
                URL(f"http://127.0.0.1:{port}{one.request.url}", encoded=True),
                data=one.request.body,
                headers=list(one.request.headers),
            ) as got:
                body = await got.read()
            endpoint = endpoint_id(one.request.method, one.request.url)
            seen.answered[endpoint] += 1
            if one.response is not None and (got.status != one.response.status or not body):
                seen.wrong.append(case.full_name)

    async with aiohttp.ClientSession(skip_auto_headers=_AS_RECORDED) as session:
        await asyncio.gather(*(client(session) for _ in range(CLIENTS)))


def _said(seen: Seen) -> str:
    return f"{seen.answered.total()} answers so far, {len(seen.wrong)} of them wrong"


async def _by_native(database: Path) -> int:
    """How many requests native has answered, once the recorder has written what it has."""
    await asyncio.sleep(1)
    with Store(database, read_only=True) as store:
        return int(store.sql.execute("SELECT count(*) FROM exchanges WHERE mode = 'native'").fetchone()[0])


async def _judged(database: Path) -> bool:
    """Wait until every recorded exchange of the legacy's has a verdict."""
    for _ in range(int(LONGEST / 0.5)):
        with Store(database, read_only=True) as store:
            if not reports.read(store).total().levels.get(reports.WAITING, 0):
                return True
        await asyncio.sleep(0.5)
    return False


def _a_difference(store: Store) -> list[tuple[int, Difference]]:
    rows = store.sql.execute(
        "SELECT v.exchange, d.path, d.side, d.kind, d.legacy, d.native, d.note FROM differences d"
        " JOIN verdicts v ON v.id = d.verdict WHERE v.level = 'different' ORDER BY d.id LIMIT 20"
    ).fetchall()
    return [(number, difference_of(DifferenceRow(*row))) for number, *row in rows]
