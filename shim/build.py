"""Which build of native this is: its version and what its source says.

Law: two builds of one name answer alike; a change of one line in `native/` is another build.
"""

from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

import native

_NOT_SOURCE = "__pycache__"


@lru_cache(maxsize=1)
def build() -> str:
    """The build that is installed, `0.1.0+9f3c21ab`: what verdicts and holds are about."""
    return f"{version('cliproxy-cutover')}+{digest(Path(native.__file__).parent)}"


def digest(folder: Path) -> str:
    """A short digest of all files below a folder, their names included; caches are not looked at."""
    whole = blake2b(digest_size=4)
    for file in sorted(found for found in folder.rglob("*") if found.is_file() and _NOT_SOURCE not in found.parts):
        content = file.read_bytes()
        whole.update(f"{file.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()
