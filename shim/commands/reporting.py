"""`shim report`: what the recording says so far."""

from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from shim import report as reports
from shim.commands import saying
from shim.commands.saying import DataDir, Json, console, fail
from shim.judge.verdict import Level
from shim.report import WAITING, Report
from shim.settings import database
from shim.store.connection import behind, connect
from shim.store.store import Store


def open_recording(data: Path | None) -> Store:
    """A recording opened for reading; exits with 2 and a reason where there is none."""
    found = database(data)
    if not found.exists():
        raise fail(f"there is no recording at {found}: `shim run` makes one, `--data-dir` names its folder")
    if behind(found):
        connect(found).close()
    return Store(found, read_only=True)


def report(*, data: DataDir = None, as_json: Json = False) -> None:
    """Parity by endpoint, provider and stream. Exit 0; 1 where the recorder's counts do not add up."""
    with open_recording(data) as store:
        found = reports.read(store)
    if as_json:
        typer.echo(saying.spelled(reports.report_json(found)))
    else:
        print_report(console(), found)
    raise typer.Exit(0 if found.adds_up else 1)


def print_report(out: Console, found: Report) -> None:
    """Print a report as a table, and whether the recorder's counts add up."""
    if not found.rows:
        out.print("Nothing has been recorded yet. Point a client at the front and look again.")
    else:
        _print_rows(out, found)
    out.print(f"\n{found.coverage} endpoints; recording {found.size / 1e6:.1f} MB")
    for one in (s.standing for s in found.sessions[-3:]):
        style = None if one.adds_up else "bold red"
        dropped = ", ".join(f"{n} {why}" for why, n in one.dropped.items()) or "0"
        out.print(
            f"recorder: {one.seen} seen = {one.recorded} recorded + {dropped} dropped + {one.open} open"
            + ("" if one.adds_up else "  DOES NOT ADD UP: no endpoint may climb on this recording"),
            style=style,
        )


def _print_rows(out: Console, found: Report) -> None:
    table = Table(box=None, header_style="bold")
    table.add_column("endpoint")
    table.add_column("provider")
    table.add_column("stream")
    for name in ("parity", "at least", *map(str, Level), WAITING):
        table.add_column(name, justify="right")
    for row in [*found.rows, found.total()]:
        parity = "no data" if row.parity is None else f"{row.parity:.2f} %"
        table.add_row(
            row.endpoint or "(no endpoint)",
            row.provider,
            "yes" if row.stream else "",
            parity,
            f"{row.lower:.1f} %" if row.seen else "",
            *(str(row.levels.get(level, "")) for level in (*map(str, Level), WAITING)),
            style=None if row.clean == row.seen else "yellow",
        )
    out.print(table)
    for reason, count in sorted(found.total().reasons.items()):
        out.print(f"  unjudged, {reason}: {count}", style="dim")
    for row in found.rows:
        if row.native or row.faults:
            faults = "".join(f", {count} {fault}" for fault, count in sorted(row.faults.items()))
            out.print(f"  answered by native, {row.endpoint}: {row.native}{faults}", style="red" if faults else "dim")
