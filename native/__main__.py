"""`python -m native --config FILE`: the drop-in binary."""

import argparse
import asyncio
import gc
import logging
import os
import signal
import socket
import ssl
import sys
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from native import config as configuration
from native import workers
from native.accesslog import Access, access_log
from native.config import Config, ConfigError
from native.egress import Egress
from native.listening import GivenError, Serving, given, site_on, tell_ready
from native.loglines import Lines
from native.models import CatalogueError, learn
from native.outside import SystemClock, SystemIds
from native.providers import DeclarationError
from native.server import HANDLER, SERVICE, build
from native.settings import Settings
from native.stores import Stores
from native.surface.routes import RouteError
from native.watching import Watch
from native.workers import Company

LOOPBACK = "127.0.0.1"
HEAD_MOST = 1024 * 1024
"""Bytes of a request's line or of one header, as the binary takes them: agents send metadata there."""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    found = argparse.ArgumentParser(
        prog="python -m native", description="Serve coding agents as the CLIProxyAPI binary does."
    )
    found.add_argument("--config", "-config", type=Path, help="config.yaml (default: in QUOTIO_CONFIG_DIR, or here)")
    found.add_argument(
        "--local-model",
        "-local-model",
        action="store_true",
        help="taken for the binary's sake: models are always local",
    )
    found.add_argument("--no-browser", "-no-browser", action="store_true", help="never open a browser for a log-in")
    found.add_argument("--workers", type=int, default=1, help="processes that serve the port together")
    found.add_argument("--fd", type=int, help="serve on this listening socket, passed by whoever starts the process")
    found.add_argument("--renewals", type=Path, help="renew log-ins only while this file says `native`")
    return found


def stores_of(config: Config, settings: Settings, path: Path) -> Stores:
    """Where files are: the environment's folder of log-ins before the configuration's."""
    folder = settings.auth_dir or Path(config.auth_dir or "~/.cli-proxy-api")
    folder = folder.expanduser()
    return Stores(folder, path, path.parent / "logs", folder / "usage.jsonl")


async def serve(
    config: Config,
    settings: Settings,
    stores: Stores,
    company: Company | None = None,
    sock: socket.socket | None = None,
) -> None:
    """Serve until a signal comes, alone or in company; then let what has begun end.

    SIGTERM and SIGINT end it; SIGQUIT hands the port over to another who listens on the same socket.
    """
    stores.auth_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    app = build(
        config,
        upstream=Egress(config.deadlines),
        clock=SystemClock(),
        ids=SystemIds(),
        stores=stores,
        settings=settings,
        counters=company.counters if company else None,
    )
    if company is not None:
        await company.join(app[SERVICE].pool)
    lines = {"max_line_size": HEAD_MOST, "max_field_size": HEAD_MOST}
    runner = Serving(app[HANDLER], app[SERVICE], **_access(settings), keepalive_timeout=180, **lines)
    await runner.setup()
    app[SERVICE].logs.listen()
    # The binary listens everywhere where no host is named; native stays on this machine until told otherwise.
    address = (settings.host or config.host or LOOPBACK, settings.port or config.port)
    site = site_on(runner, sock, address, tls=_tls(config), shared=company is not None)
    stop, over = _signals()
    await site.start()
    # What starting made lives as long as the server; a full collection that looks at it holds every stream up by 40 ms.
    gc.collect()
    gc.freeze()
    if sock is not None:
        tell_ready()
    watching = asyncio.create_task(Watch(app[SERVICE]).follow())
    await stop.wait()
    if over.is_set():
        stop.clear()
        handing = asyncio.create_task(runner.hand_over(site))
        insisting = asyncio.create_task(stop.wait())
        await asyncio.wait((handing, insisting), return_when=asyncio.FIRST_COMPLETED)
        handing.cancel()
        insisting.cancel()
    watching.cancel()
    await runner.cleanup()


def _access(settings: Settings) -> dict[str, Any]:
    """What the server is told of a line for each request; none by default, as the binary writes none there."""
    return (
        {"access_log": access_log(), "access_log_class": Access}
        if settings.log_format == "json"
        else {"access_log": None}
    )


def _tls(config: Config) -> ssl.SSLContext | None:
    if not config.tls.enable:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(config.tls.cert, config.tls.key)
    return context


def _signals() -> tuple[asyncio.Event, asyncio.Event]:
    """(set when the server is to stop, set when that is because another takes the port over)."""
    stop, over = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hand_over() -> None:
        over.set()
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    if sys.platform != "win32":
        loop.add_signal_handler(signal.SIGQUIT, hand_over)
    return stop, over


def main(arguments: list[str] | None = None) -> int:
    """Serve. 1 where the configuration or a declaration is broken."""
    asked = parser().parse_args(arguments)
    try:
        settings = Settings.of(os.environ)
    except ValueError as error:
        sys.stderr.write(f"native: the environment is not valid: {error}\n")
        return 1
    logging.basicConfig(level=logging.DEBUG if settings.debug else logging.WARNING)
    if settings.log_format == "json":
        for speaker in logging.getLogger().handlers:
            speaker.setFormatter(Lines())
    path: Path = asked.config or (settings.config_dir or Path()) / "config.yaml"
    try:
        if settings.models is not None:
            learn(settings.models)
        config = configuration.load(path)
        stores = replace(stores_of(config, settings, path), renewals=asked.renewals)
        sock = given(asked.fd, os.environ)
        if asked.workers > 1:
            return workers.run(asked.workers, lambda company: _served(serve(config, settings, stores, company, sock)))
        return _served(serve(config, settings, stores, sock=sock))
    except (CatalogueError, ConfigError, DeclarationError, GivenError, RouteError) as error:
        sys.stderr.write(f"native: {error}\n")
        return 1


def _served(serving: Coroutine[None, None, None]) -> int:
    if sys.platform == "win32":
        asyncio.run(serving)
    else:
        import uvloop  # noqa: PLC0415 - not there on Windows

        uvloop.run(serving)
    return 0


if __name__ == "__main__":
    sys.exit(main())
