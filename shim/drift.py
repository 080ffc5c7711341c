"""Drift: the recordings played to another build of the legacy, and what it does otherwise, by cause.

Everything between recorded cases and the difference of two builds lives here; the words are in `shim.driftreport`.
Laws: what the recorded build's own runs differ in is no drift; a difference counts once a second, fresh process shows
it too; what could not be played is said, never passed over.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Self

from shim.binary.instance import SETTLE, BinaryError
from shim.binary.kept import Kept, state_of
from shim.binary.player import Player
from shim.causes import Cause, Finding, Sign, everywhere, finding
from shim.exchange import Case
from shim.judge.compare import compare
from shim.judge.noisebook import NoiseBook
from shim.judge.verdict import Reason, Verdict, unjudged
from shim.labels import labels
from shim.replay import Result, size_of

_BATCH = 25  # cases of one state that a worker takes at once


@dataclass(slots=True)
class Drift:
    """What another build does otherwise.

    Attributes:
        binary: The build.
        recorded: Versions that the recordings name.
        results: One for each case.
    """

    binary: str
    recorded: tuple[str, ...] = ()
    results: list[Result] = field(default_factory=list)

    @property
    def unplayed(self) -> list[Result]:
        """Cases that could not be played."""
        return [r for r in self.results if r.verdict.reason is not None]

    @property
    def changed(self) -> list[Result]:
        """Cases in which it does something otherwise."""
        return [r for r in self.results if r.verdict.reason is None and not r.verdict.clean]

    @property
    def causes(self) -> list[Cause]:
        """Why, what is on most cases first; the same change at several endpoints is one."""
        return everywhere(filter(None, map(_finding, self.results)))

    @property
    def exit_status(self) -> int:
        """0 where nothing drifted, 1 where something did, 2 where nothing could be played."""
        if len(self.unplayed) == len(self.results):
            return 2
        return 1 if self.changed else 0


def _finding(one: Result) -> Finding | None:
    return finding(one.name, one.labels.endpoint, one.labels.provider, one.verdict)


class Stage:
    """One worker's processes of the build. Use as an async context manager.

    Args:
        binary: The build.
        folder: For scratch folders and the providers' authority, shared by all workers.
        settle: Seconds to wait once a process listens.
    """

    def __init__(self, binary: Path, folder: Path, settle: float) -> None:
        self._kept = Kept(binary, most=1, settle=settle, folder=folder)
        self._player = Player(binary, settle=settle, folder=folder)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._kept.__aexit__()

    async def verdict(self, case: Case, book: NoiseBook, confirmed: set[Sign]) -> Verdict:
        """Play a case and compare; `confirmed` are signs that a second process has shown, and grows."""
        alone = len(case.runs[0].exchanges) > 1 or case.runs[0].state_after is not None
        try:
            found = compare(case, await (self._player.play(case) if alone else self._kept.play(case)), None, book)
            if not _signs(found) <= confirmed:
                found = compare(case, await self._player.play(case), None, book)
                confirmed |= _signs(found)
        except BinaryError as error:
            return unjudged(Reason.BINARY, str(error))
        return found


def _signs(verdict: Verdict) -> frozenset[Sign]:
    found = finding("", "", "", verdict)
    return found.signs if found else frozenset()


async def play(
    binary: Path,
    cases: Sequence[Case],
    book: NoiseBook,
    *,
    folder: Path,
    jobs: int = 2,
    settle: float = SETTLE,
    told: Callable[[Result], None] = lambda _: None,
) -> list[Result]:
    """Play cases to a build, in several workers; returns results in the order of the cases.

    Args:
        binary: The build.
        cases: What is recorded.
        book: Learned noise, for cases of one run.
        folder: For what its processes leave lying.
        jobs: Workers.
        settle: Seconds to wait once a process listens.
        told: Hears of each as it is done.
    """
    batches = list(reversed(_batches(cases)))
    found: dict[str, Result] = {}
    confirmed: set[Sign] = set()

    async def work() -> None:
        async with Stage(binary, folder, settle) as stage:
            while batches:
                for case in batches.pop():
                    started = perf_counter()
                    verdict = await stage.verdict(case, book, confirmed)
                    took = perf_counter() - started
                    found[case.full_name] = Result(case.full_name, labels(case), verdict, took, size_of(case))
                    told(found[case.full_name])

    async with asyncio.TaskGroup() as group:
        for _ in range(max(1, min(jobs, len(batches)))):
            group.create_task(work())
    return [found[case.full_name] for case in cases]


def _batches(cases: Iterable[Case]) -> list[list[Case]]:
    """Cases that start from one state, together."""
    by_state: dict[bytes, list[Case]] = {}
    for case in cases:
        by_state.setdefault(state_of(case), []).append(case)
    return [own[at : at + _BATCH] for own in by_state.values() for at in range(0, len(own), _BATCH)]
