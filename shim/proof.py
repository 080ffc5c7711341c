"""How the judge fared on planted differences, kept beside the recording for whoever looks after it.

Law: what is kept is what `shim prove` said last; where there is no recording, nothing is kept.
"""

from pathlib import Path
from typing import Any

import orjson

from shim.run.places import DATABASE

PROOF = "proof.json"
_PROVED = ("lane", "kind", "planted", "found", "recall", "precision")

type Json = dict[str, Any]


def keep(rows: list[Json], folder: Path) -> Path | None:
    """Keep an outcome in the folder of a recording; None where there is no recording. Raises OSError."""
    if not (folder / DATABASE).exists():
        return None
    file = folder / PROOF
    temporary = file.with_suffix(".new")  # the page never finds half of it
    temporary.touch(mode=0o600)
    temporary.write_bytes(orjson.dumps([{name: row[name] for name in _PROVED} for row in rows]))
    temporary.replace(file)
    return file


def kept(folder: Path) -> Json | None:
    """What was kept last, and when; None where nobody asked."""
    file = folder / PROOF
    try:
        rows = orjson.loads(file.read_bytes())
        return {"at": file.stat().st_mtime, "rows": [{name: row[name] for name in _PROVED} for row in rows]}
    except (OSError, ValueError, TypeError, KeyError):
        return None
