"""What the user's environment says to the migration.

Law: it is read here and nowhere else in this room, and by the side that meets the user: a verb, or a process that is
starting. Whatever lies deeper is given what it needs.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from shim.run import places


def environment() -> Mapping[str, str]:
    """What this process was started with, as it stands now; what we start inherits it."""
    return os.environ


def data_dir(named: Path | None = None) -> Path:
    """The folder of recordings, flags and keys: the one that the command line names, else the user's own."""
    return named or places.data_dir(environment())


def database(named: Path | None = None) -> Path:
    """The recording in that folder; it need not be there."""
    return data_dir(named) / places.DATABASE
