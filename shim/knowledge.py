"""What the judge goes by beside the record: accepted differences and learned noise, read anew when they change.

Laws: what someone accepted, or the legacy taught, holds for the next verdict, without a restart; a file that cannot be
used is said once and leaves what was known; a rule that expires while we run is over at midnight.
"""

import datetime as dt
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from shim.judge.accepted import AcceptedError, Rules
from shim.judge.noisebook import NoiseBook, NoiseError

SELFSAME = Path(__file__).parents[1] / "recordings" / "selfsame.json"
"""How far the legacy is itself, told from the shipped recordings."""

type _Stamp = tuple[dt.date, tuple[tuple[int, int] | None, ...]]


def shipped_noise() -> Path:
    """The noise learned from the shipped recordings."""
    return Path(__file__).parents[1] / "recordings" / "noise.json"


def learned_noise(database: Path) -> Path:
    """The noise that the user's own legacy taught, beside their recording."""
    return database.with_name("noise.json")


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


@dataclass(slots=True)
class Knowledge:
    """Rules and noise, from their files.

    Attributes:
        accepted: The file of accepted differences.
        noise: Files of learned noise; all hold.
        today: The day it is.
        rules: What the first says.
        book: What the others say.
    """

    accepted: Path
    noise: tuple[Path, ...]
    today: Callable[[], dt.date] = _today
    rules: Rules = field(default_factory=lambda: Rules(()))
    book: NoiseBook = field(default_factory=NoiseBook)
    _stamp: _Stamp | None = None

    def refresh(self) -> bool:
        """Read what has changed; whether anything had."""
        stamp = self.today(), tuple(map(_stamped, (self.accepted, *self.noise)))
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            rules = Rules.read(self.accepted, today=stamp[0])
            book = NoiseBook()
            for file in self.noise:
                book.join(NoiseBook.read(file))
        except (AcceptedError, NoiseError, OSError) as error:
            sys.stderr.write(f"judge: {error}; what was known before holds\n")
            return False
        self.rules, self.book = rules, book
        return True


def _stamped(file: Path) -> tuple[int, int] | None:
    try:
        about = file.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size
