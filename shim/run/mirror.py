"""The user's configuration and its disguised copies, kept saying the same.

Everything that writes configuration files lives here. Laws: what the user changes reaches every copy, what a process
changes in its copy reaches the user's file and the other copies; where several changed at once every change is kept,
and where they changed the same place the user's word holds; what a process wrote from an older reading takes nothing
back. Copies are written in place (the binary watches the very file), the user's file as a whole where that can be done
(it may be a mount of its own), and none where nothing changed.
"""

import json
import logging
import os
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from native.threeway import Versions
from shim.run.disguise import Disguise, host_of

log = logging.getLogger(__name__)

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where there is one: ten times as fast
SLOWNESS = 1.0  # seconds that a process may take to notice what was written for it
ATTEMPTS = 5
_AMP_IS_LOCAL = re.compile(r"^\s*(amp-)?restrict-management-to-localhost\s*:\s*true\b", re.MULTILINE | re.IGNORECASE)


def _tree(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_LOADER)  # noqa: S506  # both are safe ones
    except yaml.YAMLError as error:
        raise ValueError("it is no YAML") from error


def _rewritten(text: str, tree: Any) -> str:
    from native.configfile import rewritten  # noqa: PLC0415  # few need it, and it takes a while to load

    return rewritten(text, tree)


def _versions() -> Versions:
    return Versions("", _tree, SLOWNESS)


@dataclass(slots=True)
class Copy:
    """One process's disguised configuration.

    Attributes:
        path: Where it lies, in a private directory.
        disguise: What differs.
        text: As it was last seen or written.
        written: When it was last written for the process, in seconds since 1970.
        versions: What it has said lately, undisguised.
    """

    path: Path
    disguise: Disguise
    text: str = ""
    written: float = 0.0
    versions: Versions = field(default_factory=_versions)


