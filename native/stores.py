"""Where what outlives a request is kept: the configuration's file, and the folder of log-ins."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stores:
    """Places on disk.

    Attributes:
        auth_dir: One JSON file a log-in.
        config_file: The configuration, None where it was never a file.
        log_dir: Where logs go, None for nowhere.
        usage_file: Where usage is kept, None for nowhere.
        renewals: Says whether native renews log-ins, see `native.credentials.renewals`; None: it does.
    """

    auth_dir: Path
    config_file: Path | None = None
    log_dir: Path | None = None
    usage_file: Path | None = None
    renewals: Path | None = None
