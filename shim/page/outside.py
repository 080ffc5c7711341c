"""What the page stands on: everything outside it, given when it is built."""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shim.gates.gates import Gates, GatesError
from shim.knowledge import Knowledge
from shim.page.asked import AskedError
from shim.page.keys import Keys


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything that the page is given.

    Attributes:
        database: The recording, which exists.
        keys: What opens the page.
        knowledge: What the judge goes by.
        port: The one it is served on.
        gates_file: A file of gates; None for the one beside the recording.
        native: Native's port, where it runs beside; None where it does not.
        clock: Seconds since 1970.
        pace: Seconds; only differences count.
    """

    database: Path
    keys: Keys
    knowledge: Knowledge
    port: int
    gates_file: Path | None = None
    native: int | None = None
    clock: Callable[[], float] = time.time
    pace: Callable[[], float] = time.monotonic

    def gates(self) -> Gates:
        """The gates that hold. Raises AskedError."""
        try:
            return Gates.read(self.gates_file, beside=self.database.parent)
        except (GatesError, OSError) as error:
            raise AskedError(f"the file of gates cannot be used: {error}", 500) from error

    def today(self) -> dt.date:
        """The day it is."""
        return self.knowledge.today()
