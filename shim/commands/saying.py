"""What every command has: where things lie, JSON where it is asked for, an error as one line and an exit status."""

import json
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="where recordings and keys are kept")]
Json = Annotated[bool, typer.Option("--json", help="answer in JSON")]


def spelled(value: Any) -> str:
    """JSON text of an answer; what orjson has no way to write (a lone surrogate, a huge integer) is written escaped."""
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode()
    except TypeError:
        return json.dumps(value, indent=2, default=str)


def console() -> Console:
    """Where tables go: as wide as the terminal, or wide enough for a pipe."""
    found = Console()
    return found if found.is_terminal else Console(width=150)


def fail(message: str, status: int = 2) -> typer.Exit:
    """Say what was wrong; the exit to raise."""
    typer.echo(f"shim: {message}", err=True)
    return typer.Exit(status)
