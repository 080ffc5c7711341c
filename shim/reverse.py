"""The judge the other way round: the binary is given what clients asked, its providers are played from the record.

`python -m shim.reverse DATABASE --legacy-bin PATH` follows a recording beside the front. Laws: no provider is called;
it yields to everything else and plays a bounded share of the time; a verdict that cannot be written is made again
later; what the legacy teaches of its own noise is kept beside the recording, where every judge reads it.
"""

import argparse
import asyncio
import hashlib
import os
import signal
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from shim.binary.kept import Kept
from shim.build import build
from shim.exchange import Case
from shim.filed import verdict_row
from shim.judge.noisebook import NoiseBook
from shim.judge.verdict import Verdict
from shim.knowledge import Knowledge, learned_noise, shipped_noise
from shim.lanes.judging import Play, itself, reverse
from shim.lanes.sampling import ITSELF, REVERSE, SHARE, Sample, Sampler, pause
from shim.lanes.state import background_of, playable
from shim.store.store import Store

IDLE = 2.0  # seconds between looks at a recording that has nothing to play


class Lanes:
    """Both lanes over one recording.

    Args:
        path: The database.
        play: How an exchange is played to the binary.
        binary: Which build that is.
        known: Accepted differences and learned noise.
        sampler: What chooses.
        share: Of the time, what is spent playing at most.
    """

    def __init__(
        self,
        path: Path,
        play: Play,
        binary: str,
        known: Knowledge,
        *,
        sampler: Sampler | None = None,
        share: float = SHARE,
    ) -> None:
        self._path, self._play, self._binary, self._known = path, play, binary, known
        self._sampler, self._share = sampler or Sampler(), share
        self._learned = NoiseBook.read(learned_noise(path))

    async def step(self) -> Sample | None:
        """Play one exchange and file the verdict; None where there was nothing to play.

        Raises:
            sqlite3.OperationalError: The database is locked or gone; nothing was lost, try again.
        """
        self._known.refresh()
        with Store(self._path) as store:
            sample = self._sampler.choose(store)
            if sample is None:
                return None
            started = perf_counter()
            try:
                record = store.exchanges.get(sample.exchange)
            except KeyError:  # purged meanwhile
                return sample
            case = playable(record, background_of(store))
        verdict = await self._judged(sample, case)
        build_judged = build() if sample.subject == REVERSE else self._binary
        row = verdict_row(
            sample.exchange, verdict, perf_counter() - started, build=build_judged, subject=sample.subject
        )
        with Store(self._path) as store, store.transaction():
            if store.sql.execute("SELECT 1 FROM exchanges WHERE id = ?", (sample.exchange,)).fetchone():
                store.verdicts.add(row)
        return sample

    async def _judged(self, sample: Sample, case: Case) -> Verdict:
        if sample.subject == REVERSE:
            return await reverse(case, self._play, self._known.rules, self._known.book)
        before = sum(map(len, self._learned.rules.values()))
        found = await itself(case, self._play, self._known.book, self._learned)
        if sum(map(len, self._learned.rules.values())) > before:
            self._learned.write(learned_noise(self._path))
        return found

    async def follow(self, stop: asyncio.Event) -> None:
        """Play until told to stop."""
        while not stop.is_set():
            began = perf_counter()
            try:
                wait = IDLE if await self.step() is None else pause(perf_counter() - began, self._share)
            except sqlite3.OperationalError as error:
                sys.stderr.write(f"the reverse judge: {self._path}: {error}; trying again\n")
                wait = IDLE
            try:
                async with asyncio.timeout(wait):
                    await stop.wait()
            except TimeoutError:
                continue


def fingerprint(binary: Path) -> str:
    """Which build of the legacy a verdict is about."""
    with binary.open("rb") as content:
        return f"legacy+{hashlib.file_digest(content, 'blake2b').hexdigest()[:8]}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Follow a recording until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m shim.reverse", description=__doc__.split("\n", 1)[0])
    parser.add_argument("database", type=Path)
    parser.add_argument("--legacy-bin", type=Path, required=True, help="the build that is played to")
    parser.add_argument("--accepted", type=Path, default=Path("recordings/accepted.yaml"))
    parser.add_argument("--noise", type=Path, default=shipped_noise())
    parser.add_argument("--share", type=float, default=SHARE, help="of the time, what is spent playing at most")
    parser.add_argument("--only", choices=(REVERSE, ITSELF), help="one lane alone")
    asked = parser.parse_args(arguments)
    if not os.access(asked.legacy_bin, os.X_OK):
        parser.error(f"{asked.legacy_bin} is no program that can be run")
    if not 0 < asked.share <= 1:
        parser.error("--share is more than 0 and 1 at most")
    os.nice(19)
    asyncio.run(_follow(asked))
    return 0


async def _follow(asked: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    known = Knowledge(asked.accepted, (asked.noise, learned_noise(asked.database)))
    sampler = Sampler((asked.only,)) if asked.only else Sampler()
    async with Kept(asked.legacy_bin) as kept:
        build_of_it = fingerprint(asked.legacy_bin)
        lanes = Lanes(asked.database, kept.play, build_of_it, known, sampler=sampler, share=asked.share)
        following = asyncio.ensure_future(lanes.follow(stop))
        stopped = asyncio.ensure_future(stop.wait())
        await asyncio.wait([following, stopped], return_when=asyncio.FIRST_COMPLETED)
        following.cancel()  # what it plays just now is played again
        await asyncio.gather(following, return_exceptions=True)


if __name__ == "__main__":
    sys.exit(main())
