"""Usage on disk: what was counted outlives the process, and every process on the same file counts the same.

Laws: counting waits for no disk: lines are written some time after, by a thread, and an end that is no crash writes
them all; natives on one file take turns by its lock, and each takes up what the others wrote; a file that cannot be
read is set aside, said and never stops the start; only its owner may read it.
"""

import asyncio
import contextlib
import logging
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from native.configfile import locked, replace
from native.ledger_lines import MOST_LINES, Read, folded, line_of, read, sums_of
from native.usage import Spent, Usage

LOG = logging.getLogger(__name__)
INTERVAL = 1.0
"""Seconds between two writings."""
MOST_UNSAVED = 10_000
"""Requests that wait for a disk that cannot be written; the oldest go."""
MOST_BYTES = 32 * 1024 * 1024
"""The file's size from which on it is folded."""
type Place = tuple[int, int]
"""Which file it is, and how much of it is known: inode and bytes."""
NOWHERE: Place = (0, 0)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn at the file found.

    Attributes:
        place: How far it is known now.
        heard: What others wrote.
        anew: Everything, where the file is another than the one that was known.
    """

    place: Place
    heard: list[Spent] = field(default_factory=list)
    anew: Usage | None = None


class Ledger:
    """Keeps usage in a file.

    Args:
        usage: What is kept.
        file: Where.
    """

    def __init__(self, usage: Usage, file: Path) -> None:
        self._usage = usage
        self._file = file
        self._unsaved: deque[Spent] = deque(maxlen=MOST_UNSAVED)
        self._place = NOWHERE
        self._turn = asyncio.Lock()
        self._failing = False
        self._following: asyncio.Task[None] | None = None
        usage.told.append(self._unsaved.append)

    async def start(self) -> None:
        """Take up what the file holds, and keep it from now on."""
        await self.sync()
        self._following = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL)
            if self._unsaved or self._usage.seen:
                await self.sync()

    async def close(self) -> None:
        """Write what is still owed."""
        if self._following is not None:
            self._following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._following
        self._usage.settle()
        await self.sync()

    async def sync(self) -> None:
        """Write what was counted here, take up what was counted elsewhere."""
        async with self._turn:
            batch = list(self._unsaved)
            self._unsaved.clear()
            try:
                turn = await asyncio.to_thread(_taken, self._file, batch, self._place)
            except OSError as error:
                self._unsaved.extendleft(reversed(batch))
                if not self._failing:
                    LOG.warning("usage is not being kept: %s", error)
                self._failing = True
                return
            self._failing = False
            self._place = turn.place
            if turn.anew is not None:
                for spent in self._unsaved:  # counted while the file was read
                    turn.anew.count(spent)
                self._usage.become(turn.anew)
            for spent in turn.heard:
                self._usage.hear(spent)

    async def clear(self) -> None:
        """Forget everything, in the file too."""
        async with self._turn:
            self._usage.clear()
            self._unsaved.clear()
            self._place = await asyncio.to_thread(_emptied, self._file)


def _taken(file: Path, batch: list[Spent], known: Place) -> Turn:
    """One turn at the file: read what others wrote, then write. Raises `OSError`."""
    if not batch and not file.exists():
        return Turn(NOWHERE)
    with locked(file):
        place = _place(file)
        if place[0] == known[0] != 0 and known[1] <= place[1] <= MOST_BYTES:
            with file.open("rb") as kept:
                kept.seek(known[1])
                heard = list(_requests(kept.read()))
            _append(file, batch)
            return Turn(_place(file), heard)
        _append(file, batch)
        found = _whole(file)
        return Turn(_place(file), anew=found.usage)


def _place(file: Path) -> Place:
    try:
        found = file.stat()
    except FileNotFoundError:
        return NOWHERE
    return found.st_ino, found.st_size


def _requests(text: bytes) -> Iterator[Spent]:
    yield from read(text.splitlines()).usage.details


def _append(file: Path, batch: list[Spent]) -> None:
    if not batch:
        return
    text = b"".join(map(line_of, batch))
    descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as out:
        if out.seek(0, os.SEEK_END) and (out.seek(-1, os.SEEK_END), out.read(1))[1] != b"\n":
            text = b"\n" + text  # whoever wrote last was stopped in the middle of a line
        out.write(text)


def _whole(file: Path) -> Read:
    """All that a file says; it is mended where it is broken, and folded where it is long."""
    with file.open("rb") as lines:
        found = read(lines)
    if found.broken:
        aside = _aside(file)
        LOG.warning("%s has %d lines that cannot be read; it is kept as %s", file, found.broken, aside.name)
    if found.broken or found.lines > MOST_LINES or file.stat().st_size > MOST_BYTES:
        with file.open("rb") as lines:
            replace(file, folded(lines))
    return found


def _aside(file: Path) -> Path:
    """Keep a copy of a file that is broken, under a name that is free."""
    number = 1
    while (aside := file.with_name(f"{file.name}.broken-{number}")).exists():
        number += 1
    replace(aside, file.read_bytes())
    return aside


def _emptied(file: Path) -> Place:
    with locked(file):
        replace(file, sums_of(Usage()))
        return _place(file)
