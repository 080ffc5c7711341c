"""The page's keys: one that opens the page, one that reads metrics and nothing else.

Everything that makes and compares them lives here. Laws: a key is made once for an installation, readable by its owner
alone from the moment it exists, and never printed; comparing takes as long for a wrong one as for a right one.
"""

import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PAGE, METRICS = "page.key", "metrics.key"
BYTES = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of an installation."""

    page: str
    metrics: str

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Those that lie in a folder, made where there are none.

        Raises:
            OSError: One cannot be made or read.
            ValueError: A file is there and holds no key.
        """
        return cls(key_of(folder / PAGE), key_of(folder / METRICS))

    def opens_page(self, given: str) -> bool:
        """Whether this is the page's key."""
        return _same(given, self.page)

    def reads_metrics(self, given: str) -> bool:
        """Whether metrics may be read with it: the metrics' key, or the page's."""
        return _same(given, self.metrics) | _same(given, self.page)  # both compared, whichever it is


def key_of(path: Path) -> str:
    """The key in a file, made where there is none. Raises OSError, ValueError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        made = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        key = path.read_text(encoding="ascii", errors="replace").strip()
        if len(key) < BYTES:
            raise ValueError(f"{path} holds no key: move it away and a new one is made") from None
        path.chmod(0o600)
        return key
    key = secrets.token_urlsafe(BYTES)
    with os.fdopen(made, "w", encoding="ascii") as out:
        out.write(key + "\n")
    return key


def _same(given: str, key: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), key.encode())
