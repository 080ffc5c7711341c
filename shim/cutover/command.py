"""`shim cutover`: what still stands between now and no binary, the step itself, and the way back."""

import getpass
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from shim.commands import saying
from shim.commands.saying import Json, fail
from shim.cutover.log import CutoverLog, Entry
from shim.cutover.obstacles import Obstacle, counted
from shim.cutover.ordering import WAIT, Order, Outcome
from shim.cutover.phases import Phase
from shim.cutover.place import Place
from shim.cutover.waivers import Waivers
from shim.run.orders import keeper_of
from shim.run.places import DATABASE
from shim.settings import data_dir
from shim.store.store import Store

SHOWN = 5  # names of what was waived together


def cutover(
    *,
    check_: Annotated[bool, typer.Option("--check", help="what still stands in the way (this is the default)")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="native takes the port, front and binary end")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="front and binary come back, flags as they were")] = False,
    force: Annotated[str, typer.Option(help="apply whatever stands in the way, for this reason")] = "",
    waive: Annotated[str, typer.Option(help="pass over what has this name, or fits this pattern")] = "",
    withdraw: Annotated[str, typer.Option(help="take a waiver back")] = "",
    why: Annotated[str, typer.Option(help="the reason of a waiver, or of an undo")] = "",
    who: Annotated[str, typer.Option(help="who says so")] = "",
    config: Annotated[Path | None, typer.Option(help="the binary's config.yaml; what `shim run` was told")] = None,
    gates: Annotated[Path | None, typer.Option(help="a file of gates; gates.yaml beside the recording")] = None,
    accepted: Annotated[Path, typer.Option(help="accepted differences")] = Path("recordings/accepted.yaml"),
    wait: Annotated[float, typer.Option(help="seconds to wait for `shim run` to have done it")] = WAIT,
    data: Annotated[Path | None, typer.Option("--data-dir", help="where recordings and keys are kept")] = None,
    as_json: Json = False,
) -> None:
    """End the migration: native takes the port itself, and the binary goes.

    Exit 0 where nothing stands in the way, or it is done; 1 where something does; 2 where nothing can be told.
    """
    if sum([check_, apply, undo, bool(waive), bool(withdraw)]) > 1:
        raise fail("one of --check, --apply, --undo, --waive and --withdraw at a time")
    folder = data_dir(data)
    if not (folder / DATABASE).exists():
        raise fail(f"there is no recording at {folder / DATABASE}: `shim run` makes one, `--data-dir` names its folder")
    by = who or getpass.getuser()
    if waive or withdraw:
        _waiver(folder, waive, withdraw, by, why)
        return
    keeper, runs = keeper_of(folder)
    named = config or (Path(keeper.config) if keeper and keeper.config else None)
    place = Place(named, attached=bool(keeper and keeper.attached))
    order = Order(folder / DATABASE, place, by, wait, heeded=runs)
    if undo:
        raise _say(order.undo(why), as_json=as_json)
    with Store(folder / DATABASE) as store:
        found = _found(store, place, gates, accepted)
        entry, until = CutoverLog(store.sql).now(), CutoverLog(store.sql).undo_until()
    if not apply:
        _say_check(found, entry, until, as_json=as_json)
        raise typer.Exit(1 if counted(found) else 0)
    if entry.phase is Phase.OPEN and counted(found) and not force:
        _say_check(found, entry, until, as_json=as_json)
        typer.echo("shim: nothing was changed; --force REASON passes over what stands in the way", err=True)
        raise typer.Exit(1)
    raise _say(order.apply(f"forced: {force}" if force else ""), as_json=as_json)


def _found(store: Store, place: Place, gates: Path | None, accepted: Path) -> list[Obstacle]:
    """What stands in the way; exits with 2 and a reason where a file that says what is asked for cannot be used."""
    # What only the check needs takes a while to load; an undo is not to wait for it.
    from shim.cutover.checking import check  # noqa: PLC0415
    from shim.gates.gates import Gates, GatesError  # noqa: PLC0415
    from shim.judge.accepted import AcceptedError, Rules  # noqa: PLC0415

    try:
        figures = Gates.read(gates, beside=store.path.parent)
        return check(store, place, figures, Rules.read(accepted).rules, now=time.time())
    except (GatesError, AcceptedError, OSError) as error:
        raise fail(str(error)) from error


def _waiver(folder: Path, waive: str, withdraw: str, by: str, why: str) -> None:
    if waive and not why:
        raise fail("a waiver is kept with its reason: --why ...")
    with Store(folder / DATABASE) as store:
        waivers = Waivers(store.sql)
        if waive:
            waivers.waive(waive, who=by, why=why)
            typer.echo(f"{waive} is waived: {why}")
        elif not waivers.withdraw(withdraw):
            raise fail(f"nobody waived {withdraw!r}", 1)
        else:
            typer.echo(f"{withdraw} is waived no more")


def _say(outcome: Outcome, *, as_json: bool) -> typer.Exit:
    if as_json:
        typer.echo(saying.spelled({"done": outcome.done, "says": outcome.says, **asdict(outcome.entry)}))
    elif not outcome.done:
        return fail(outcome.says, 1)
    else:
        typer.echo(outcome.says)
    return typer.Exit(0 if outcome.done else 1)


def _say_check(found: Iterable[Obstacle], entry: Entry, until: float, *, as_json: bool) -> None:
    obstacles = list(found)
    if as_json:
        typer.echo(saying.spelled(check_json(obstacles, entry, until)))
        return
    typer.echo(f"cut-over: {entry.phase}" + (f" since {_time(entry.at)}, by {entry.who}" if entry.at else ""))
    if entry.phase.natives:
        typer.echo(f"it can be undone until {_time(until)}")
    for kind, of in counted(obstacles).items():
        typer.echo(f"{kind} ({len(of)}):")
        for one in of:
            typer.echo(f"  {one.name}: {one.says}\n      {one.todo}")
    for one in obstacles:
        if one.waiver is None and not one.stands:
            typer.echo(f"note: {one.name}: {one.says}")
    for waiver in dict.fromkeys(one.waiver for one in obstacles if one.waiver is not None):
        names = [one.name for one in obstacles if one.waiver == waiver]
        typer.echo(f"waived as {waiver.name} by {waiver.who}, {_time(waiver.at)} ({waiver.why}): {len(names)}")
        typer.echo(f"  {', '.join(names[:SHOWN])}{', ...' if len(names) > SHOWN else ''}")
    if not counted(obstacles):
        typer.echo("nothing stands in the way")


def check_json(obstacles: Iterable[Obstacle], entry: Entry, until: float) -> dict[str, Any]:
    """What stands in the way, as JSON."""
    listed = list(obstacles)
    return {
        "ready": not counted(listed),
        "phase": entry.phase,
        "since": entry.at,
        "undo_until": until,
        "obstacles": [{**asdict(one), "stands": one.stands} for one in listed],
    }


def _time(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
