"""The user's configuration and its disguised copies, kept saying the same.

Everything that writes configuration files lives here. Laws: what the user changes reaches every copy, what a process
changes in its copy reaches the user's file and the other copies; where both changed at once the user's word holds;
files are written in place (a file may be a mount of its own), and never where nothing changed.
"""

import json
import logging
import re
from dataclasses import dataclass, field
from pathlib import Path

from shim.run.disguise import Disguise, host_of

log = logging.getLogger(__name__)

_AMP_IS_LOCAL = re.compile(r"^\s*(amp-)?restrict-management-to-localhost\s*:\s*true\b", re.MULTILINE | re.IGNORECASE)


@dataclass(slots=True)
class Copy:
    """One process's disguised configuration.

    Attributes:
        path: Where it lies, in a private directory.
        disguise: What differs.
        text: As it was last seen or written.
    """

    path: Path
    disguise: Disguise
    text: str = ""


@dataclass(slots=True)
class Mirror:
    """Keeps files in step.

    Attributes:
        user: The user's file.
        copies: The disguised ones.
    """

    user: Path
    copies: list[Copy]
    _text: str = field(default="", init=False)
    _stamps: tuple[tuple[int, int], ...] = field(default=(), init=False)

    @property
    def text(self) -> str:
        """The user's configuration, as it was last read."""
        return self._text

    def begin(self) -> None:
        """Write every copy from the user's file. Raises OSError where that cannot be read."""
        self._text = self.user.read_text()
        for copy in self.copies:
            _write(copy, copy.disguise.put_on(self._text))
        self._stamps = self._look()

    def resume(self) -> None:
        """Take up copies that are in use; what changed while nobody looked is found by `sync`."""
        self._text = self.user.read_text()
        for copy in self.copies:
            copy.text = copy.disguise.put_on(self._text)

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
        try:
            user = self.user.read_text()
        except (OSError, UnicodeDecodeError) as error:
            log.warning("%s cannot be read, the last known configuration stays in force: %s", self.user, error)
            return False
        if user != self._text and (user.strip() or not self._text.strip()):  # an empty one is still being written
            self._text = user
            self._spread()
            return True
        for copy in self.copies:
            text = _read(copy.path)
            if text and text != copy.text:
                copy.text = text
                self._carry(copy.disguise.take_off(text, self._text))
                self._spread()
                return True
        return False

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
        if text == self._text:
            return
        try:
            self.user.write_text(text)
        except OSError as error:
            log.warning("what was changed cannot be written to %s: %s", self.user, error)
        self._text = text

    def _spread(self) -> None:
        for copy in self.copies:
            text = copy.disguise.put_on(self._text)
            if copy.disguise.take_off(copy.text, self._text) != self._text or not _is_disguised(copy):
                _write(copy, text)

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
