"""Who renews log-ins: native, or another that shares the folder with it.

A refresh token can be used once, so of all who read a log-in's file exactly one may renew it. Laws: where a file says
who that is, it is read anew before each renewal, and anything but `native` in it means no; it is locked for as long as
a renewal lasts, so that whoever hands renewals over waits until none is under way; the others read the log-in's file
again when it changes.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

NATIVE = "native"


class Renewals:
    """Asks before each renewal.

    Args:
        file: Says who renews; None where nobody else does.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file

    @contextlib.contextmanager
    def turn(self) -> Iterator[bool]:
        """Whether native may renew now; what it says holds until the block ends."""
        if self._file is None:
            yield True
            return
        try:
            descriptor = os.open(self._file, os.O_RDONLY)
        except OSError:  # nobody has said that native may
            yield False
            return
        try:
            yield _shared(descriptor) and os.read(descriptor, 64).strip() == NATIVE.encode()
        finally:
            os.close(descriptor)


def _shared(descriptor: int) -> bool:
    """Take the lock beside others who renew; False while it is being handed over."""
    if sys.platform == "win32":  # there is no front on Windows that could hand anything over
        return True
    import fcntl  # noqa: PLC0415 - not there on Windows

    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
