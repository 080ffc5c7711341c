"""How a process follows the recording, and when it is to end.

Law: what fails because the recording is locked or gone is said and tried again; a following ends when it is told to.
"""

import signal
import sqlite3
import sys
import threading
from collections.abc import Callable


def told_to_stop() -> threading.Event:
    """Set by SIGTERM and SIGINT, from now on."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    return stop


def follow(step: Callable[[], int], stop: threading.Event, pace: float, who: str) -> None:
    """Take step after step until told to stop.

    Args:
        step: Does what there is to do, and says how much that was.
        stop: Tells when to end.
        pace: Seconds to rest after a step that had nothing to do, or failed.
        who: What a line about a failure begins with.
    """
    while not stop.is_set():
        try:
            done = step()
        except sqlite3.OperationalError as error:
            sys.stderr.write(f"{who}: {error}; trying again\n")
            done = 0
        if not done:
            stop.wait(pace)
