"""A thread that writes what others hand it.

Laws: handing over never waits: what there is no room for is dropped, counted and said; nothing that goes wrong while
writing reaches who handed it over; an end waits until all is written.
"""

import logging
import queue
import threading
from collections.abc import Callable

LOG = logging.getLogger(__name__)
MOST_BYTES = 64 * 1024 * 1024
"""Bytes that may wait to be written."""

type Job = Callable[[], None]


class Writer:
    """Does jobs one after the other; its thread begins with the first."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[tuple[Job, int] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._waiting = 0
        self._said = ""
        self.dropped = 0

    def put(self, job: Job, size: int) -> bool:
        """Hand a job over that writes so many bytes; whether there was room for it."""
        with self._lock:
            if self._waiting + size > MOST_BYTES:
                self.dropped += 1
                return False
            self._waiting += size
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="logs", daemon=True)
                self._thread.start()
        self._jobs.put((job, size))
        return True

    @property
    def busy(self) -> bool:
        """Whether there is anything to wait for at an end."""
        return self._thread is not None

    def _work(self) -> None:
        while (taken := self._jobs.get()) is not None:
            job, size = taken
            try:
                job()
            except OSError as error:
                self._complain(str(error))
            with self._lock:
                self._waiting -= size

    def _complain(self, why: str) -> None:
        """Say why nothing can be written, once."""
        if why != self._said:
            self._said = why
            LOG.warning("logs are not being written: %s", why)

    def close(self) -> None:
        """Write what was handed over, and end."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None
