"""One configuration with several writers: other natives, the user's editor, and the legacy, which knows of no lock.

Everything that stands between a change and the file lives here. Laws: natives take turns by a lock; what another wrote
is never written over unread: it is looked for before a write and behind it, and put together with ours; what was
written from an older reading takes back nothing that came after that reading; a file that another process watches by
itself keeps its inode (`native.inplace`), for it would hear of no other.
"""

import contextlib
import math
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from native import configfile
from native.configfile import ConfigFileError
from native.inplace import beside, is_watched, mend, overwrite
from native.threeway import Versions

if TYPE_CHECKING:
    from native.service import Service

SLOWNESS = 1.0
"""Seconds after a change for which another may still write from what stood there before: the legacy takes a change up
0.15 s after the last write, and needs some time to read it."""
ATTEMPTS = 20
PATIENCE = 0.5
"""Seconds that a file which somebody is just writing is waited for."""
_PAUSE = 0.005
SHELF = "shared file"


class BusyFileError(OSError):
    """Others change the file faster than it can be written."""


def tree_of(text: str) -> object:
    """A text's values. Raises ValueError."""
    try:
        return configfile.plain(configfile.parsed(text))
    except ConfigFileError as error:
        raise ValueError(str(error)) from error


class SharedFile:
    """The file.

    Args:
        path: Where it lies; a link is followed.
        now: Seconds since 1970.
        watched: Whether another process watches the inode of a path.
    """

    def __init__(
        self, path: Path, now: Callable[[], float] = time.time, watched: Callable[[Path], bool] = is_watched
    ) -> None:
        self.path = path.resolve()
        self._now, self._watched = now, watched
        self._versions = Versions(read(self.path), tree_of, SLOWNESS)
        self._known = -math.inf  # when a native wrote last, as far as was noted

    def change(self, edit: Callable[[str], str]) -> str:
        """Change the text; what stands in the file then is returned.

        Args:
            edit: Makes the new text of what the file says now; called again where somebody wrote meanwhile.

        Raises:
            OSError: The file cannot be read or written.
            ConfigFileError: It is no configuration.
        """
        with configfile.locked(self.path):
            for _ in range(ATTEMPTS):
                before = self._heeded()
                text = edit(before)
                if text == before or self._put(before, text):
                    return self._versions.latest
        raise BusyFileError(f"{self.path} is written by others all the time")

    def heed(self) -> str:
        """Take up what others wrote, and put back what they did not mean to take away; what the file says then."""
        with configfile.locked(self.path):
            return self._heeded()

    def _heeded(self) -> str:
        """The file's text, whoever wrote it, once nothing of ours is missing from it."""
        mend(self.path, _makes_sense)
        noted = self._noted()
        for _ in range(ATTEMPTS):
            found = read(self.path)
            if found == self._versions.latest:
                return found
            if found == noted:
                return found
            kept = self._kept(found)
            if kept == found:
                self._versions.hear(found, self._now())
                return found
            if self._put(found, kept):
                return self._versions.latest
        raise BusyFileError(f"{self.path} is written by others all the time")

    def _kept(self, theirs: str) -> str:
        """What somebody else wrote, with what they took back unknowingly."""
        try:
            tree = self._versions.reconciled(theirs, self._versions.latest, self._now())
        except ValueError:
            return theirs
        return theirs if tree is None else configfile.rewritten(self._versions.latest, tree)

    def _put(self, before: str, text: str) -> bool:
        """Write where the file still says what it said; False where it does not, or somebody wrote at the same time."""
        old = os.open(self.path, os.O_RDONLY)
        try:
            if _whole(old) != before.encode():
                return False
            content = text.encode()
            in_place = self._watched(self.path)
            (overwrite if in_place else configfile.replace)(self.path, content)
            self._note(before, text)
            if before != self._versions.latest:
                self._versions.hear(before, self._now())
            self._versions.add(text, self._now())
            # Who opened the old file before it was replaced writes into it still, and is heard here alone.
            missed = b"" if in_place else _settled(old, before.encode())
        finally:
            os.close(old)
        if missed and missed != before.encode():
            self._regain(missed.decode("utf-8", "replace"), before)
        return True

    def _regain(self, theirs: str, base: str) -> None:
        """Put in what somebody wrote into the file that ours has replaced."""
        missed = Versions(base, tree_of, SLOWNESS)
        with contextlib.suppress(ValueError):
            tree = missed.reconciled(theirs, self._versions.latest, self._now())
            if tree is not None:
                self._put(self._versions.latest, configfile.rewritten(self._versions.latest, tree))

    def _note(self, before: str, text: str) -> None:
        """Say in the lock's file what a native wrote last and over what, for the others: this one may be killed."""
        self._known = max(self._now(), math.nextafter(self._known, math.inf))
        told = {"at": self._known, "before": before, "after": text}
        beside(self.path, "lock").write_bytes(orjson.dumps(told))

    def _noted(self) -> str:
        """What a native wrote last, this or another; from now on it is known here."""
        try:
            told = orjson.loads(beside(self.path, "lock").read_bytes())
            at, before, after = float(told["at"]), str(told["before"]), str(told["after"])
        except (ValueError, KeyError, TypeError):  # none yet, or killed while it was said
            return ""
        if at > self._known:
            self._known = at
            self._versions.add(before, at)
            self._versions.add(after, at)
        return after


def shared_file(service: "Service") -> SharedFile | None:
    """The one that a service's configuration lies in; None where it is in no file."""
    path, shelves = service.stores.config_file, service.kit.shelves
    if path is None or not path.is_file():
        return None
    if SHELF not in shelves:
        shelves[SHELF] = SharedFile(path, service.kit.clock.now)
    found: SharedFile = shelves[SHELF]
    return found


def read(path: Path) -> str:
    """A file's text; one that is empty is being written, and waited for a little."""
    return _waited(path.read_bytes).decode("utf-8")


def _makes_sense(content: bytes) -> bool:
    try:
        tree_of(content.decode())
    except ValueError:
        return False
    return True


def _waited(look: Callable[[], bytes]) -> bytes:
    for _ in _moments():
        if (found := look()).strip():
            return found
    return look()


def _moments() -> Iterator[None]:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        yield
        time.sleep(_PAUSE)


def _whole(descriptor: int) -> bytes:
    return os.pread(descriptor, os.fstat(descriptor).st_size + 1, 0)


def _settled(descriptor: int, before: bytes) -> bytes:
    """What stands in a file that was replaced, once nobody is just writing to it."""
    for _ in _moments():
        found = _whole(descriptor)
        if found == before or (found and found.endswith(b"\n")):
            return found
    return _whole(descriptor)
