"""Where an installation keeps its things. Here alone, so that whoever only reads a recording loads nothing else."""

from collections.abc import Mapping
from pathlib import Path

DATABASE = "recordings.db"
RENEWALS = "renewals"
"""Who renews log-ins, `legacy` or `native`: for native to read."""


def data_dir(environment: Mapping[str, str]) -> Path:
    """The folder of recordings, flags and keys."""
    base = environment.get("XDG_DATA_HOME") or Path(environment.get("HOME", "~")).expanduser() / ".local" / "share"
    return Path(base) / "cliproxy-cutover"
