"""`python -m addons`: the front's process; its settings come on standard input, see `shim.run.settings`."""

import logging
import os
import sys

import uvloop

from addons.recording import recorder_for
from addons.serve import serve
from shim.run.settings import FrontSettings

LIFELINE = 0


def _first_line(descriptor: int) -> bytes:
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(descriptor, 1)):
        line += byte
    return line


def main() -> int:
    """Serve. 0 when all that had begun could end, 1 when some of it was cut off."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("mitmproxy").setLevel(logging.ERROR)
    settings = FrontSettings.load(_first_line(LIFELINE))
    return 1 if uvloop.run(serve(settings, recorder_for(settings), LIFELINE)) else 0


if __name__ == "__main__":
    sys.exit(main())
