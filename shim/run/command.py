"""`shim run`: the front on your port, the tap behind the legacy, and what keeps them alive."""

import asyncio
import importlib.util
from pathlib import Path
from typing import Annotated, Literal

import typer

from shim.gates.setting import GATES, WEBHOOK
from shim.loglines import set_up
from shim.run.keeper import Running
from shim.run.wishes import PlanError, Wishes
from shim.settings import data_dir, environment

type LogFormat = Literal["text", "json"]


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(  # noqa: PLR0917  # a command has the options it has
    context: typer.Context,
    legacy: Annotated[str, typer.Option(help="A binary that runs already: http://127.0.0.1:18317")] = "",
    legacy_bin: Annotated[Path | None, typer.Option(help="The binary, to be started and kept alive")] = None,
    config: Annotated[Path | None, typer.Option(help="The binary's config.yaml")] = None,
    host: Annotated[
        str | None, typer.Option(envvar="QUOTIO_HOST", help="Where to listen; the configuration's, else loopback")
    ] = None,
    port: Annotated[int, typer.Option(envvar="QUOTIO_PORT", help="The clients' port; the configuration's")] = 0,
    data: Annotated[Path | None, typer.Option("--data-dir", help="Where recordings and keys are kept")] = None,
    tap: Annotated[bool, typer.Option(help="See what goes to providers; without it exchanges are not judged")] = True,  # noqa: FBT002  # an option
    native: Annotated[
        bool | None, typer.Option("--native/--no-native", help="Run native; by default when a flag first asks for it")
    ] = None,
    record: Annotated[bool, typer.Option(help="Record what passes")] = True,  # noqa: FBT002  # an option
    judge: Annotated[bool, typer.Option(help="Judge what is recorded, in a process of its own")] = True,  # noqa: FBT002  # an option
    reverse: Annotated[bool, typer.Option(help="Judge samples the other way round, by a second binary")] = True,  # noqa: FBT002  # an option
    second_bin: Annotated[Path | None, typer.Option(help="The build that is kept for it; the supervised one")] = None,
    log_format: Annotated[LogFormat, typer.Option(help="json: a line of JSON for each side of each exchange")] = "text",
    page: Annotated[bool, typer.Option(help="Serve the control room's page, on 127.0.0.1:18320")] = True,  # noqa: FBT002  # an option
    native_bin: Annotated[
        Path | None, typer.Option(help="A program to run as native; this installation's `python -m native`")
    ] = None,
    drain: Annotated[float, typer.Option(help="Seconds that what has begun is given to end on SIGTERM")] = 30.0,
    flags_file: Annotated[Path | None, typer.Option(help="A file of flags to follow")] = None,
    guard: Annotated[bool, typer.Option(help="Roll back what is breached")] = True,  # noqa: FBT002  # an option
    auto_promote: Annotated[bool, typer.Option(help="Let endpoints climb by themselves where gates open")] = False,  # noqa: FBT002  # an option
    gates: Annotated[Path | None, typer.Option(help="A file of gates; gates.yaml in the data directory")] = None,
    webhook: Annotated[str, typer.Option(envvar=WEBHOOK, help="An address to POST roll-backs to")] = "",
) -> None:
    """Take over the clients' port: pass everything on, record it, and let flags say who answers.

    What follows `--` goes to the binary: `shim run --legacy-bin ./cli-proxy-api --config config.yaml -- --no-browser`.
    """
    set_up(log_format)
    wishes = Wishes(
        legacy=legacy,
        legacy_bin=legacy_bin,
        config=config,
        data_dir=data_dir(data).absolute(),
        host=host,
        port=port,
        tap=tap,
        native=native if importlib.util.find_spec("native.server") else False,
        record=record,
        judge=judge and record and tap,
        reverse=reverse and judge and record and tap,
        second_bin=second_bin and second_bin.absolute(),
        page=page,
        log_format=log_format,
        drain=drain,
        flags_file=flags_file,
        guard=guard and record,
        gates=gates and gates.absolute(),
        webhook=webhook,
        auto_promote=auto_promote and guard and record,
        extra=tuple(context.args),
        native_bin=native_bin,
    )
    _check(wishes, auto_promote=auto_promote)
    asyncio.run(_running(wishes).run())


def _check(wishes: Wishes, *, auto_promote: bool) -> None:
    """Refuse what makes no sense before anything starts; exits with a reason."""
    if bool(wishes.legacy) == bool(wishes.legacy_bin):
        raise _refused("name either --legacy URL or --legacy-bin PATH", 2)
    if auto_promote and not wishes.auto_promote:
        raise _refused("--auto-promote needs the recording, and the guard to undo what it does", 2)
    file = wishes.gates or wishes.data_dir / GATES
    if wishes.gates or file.exists():
        from shim.gates.gates import Gates, GatesError  # noqa: PLC0415  # few have such a file, and it loads slowly

        try:
            Gates.read(file)
        except (GatesError, OSError) as error:
            raise _refused(error, 1) from error


def _running(wishes: Wishes) -> Running:
    try:
        return Running(wishes, environment())
    except (PlanError, OSError) as error:
        raise _refused(error, 1) from error


def _refused(why: object, status: int) -> typer.Exit:
    typer.echo(f"shim run: {why}", err=True)
    return typer.Exit(status)
