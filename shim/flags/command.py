"""`shim flags`: see and set who answers what."""

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from shim.build import build
from shim.flags.ledger import Change, Ledger
from shim.flags.sheet import SheetError, read_sheet
from shim.flags.table import EVERY, Flag, Scope, Value, WrongFlagError
from shim.settings import database

app = typer.Typer(
    help="See and set who answers which endpoint: legacy, shadow, canary N% or native.",
    no_args_is_help=False,
    invoke_without_command=True,
)

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Where recordings and flags are kept")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs")]
Provider = Annotated[str, typer.Option(help="Only where this provider is to answer")]
Stream = Annotated[bool | None, typer.Option("--stream/--whole", help="Only streams, or only whole answers")]
Model = Annotated[str, typer.Option(help="Only this model; * stands for anything")]
Why = Annotated[str, typer.Option(help="The reason, for the history")]
Who = Annotated[str, typer.Option(help="Who says so")]


@app.callback()
def show(context: typer.Context, data: DataDir = None, as_json: AsJson = False) -> None:  # noqa: FBT002  # an option
    """See and set who answers which endpoint: legacy, shadow, canary N% or native."""
    context.obj = data
    if context.invoked_subcommand is not None:
        return
    with _ledger(data) as ledger:
        flags, holds = ledger.table().flags, ledger.holds.in_force(build())
    if as_json:
        rows = [{**_as_json(flag), "held": holds[flag.scope].why if flag.scope in holds else None} for flag in flags]
        typer.echo(json.dumps(rows, indent=1))
        return
    if not flags:
        typer.echo("no flag is set: the legacy answers everything")
    for flag in flags:
        held = "  HELD" if flag.scope in holds else ""
        typer.echo(f"{flag.value!s:12}  {flag.scope}{held}  ({flag.who}, {_time(flag.at)}{_because(flag.why)})")


@app.command("set")
def set_(  # noqa: PLR0917  # a command has the options it has
    context: typer.Context,
    endpoint: Annotated[str, typer.Argument(help="As the catalogue has it, `POST /v1/messages`; * for all")],
    flag: Annotated[str, typer.Argument(help="legacy, shadow, canary 5% or native")],
    provider: Provider = "",
    stream: Stream = None,
    model: Model = "",
    why: Why = "",
    who: Who = "",
) -> None:
    """Say who answers an endpoint; the front heeds it within a second."""
    scope = _scope(endpoint, provider, stream, model)
    with _changing(context) as ledger:
        change = ledger.set(scope, Value.parse(flag), who=_by(who), why=why)
    typer.echo(_told(change))


@app.command()
def unset(  # noqa: PLR0917  # a command has the options it has
    context: typer.Context,
    endpoint: Annotated[str, typer.Argument(help="As the catalogue has it; * for all")] = EVERY,
    provider: Provider = "",
    stream: Stream = None,
    model: Model = "",
    why: Why = "",
    who: Who = "",
) -> None:
    """Take a flag away: a wider one holds then, or the legacy answers."""
    scope = _scope(endpoint, provider, stream, model)
    with _changing(context) as ledger:
        change = ledger.set(scope, None, who=_by(who), why=why)
    typer.echo(_told(change))


@app.command()
def release(  # noqa: PLR0917  # a command has the options it has
    context: typer.Context,
    endpoint: Annotated[str, typer.Argument(help="As the catalogue has it; * for all")],
    provider: Provider = "",
    stream: Stream = None,
    model: Model = "",
    why: Why = "",
    who: Who = "",
) -> None:
    """Lift the hold that a roll-back has put on a flag: it may climb again, and follow its file."""
    scope = _scope(endpoint, provider, stream, model)
    with _changing(context) as ledger:
        hold = ledger.release(scope, who=_by(who), why=why)
    typer.echo(f"{hold.scope} is held at {hold.value} no longer: {hold.why}")


@app.command()
def load(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file of flags")],
    why: Why = "",
    who: Who = "",
) -> None:
    """Have exactly the flags that a file names."""
    with _changing(context) as ledger:
        flags = read_sheet(file)
        changes = ledger.replace(flags, who=_by(who), why=why or f"loaded {file.name}")
        held = ledger.held_back(flags)
    for change in changes:
        typer.echo(_told(change))
    if not changes:
        typer.echo("nothing changed")
    for hold in held:
        typer.echo(f"{hold.scope} stays at {hold.value} until `shim flags release`: {hold.why}", err=True)


@app.command()
def history(context: typer.Context, limit: int = 50, as_json: AsJson = False) -> None:  # noqa: FBT002  # an option
    """See who changed what, when and why."""
    with _ledger(context.obj) as ledger:
        changes = ledger.history(limit)
    if as_json:
        rows = [
            {**_narrowed(c.scope), "before": c.before, "flag": c.value, "who": c.who, "at": c.at, "why": c.why}
            for c in changes
        ]
        typer.echo(json.dumps(rows, indent=1))
        return
    for change in changes:
        typer.echo(f"{_time(change.at)}  {_told(change)}  ({change.who}{_because(change.why)})")


def _ledger(data: Path | None) -> Ledger:
    return Ledger.open(database(data))


@contextmanager
def _changing(context: typer.Context) -> Iterator[Ledger]:
    """The flags, to be changed; exits with 1 and a reason where that cannot be."""
    try:
        with _ledger(context.obj) as ledger:
            yield ledger
    except (SheetError, WrongFlagError, OSError) as error:
        typer.echo(f"shim flags: {error}", err=True)
        raise typer.Exit(1) from error


def _scope(endpoint: str, provider: str, stream: bool | None, model: str) -> Scope:  # noqa: FBT001  # as an option has it
    return Scope(endpoint, provider, {None: "", True: "yes", False: "no"}[stream], model)


def _by(who: str) -> str:
    return who or getpass.getuser()


def _told(change: Change) -> str:
    lifts = f"; its hold is lifted: {change.lifted}" if change.lifted else ""
    return f"{change.scope}: {change.before or 'not set'} -> {change.value or 'not set'}{lifts}"


def _narrowed(scope: Scope) -> dict[str, str]:
    return {"endpoint": scope.endpoint, "provider": scope.provider, "stream": scope.stream, "model": scope.model}


def _as_json(flag: Flag) -> dict[str, object]:
    return {**_narrowed(flag.scope), "flag": str(flag.value), "who": flag.who, "at": flag.at, "why": flag.why}


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _because(why: str) -> str:
    return f": {why}" if why else ""
