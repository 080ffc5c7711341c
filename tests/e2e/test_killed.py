"""Killed at any moment of a cut-over and of its undoing, `shim run` started again goes on where it stood."""

import asyncio

import psutil
import pytest

from shim.cutover.log import CutoverLog
from shim.cutover.phases import Event, Phase
from shim.demo.script import golden

CHAT = "POST /v1/chat/completions"
APPLIED = [Event.APPLY, Event.TAKEN, Event.GONE]


def phase_of(house):
    with CutoverLog.open(house.stage.database) as log:
        return log.now().phase


async def killed(house):
    """End a `shim run` as a power cut would, and wait until its children have followed."""
    children = psutil.Process(house.stage.process.pid).children(recursive=True)
    house.stage.process.kill()
    await house.stage.process.wait()
    await asyncio.to_thread(psutil.wait_procs, children, 30)


async def started_again(house):
    return await asyncio.create_subprocess_exec(*house.stage.command, env=house.stage.environment)


@pytest.mark.slow
@pytest.mark.parametrize("phase", [Phase.ORDERED, Phase.TAKEN, Phase.SEALED, Phase.UNDOING])
async def test_killed_in_any_phase_it_goes_on_where_it_stood(house, phase):
    cases, gate = golden(), asyncio.Event()
    gate.set()
    it = await house("--no-page", "--no-reverse", "--no-judge", cases=cases, slow=cases[0], gate=gate, environment={})
    traffic = it.traffic(CHAT, without=cases[0])
    before = [Event.APPLY, Event.TAKEN, Event.GONE, Event.UNDO]
    if phase is Phase.ORDERED:
        applying = asyncio.ensure_future(it.shim("cutover", "--apply", "--force", "a test", expect=None))
        await it.until(lambda: phase_of(it) is not Phase.OPEN)
        await killed(it)
        applying.cancel()
    else:
        await killed(it)
        with CutoverLog.open(it.stage.database) as log:
            for event in before[: {Phase.TAKEN: 2, Phase.SEALED: 3, Phase.UNDOING: 4}[phase]]:
                log.happened(event)
    again = await started_again(it)
    try:
        await it.until(lambda: phase_of(it) in (Phase.SEALED, Phase.OPEN))
        wanted = Phase.OPEN if phase is Phase.UNDOING else Phase.SEALED
        await it.until(lambda: phase_of(it) is wanted)
        async with traffic.session() as client:

            async def served():
                tried = type(traffic)(traffic.port, traffic.cases)
                await tried.ask(client, traffic.cases[0], "after")
                return not tried.seen.failures

            async with asyncio.timeout(60):
                while not await served():  # noqa: ASYNC110  # it is another process that it happens in
                    await asyncio.sleep(0.1)
        words = ("--apply", "--force", "again") if wanted is Phase.OPEN else ("--undo",)
        await it.shim("cutover", *words)
    finally:
        again.terminate()
        await again.wait()
