"""Processes kept alive: started, started again with growing pauses when they die, ended in order.

Everything that starts and ends processes lives here. Laws: a process that keeps dying is tried less and less often,
never given up; nothing that was started outlives who started it; ending asks first, and insists after a while.
"""

import asyncio
import contextlib
import ctypes
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
SETTLED_AFTER = 30.0
_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


@dataclass(frozen=True, slots=True)
class Program:
    """What to run.

    Attributes:
        name: For people.
        arguments: The command line.
        environment: The process's.
        descriptors: Sockets it takes over.
        told: What it is told on standard input, which then stays open; None for no input at all.
        niceness: How far it stands back for the others.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    descriptors: Sequence[int] = ()
    told: bytes | None = None
    niceness: int = 0


def pause_after(deaths: int) -> float:
    """Seconds to wait before starting again what has died so many times in a row."""
    return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(deaths - 1, 20)))


@dataclass(slots=True)
class Supervised:
    """One program, kept alive.

    Attributes:
        program: What to run.
        heard: Takes each line it says; None to let it write to our own output.
        deaths: How often in a row it died soon after it started.
    """

    program: Program
    heard: Callable[[bytes], None] | None = None
    deaths: int = 0
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)
    _keeper: "asyncio.Task[None] | None" = field(default=None, init=False)
    _ending: bool = field(default=False, init=False)

    def start(self) -> None:
        """Start it, and keep it alive from now on; once is enough, and after the end it is too late."""
        if self._keeper is None and not self._ending:
            self._keeper = asyncio.ensure_future(self._keep())

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        """The process's id."""
        return self._process.pid if self._process else None

    async def end(self, patience: float, by: int = signal.SIGTERM) -> None:
        """Ask it to end, by this signal; kill it after so many seconds."""
        self._ending = True
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(by)
            try:
                async with asyncio.timeout(patience):
                    await process.wait()
            except TimeoutError:
                log.warning("%s did not end within %g s and was killed", self.program.name, patience)
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
        if self._keeper is not None:
            if process is None or self.deaths:
                self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._ending:
            began = loop.time()
            status = await self._run()
            if self._ending:
                return
            self.deaths = 1 if loop.time() - began > SETTLED_AFTER else self.deaths + 1
            pause = pause_after(self.deaths)
            log.warning("%s ended with %s; it is started again in %.1f s", self.program.name, status, pause)
            await asyncio.sleep(pause)

    async def _run(self) -> int | str:
        program = self.program
        try:
            self._process = await asyncio.create_subprocess_exec(
                *program.arguments,
                env=dict(program.environment),
                pass_fds=tuple(program.descriptors),
                stdin=asyncio.subprocess.PIPE if program.told is not None else asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE if self.heard else None,
                preexec_fn=lambda: prepare(program.niceness),
                process_group=0,
            )
        except OSError as error:
            return str(error)
        if program.told is not None and self._process.stdin is not None:
            self._process.stdin.write(program.told)
        if self.heard and self._process.stdout is not None:
            while line := await self._process.stdout.readline():
                self.heard(line)
        return await self._process.wait()


def prepare(niceness: int = 0) -> None:
    """What a process does before it becomes its program: stand back, and end with whoever started it."""
    os.nice(niceness)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGTERM)
