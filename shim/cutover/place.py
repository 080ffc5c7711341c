"""Where the binary's side of an installation is."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """The binary's side of an installation.

    Attributes:
        config: The user's configuration; None where it is not known.
        attached: Whether the binary is somebody else's to start and end.
    """

    config: Path | None
    attached: bool = False
