"""The recorder that the front's process feeds; what it takes in is redacted and written by a process of its own."""

import sys

from shim.courier import Courier
from shim.recorder import Recorder
from shim.run.settings import FrontSettings


def recorder_for(settings: FrontSettings) -> Recorder | None:
    """The recorder, started; None where nothing is to be recorded."""
    if not settings.record or not settings.database:
        return None
    command = [sys.executable, "-m", "shim.courier", settings.database]
    if settings.config:
        command.append(settings.config)
    made = Recorder(lambda counters: Courier(counters, command))
    made.start()
    return made