@dataclass(slots=True)
class Mirror:
    """Keeps files in step.

    Attributes:
        user: The user's file.
        copies: The disguised ones.
        now: Seconds since 1970.
    """

    user: Path
    copies: list[Copy]
    now: Callable[[], float] = time.time
    _text: str = field(default="", init=False)
    versions: Versions = field(default_factory=_versions, init=False)
    _stamps: tuple[tuple[int, int], ...] = field(default=(), init=False)

    @property
    def text(self) -> str:
        """The user's configuration, as it was last read."""
        return self._text

    def begin(self) -> None:
        """Write every copy from the user's file. Raises OSError where that cannot be read."""
        self._take_up()
        for copy in self.copies:
            _write(copy, copy.disguise.put_on(self._text))
        self._stamps = self._look()

    def resume(self) -> None:
        """Take up copies that are in use; what changed while nobody looked is found by `sync`."""
        self._take_up()
        for copy in self.copies:
            copy.text = copy.disguise.put_on(self._text)

    def _take_up(self) -> None:
        self._text = self.user.read_text()
        self.versions = Versions(self._text, _tree, SLOWNESS)
        for copy in self.copies:
            copy.versions = Versions(self._text, _tree, SLOWNESS)

    def poll(self) -> bool:
        """Bring files in step if any was touched; cheap where none was. True where something changed."""
        stamps = self._look()
        if stamps == self._stamps:
            return False
        changed = self.sync()
        self._stamps = self._look()
        return changed

    def sync(self) -> bool:
        """Bring files in step. True where something changed."""
        changed = False
        for _ in range(ATTEMPTS):
            if not self._step():
                break
            changed = True
        return changed

    def _step(self) -> bool:
        try:
            user = self.user.read_text()
        except (OSError, UnicodeDecodeError) as error:
            log.warning("%s cannot be read, the last known configuration stays in force: %s", self.user, error)
            return False
        text = self._text
        if user != text and (user.strip() or not text.strip()):  # an empty one is still being written
            text = self._kept(self.versions, user, text)
            self.versions.hear(user, self.now())
        heard = False
        for copy in self.copies:
            found = _read(copy.path)
            if found and found != copy.text:
                theirs, copy.text, heard = copy.disguise.take_off(found, text), found, True
                text = self._kept(copy.versions, theirs, text)
                copy.versions.hear(theirs, self.now())
        if text == self._text and not heard:
            return False
        self._text = text
        if text != user:
            self._carry(text)
        self._spread()
        return True

    def _kept(self, versions: Versions, theirs: str, ours: str) -> str:
        """What there is, with what somebody has made of a version of it; theirs where that is all there is."""
        try:
            tree = versions.reconciled(theirs, ours, self.now())
        except ValueError as error:
            log.warning("a change to %s cannot be put together with another: %s", self.user, error)
            return theirs if versions is self.versions else ours
        return theirs if tree is None else _rewritten(ours, tree)

    def unsettled(self, who: str) -> float:
        """Seconds until a process has surely noticed what was last written for it."""
        latest = max((copy.written for copy in self.copies if copy.disguise.who == who), default=0.0)
        return max(0.0, latest + SLOWNESS - self.now())

    def settle(self) -> None:
        """Carry over what a process wrote at its very end, after others kept the files in step."""
        user = self.user.read_text()
        for copy in self.copies:
            text = _read(copy.path)
            if text and copy.path.stat().st_mtime_ns > self.user.stat().st_mtime_ns:
                restored = copy.disguise.take_off(text, user)
                if restored != user:
                    self.user.write_text(restored)
                    user = restored

    def amp_is_local(self) -> bool:
        """Whether the configuration keeps Amp's management for loopback, as it does where it says so."""
        return bool(_AMP_IS_LOCAL.search(self._text))

    def lifted(self, content: bytes) -> bytes:
        """A copy's text, wherever it was read, as the user's file would have it."""
        text = content.decode("utf-8", "surrogateescape")
        for copy in self.copies:
            text = copy.disguise.take_off(text, self._text)
        return text.encode("utf-8", "surrogateescape")

    def host_as_json(self) -> bytes:
        """What the user's file says of the host."""
        return json.dumps(host_of(self._text)).encode()

    def _carry(self, text: str) -> None:
        try:
            _replace(self.user, text)
        except OSError as error:
            log.warning("what was changed cannot be written to %s: %s", self.user, error)
        self.versions.add(text, self.now())

    def _spread(self) -> None:
        for copy in self.copies:
            text = copy.disguise.put_on(self._text)
            if copy.disguise.take_off(copy.text, self._text) == self._text and _is_disguised(copy):
                continue
            if _read(copy.path) in {"", copy.text}:  # else it has been written to, and is seen in the next step
                _write(copy, text)
                copy.written = self.now()
                copy.versions.add(self._text, copy.written)

    def _look(self) -> tuple[tuple[int, int], ...]:
        return tuple(_stamp(path) for path in (self.user, *(c.path for c in self.copies)))


def _is_disguised(copy: Copy) -> bool:
    """Whether what lies there still hides what it is to hide, however the process has laid it out."""
    return copy.disguise.put_on(copy.text) == copy.text


def _write(copy: Copy, text: str) -> None:
    copy.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not copy.path.exists():
        copy.path.touch(mode=0o600)
    copy.path.write_text(text)
    copy.text = text


def _replace(path: Path, text: str) -> None:
    """Write a file as a whole, its mode kept; where it must stay the very file, in place."""
    from native.inplace import is_watched, overwrite  # noqa: PLC0415  # as above

    target = path.resolve()
    if is_watched(target):
        overwrite(target, text.encode())
        return
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError:  # a folder that is not ours
        target.write_text(text)
        return
    try:
        with os.fdopen(descriptor, "w") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        found = target.stat()
        os.chown(name, found.st_uid, found.st_gid)
        Path(name).chmod(found.st_mode & 0o7777)
        Path(name).replace(target)
    except OSError:  # a mount of its own, or another's
        Path(name).unlink(missing_ok=True)
        target.write_text(text)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return ""  # being written: it will be seen whole the next time


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
