"""`shim run`: the front on your port, the tap behind the legacy, and what keeps them alive."""

import asyncio
import importlib.util
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from shim.run.companions import Context, companions
from shim.run.plan import Plan, PlanError, Wishes, data_dir, plan
from shim.run.supervise import Program, Supervised

log = logging.getLogger("shim.run")

COMPANIONS_AFTER = 3.0  # seconds: clients that waited come first
PATIENCE = 10.0  # seconds that a process is given to end, beyond the drain


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
    page: Annotated[bool, typer.Option(help="Serve the control room's page, on 127.0.0.1:18320")] = True,  # noqa: FBT002  # an option
    drain: Annotated[float, typer.Option(help="Seconds that what has begun is given to end on SIGTERM")] = 30.0,
    flags_file: Annotated[Path | None, typer.Option(help="A file of flags to follow")] = None,
) -> None:
    """Take over the clients' port: pass everything on, record it, and let flags say who answers.

    What follows `--` goes to the binary: `shim run --legacy-bin ./cli-proxy-api --config config.yaml -- --no-browser`.
    """
    logging.basicConfig(level=logging.INFO, format="shim run: %(message)s")
    wishes = Wishes(
        legacy=legacy,
        legacy_bin=legacy_bin,
        config=config,
        data_dir=(data or data_dir(os.environ)).absolute(),
        host=host,
        port=port,
        tap=tap,
        native=native if importlib.util.find_spec("native.server") else False,
        record=record,
        judge=judge and record and tap,
        page=page,
        drain=drain,
        flags_file=flags_file,
        extra=tuple(context.args),
    )
    if bool(legacy) == bool(legacy_bin):
        typer.echo("shim run: name either --legacy URL or --legacy-bin PATH", err=True)
        raise typer.Exit(2)
    try:
        planned = plan(wishes, os.environ, sys.executable)
    except (PlanError, OSError) as error:
        typer.echo(f"shim run: {error}", err=True)
        raise typer.Exit(1) from error
    asyncio.run(Running(planned, wishes).run())


class Running:
    """What was planned, running.

    Args:
        planned: What to start.
        wishes: The command line.
    """

    def __init__(self, planned: Plan, wishes: Wishes) -> None:
        self._plan, self._wishes = planned, wishes
        environment = planned.environment
        self._legacy = Supervised(Program("the legacy", planned.legacy, environment)) if planned.legacy else None
        self._native = Supervised(Program("native", planned.native, environment)) if planned.native else None
        descriptors = [sock.fileno() for sock in planned.sockets]
        front = Program("the front", _front_command(), os.environ, descriptors, planned.settings.dump())
        self._front = Supervised(front, self._heard)
        self._companions = [Supervised(one) for one in companions(Context(wishes, planned.settings, os.environ))]

    async def run(self) -> None:
        """Run until a signal says to end; a second one insists."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        if self._legacy:
            self._legacy.start()
        self._front.start()
        if self._wishes.native:
            self._begin_native()
        await stop.wait()
        stop.clear()
        ending = asyncio.ensure_future(self._end())
        insisting = asyncio.ensure_future(stop.wait())
        await asyncio.wait([ending, insisting], return_when=asyncio.FIRST_COMPLETED)
        insisting.cancel()
        if not ending.done():
            ending.cancel()
            await self._end(patience=0.1)

    async def _end(self, patience: float | None = None) -> None:
        """Let the front drain, then end who answers it; last, what they wrote goes to the user's file."""
        for sock in self._plan.sockets:
            sock.close()
        await self._front.end(self._wishes.drain + PATIENCE if patience is None else patience)
        rest = [process for process in (self._native, self._legacy, *self._companions) if process]
        await asyncio.gather(*(process.end(PATIENCE if patience is None else patience) for process in rest))
        if self._plan.mirror:
            self._plan.mirror.settle()

    def _heard(self, line: bytes) -> None:
        if b'"ready"' in line:
            self._tell()
            for companion in self._companions:
                asyncio.get_running_loop().call_later(COMPANIONS_AFTER, companion.start)
        elif b'"wants native"' in line:
            self._begin_native()

    def _begin_native(self) -> None:
        if self._native:
            self._native.start()

    def _tell(self) -> None:
        settings, trust = self._plan.settings, self._plan.authority
        log.info("%s is the front; the legacy is %s", self._plan.address, settings.legacy)
        if trust is None:
            log.info("there is no tap: exchanges are recorded, and not judged")
        elif not self._plan.legacy:
            log.info("the tap is socks5://127.0.0.1:%d: name it as the legacy's proxy-url and", settings.tap_port)
            log.info("  start the legacy with SSL_CERT_FILE=%s", trust.bundle)


def _front_command() -> list[str]:
    return [sys.executable, "-m", "addons"]
