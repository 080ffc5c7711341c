"""A look that is patient: processes take the time they take."""

import contextlib
import time
import urllib.error


def until(found, patience):
    """Look until there is something, for so many seconds at most."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        with contextlib.suppress(OSError, urllib.error.URLError, AssertionError):
            if result := found():
                return result
        time.sleep(0.02)
    raise AssertionError("it did not happen")
