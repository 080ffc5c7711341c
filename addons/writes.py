"""Requests that change the legacy's files: when it is asked, what it found and what it left.

Everything that is particular to management's writes lives here. Laws: the legacy is asked to write only when it has
noticed what was written for it, for it writes what it has in mind; what it left is read before its answer goes on, so
that whoever waits for one answer before he asks again is judged on each; what two did at once is said to be in doubt.
Other requests cost a comparison.
"""

import logging
from dataclasses import dataclass

from mitmproxy import http

from addons.way import way_of
from shim.endpoints import changes_state
from shim.judge.verdict import Reason
from shim.recorder import Files, Recorder
from shim.run.mirror import Mirror
from shim.state import StateFiles

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Write:
    """One that is under way.

    Attributes:
        begun: How many writes had begun with it.
        alone: Whether no other was under way then.
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
    """

    def __init__(self, recorder: Recorder | None, files: StateFiles | None, mirror: Mirror | None) -> None:
        self._recorder, self._files, self._mirror = recorder, files, mirror
        self._begun = 0
        self._open: dict[str, Write] = {}

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """A write has begun."""
        if changes_state(flow.request.method, flow.request.path):
            self._begun += 1
            self._open[flow.id] = Write(self._begun, alone=not self._open)
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
