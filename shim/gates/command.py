"""`shim promote`: which gate holds each endpoint, and what is missing; with `--apply`, one step up."""

import getpass
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from shim.commands import saying
from shim.commands.reporting import open_recording
from shim.commands.saying import DataDir, Json, console, fail
from shim.endpoints import ENDPOINTS
from shim.gates.checks import Outcome, span
from shim.gates.climb import GateClosedError, closed, promote, told
from shim.gates.gates import SHADOW, Gates, GatesError
from shim.gates.standing import Standing, standings
from shim.settings import data_dir, database
from shim.store.store import Store

GatesFile = Annotated[Path | None, typer.Option("--gates", help="a file of gates; gates.yaml beside the recording")]
MARKS = {Outcome.PASS: "green", Outcome.FAIL: "red", Outcome.INCONCLUSIVE: "yellow"}


def promote_(
    endpoint: Annotated[str, typer.Argument(help="one endpoint alone, `POST /v1/messages`")] = "",
    *,
    apply: Annotated[bool, typer.Option("--apply", help="climb one step where the gate is open")] = False,
    gates: GatesFile = None,
    data: DataDir = None,
    as_json: Json = False,
) -> None:
    """What each endpoint still lacks for its next step: shadow, canary 1 %, 10 %, 50 %, native.

    Exit 0 where every gate asked about is open (or was climbed); 1 where one is closed; 2 where nothing can be told.
    Without an endpoint, `--apply` leaves those alone whose flag says legacy.
    """
    figures = read_gates(gates, data)
    if endpoint and endpoint not in {one.id for one in ENDPOINTS}:
        raise fail(f"there is no endpoint {endpoint!r}; `shim report` lists those that were seen")
    with open_recording(data) as store:
        found = standings(store, figures, now=time.time(), only=endpoint)
    if not found:
        raise fail("nothing was recorded yet, and no flag is set: there is nothing to promote")
    climbed = _climb(found, figures, data, named=bool(endpoint)) if apply else {}
    if as_json:
        typer.echo(saying.spelled([{**standing_json(one), **climbed.get(one.endpoint, {})} for one in found]))
    else:
        _print(console(), found, climbed)
    stuck = any(one.next is not None and one.outcome is not Outcome.PASS for one in found)
    raise typer.Exit(1 if stuck or any("refused" in came for came in climbed.values()) else 0)


def read_gates(file: Path | None, data: Path | None) -> Gates:
    """The gates that hold; exits with 2 and a reason where their file cannot be used."""
    try:
        return Gates.read(file, beside=data_dir(data))
    except (GatesError, OSError) as error:
        raise fail(str(error)) from error


def standing_json(one: Standing) -> dict[str, Any]:
    """A standing as JSON."""
    return {
        **asdict(one),
        "value": str(one.value),
        "next": None if one.next is None else str(one.next),
        "held": None if one.held is None else {"why": one.held.why, "at": one.held.at, "build": one.held.build},
    }


def _climb(found: Iterable[Standing], gates: Gates, data: Path | None, *, named: bool) -> dict[str, dict[str, str]]:
    """Climb where it may be; by endpoint, what came of it."""
    out: dict[str, dict[str, str]] = {}
    with Store(database(data)) as store:
        for one in found:
            if one.next is None or one.outcome is not Outcome.PASS or not (named or one.value.height >= SHADOW.height):
                continue
            try:
                change = promote(store, one.endpoint, gates, getpass.getuser())
            except GateClosedError as error:
                out[one.endpoint] = {"refused": str(error)}
            else:
                out[one.endpoint] = {"climbed": change.value}
    return out


def _print(out: Console, found: Iterable[Standing], climbed: dict[str, dict[str, str]]) -> None:
    for one in found:
        out.print(_headline(one), style="bold", highlight=False)
        for kind, said in climbed.get(one.endpoint, {}).items():
            out.print(f"  {kind}: {said}", style="green" if kind == "climbed" else "red", highlight=False)
        for check, line in zip(closed(one), told(closed(one)), strict=True):
            out.print(f"  {check.outcome}: {line}", style=MARKS[check.outcome], highlight=False)
        if one.climbs_in:
            out.print(f"  may climb in {span(one.climbs_in)}, as traffic is now", style="dim")
        if one.falls_in is not None and one.next is not None:
            out.print(f"  a breach would be undone within {span(one.falls_in)}, a crash within 5 s", style="dim")


def _headline(one: Standing) -> str:
    parity = "parity not known" if one.parity is None else f"parity {one.parity:.2f} %, at least {one.low:.2f} %"
    if one.next is None:
        return f"{one.endpoint}: {one.value}; {parity}"
    return f"{one.endpoint}: {one.value} -> {one.next}: {one.outcome}; {parity}, {one.judged} judged"
