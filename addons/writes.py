"""Requests that change the legacy's files: when it is asked, what it found and what it left.

Everything that is particular to management's writes lives here. Laws: the legacy is asked to write only when it has
noticed what was written for it, for it writes what it has in mind; what it left is read before its answer goes on, so
that nothing comes in between; what two did at once, or so shortly one after the other that the legacy was still taking
up the first (it then loses changes by itself), is said to be in doubt. Other requests cost a comparison.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from mitmproxy import http

from addons.way import way_of
from shim.endpoints import changes_state
from shim.judge.verdict import Reason
from shim.messages import Files
from shim.recorder import Recorder
from shim.run.mirror import Mirror
from shim.state import StateFiles

log = logging.getLogger(__name__)

TAKEN_UP = 1.0  # seconds after which the legacy has surely taken up what it wrote itself


@dataclass(slots=True)
class Write:
    """One that is under way.

    Attributes:
        begun: How many writes had begun with it.
        alone: Whether no other was under way then, or only just over.
        before: The files when the legacy was asked; None before that, and where they could not be read.
    """

    begun: int
    alone: bool
    before: Files | None = None


class Writes:
    """Follows writes.

    Args:
        recorder: Takes what they left, or None.
        files: The files; None where they are not known.
        mirror: Writes what others changed into the legacy's copy; None where it has none.

    Attributes:
        now: Seconds, by a clock that is never set.
    """

    now: Callable[[], float] = staticmethod(time.monotonic)

    def __init__(self, recorder: Recorder | None, files: StateFiles | None, mirror: Mirror | None) -> None:
        self._recorder, self._files, self._mirror = recorder, files, mirror
        self._begun = 0
        self._ended = -TAKEN_UP
        self._open: dict[str, Write] = {}

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """A write has begun."""
        if changes_state(flow.request.method, flow.request.path):
            self._begun += 1
            alone = not self._open and self.now() - self._ended >= TAKEN_UP
            self._open[flow.id] = Write(self._begun, alone)
            way_of(flow).hold = lambda: self._wait(flow.id)

    def _wait(self, key: str) -> float:
        """Seconds until the legacy may be asked; the moment before it is, the files are read."""
        seconds = self._mirror.unsettled("legacy") if self._mirror else 0.0
        if not seconds and key in self._open:
            self._open[key].before = self._read()
        return seconds

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """A write is done."""
        write = self._open.pop(flow.id, None)
        if write is not None:
            self._ended = self.now()
        if write is None or self._recorder is None or way_of(flow).target.name != "legacy" or write.before is None:
            return
        after = self._read()
        if after is not None:
            alone = write.alone and write.begun == self._begun
            self._recorder.wrote(flow.id, write.before, after, "" if alone else str(Reason.CROSSED))

    def response(self, flow: http.HTTPFlow) -> None:
        """A write is over, whoever answered it."""
        self._open.pop(flow.id, None)

    error = response

    def _read(self) -> Files | None:
        if self._files is None:
            return None
        try:
            return self._files.files()
        except (OSError, ValueError) as error:
            log.warning("the state that a write changes cannot be read: %s", error)
            return None
