"""The recorder that the front's process feeds."""

from shim.recorder import Recorder
from shim.run.settings import FrontSettings


def recorder_for(settings: FrontSettings) -> Recorder | None:
    """The recorder, started; None where nothing is to be recorded."""
    if not settings.record or not settings.database:
        return None
    return None
