"""The folder of logs: what its files are called, which are removed when there are too many, and the server's own log.

Laws: a name is the legacy's: path, time, id; only files that end as logs do are ever removed, the oldest first, the
server's own log never; several processes may write one log, so it is opened anew for each writing.
"""

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from native.configfile import locked

MAIN = "main.log"
MOST_MAIN = 10 * 1024 * 1024
"""Bytes of the server's own log, from which on it is put aside and begun anew."""
CLEANING = 60.0
"""Seconds between two looks at the folder's size."""
LONGEST = 160
_UNSAFE = re.compile(r'[<>:"|?*\s/\\\x00-\x1f]')
_HYPHENS = re.compile("-+")


def name_of(path: str, at: float, identity: str, *, error: bool) -> str:
    """A request's file name: `v1-messages-2026-01-02T150405-1a2b3c4d.log`."""
    said = _HYPHENS.sub("-", _UNSAFE.sub("-", path.partition("?")[0].removeprefix("/"))).strip("-")
    moment = datetime.fromtimestamp(at).astimezone()
    kind = "error-" if error else ""
    return f"{kind}{said[:LONGEST] or 'root'}-{moment:%Y-%m-%dT%H%M%S}-{identity}.log"


class Folder:
    """Writes into a folder of logs; from one thread.

    Args:
        path: The folder; made where it is not there.
        wall: Seconds since 1970, for names.
    """

    def __init__(self, path: Path, wall: Callable[[], float] = time.time) -> None:
        self._path = path
        self._wall = wall
        self._cleaned = 0.0
        self.most_bytes = 0
        self.most_errors = 0

    def _made(self) -> Path:
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._path

    def write(self, name: str, text: Iterable[bytes]) -> None:
        """Write a file of its own. Raises `OSError`."""
        descriptor = os.open(self._made() / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.writelines(text)
        if name.startswith("error-") and self.most_errors > 0:
            self._keep_newest(self.most_errors)
        self.tidy()

    def append(self, lines: bytes) -> None:
        """Write to the server's own log. Raises `OSError`."""
        file = self._made() / MAIN
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab", buffering=0) as out:
            out.write(lines)
            full = out.tell() >= MOST_MAIN
        if full:
            self._turn(file)
        self.tidy()

    def _turn(self, file: Path) -> None:
        """Put the log aside, unless another process has just done so."""
        with locked(file):
            if file.stat().st_size < MOST_MAIN:
                return
            moment = datetime.fromtimestamp(self._wall()).astimezone()
            aside = file.with_name(f"main-{moment:%Y-%m-%dT%H-%M-%S}.{moment.microsecond // 1000:03}.log")
            file.rename(aside)

    def _keep_newest(self, most: int) -> None:
        found = sorted(self._logs("error-"), reverse=True)
        for _, _, file in found[most:]:
            file.unlink(missing_ok=True)

    def tidy(self, *, now: bool = False) -> None:
        """Remove the oldest logs where all of them are too large, once a minute at most. Raises `OSError`."""
        moment = time.monotonic()
        if self.most_bytes <= 0 or (not now and moment - self._cleaned < CLEANING):
            return
        self._cleaned = moment
        found = sorted(self._logs())
        total = sum(size for _, size, _ in found)
        for _, size, file in found:
            if total <= self.most_bytes:
                return
            if file.name != MAIN:
                file.unlink(missing_ok=True)
                total -= size

    def _logs(self, prefix: str = "") -> Iterator[tuple[float, int, Path]]:
        """Logs by age: when each was written last, and how large it is."""
        if not self._path.is_dir():
            return
        for file in self._path.iterdir():
            if not (file.name.startswith(prefix) and file.name.lower().endswith((".log", ".log.gz"))):
                continue
            if file.is_file() and not file.is_symlink():
                about = file.stat()
                yield about.st_mtime, about.st_size, file
