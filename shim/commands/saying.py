"""How commands answer: JSON where it is asked for, an error as one line and an exit status."""

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="answer in JSON")]


def fail(message: str, status: int = 2) -> typer.Exit:
    """Say what was wrong; the exit to raise."""
    typer.echo(f"shim: {message}", err=True)
    return typer.Exit(status)
