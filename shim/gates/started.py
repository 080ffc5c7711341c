"""How a process that goes by the gates is started: `python -m shim.gates.guard DATABASE --gates FILE`."""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

from shim.gates.gates import Gates


def started(module: str, does: str, speaks_as: str, arguments: Sequence[str] | None) -> tuple[Path, Gates]:
    """The recording to follow and the gates that hold, as a command line says.

    Args:
        module: Which process.
        does: What it does, for its help.
        speaks_as: What its lines in the log begin with.
        arguments: The command line; this process's own where that is None.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=does)
    parser.add_argument("database", type=Path)
    parser.add_argument("--gates", type=Path, help="a file of gates; gates.yaml beside the database otherwise")
    asked = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format=f"{speaks_as}: %(message)s")
    return asked.database, Gates.read(asked.gates, beside=asked.database.parent)
