"""`shim groups`: what keeps endpoints from being clean, by cause."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from shim.commands.reporting import open_recording
from shim.commands.saying import DataDir, Json, console, spelled
from shim.groups import ITSELF, SUBJECTS, Group
from shim.groups import groups as grouped


def groups(
    *,
    data: DataDir = None,
    limit: Annotated[int, typer.Option(help="at most so many", min=1)] = 20,
    itself: Annotated[bool, typer.Option("--itself", help="what the legacy does otherwise than itself")] = False,
    as_json: Json = False,
) -> None:
    """Group a recording's differences by cause, those that hold back most traffic first.

    Each with the command that shows its smallest example alone; `shim accept --group ID` lives with it. Exit 0.

    Example: shim groups --limit 5
    """
    with open_recording(data) as store:
        found = grouped(store, limit=limit, subjects=ITSELF if itself else SUBJECTS)
    if as_json:
        typer.echo(spelled([asdict(one) for one in found]))
    else:
        print_groups(console(), found)


def print_groups(out: Console, found: Iterable[Group]) -> None:
    """Print groups as a table."""
    table = Table(box=None, header_style="bold")
    for name, justify in (("group", "left"), ("holds back", "right"), ("of", "right"), ("endpoint", "left")):
        table.add_column(name, justify="right" if justify == "right" else "left")
    for name in ("what", "example"):
        table.add_column(name, overflow="fold")
    for one in found:
        more = f" and {len(one.patterns) - 1} more places" if len(one.patterns) > 1 else ""
        what = f"{one.kind} {one.pattern} {one.detail}".rstrip() + more
        table.add_row(
            one.id, str(one.holds_back), str(one.count), f"{one.endpoint}\n{one.provider}".rstrip(), what, one.command
        )
    if table.row_count:
        out.print(table)
    else:
        out.print("Nothing that was judged is different.")
