"""The recorder that the front's process feeds."""

from pathlib import Path

from shim.recorder import Recorder
from shim.run.settings import FrontSettings
from shim.writer import recorder


def recorder_for(settings: FrontSettings) -> Recorder | None:
    """The recorder, started; None where nothing is to be recorded."""
    if not settings.record or not settings.database:
        return None
    made = recorder(Path(settings.database), config=settings.config_path)
    made.start()
    return made
