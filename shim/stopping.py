"""When a process that follows the recording is to end."""

import signal
import threading


def told_to_stop() -> threading.Event:
    """Set by SIGTERM and SIGINT, from now on."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    return stop
