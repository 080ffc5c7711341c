"""A file that has to keep its inode: written where it lies, because somebody watches that very inode.

Laws: until such a write is done the new text lies beside the file, so that a writer that was killed has left nothing
that cannot be mended; only where the file makes no sense without it is it mended, for others may have written since.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from native import configfile

PROCESSES = "/proc"
INOTIFY = "anon_inode:inotify"


def overwrite(path: Path, content: bytes) -> None:
    """Write into the file as it lies there."""
    spare = beside(path, "next")
    configfile.replace(spare, content)
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.pwrite(descriptor, content, 0)
        os.ftruncate(descriptor, len(content))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    spare.unlink()


def mend(path: Path, makes_sense: Callable[[bytes], bool]) -> None:
    """Finish what a writer that was killed had begun."""
    spare = beside(path, "next")
    if not spare.exists():
        return
    if makes_sense(path.read_bytes()):
        spare.unlink()
    else:
        overwrite(path, spare.read_bytes())


def is_watched(path: Path) -> bool:
    """Whether another process has asked to hear of this very inode, as far as the system tells (Linux alone does)."""
    wanted = f" ino:{path.stat().st_ino:x} "
    return any(wanted in told for told in _watches())


def _watches() -> Iterator[str]:
    own = str(os.getpid())
    with contextlib.suppress(OSError):
        for process in os.listdir(PROCESSES):  # noqa: PTH208 - thousands of names a look: paths take five times as long
            if process.isdigit() and process != own:
                yield from _watches_of(f"{PROCESSES}/{process}")


def _watches_of(process: str) -> Iterator[str]:
    with contextlib.suppress(OSError):  # another user's, or gone
        for descriptor in os.listdir(f"{process}/fd"):  # noqa: PTH208 - as above
            with contextlib.suppress(OSError):
                if os.readlink(f"{process}/fd/{descriptor}") == INOTIFY:  # noqa: PTH115 - as above
                    yield Path(process, "fdinfo", descriptor).read_text(encoding="ascii")


def beside(path: Path, kind: str) -> Path:
    """A file that lies beside another, unseen."""
    return path.with_name(f".{path.name}.{kind}")
