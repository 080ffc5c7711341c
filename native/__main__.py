"""`python -m native --config FILE`: the drop-in binary."""

import argparse
import asyncio
import gc
import logging
import signal
import ssl
import sys
from collections.abc import Coroutine
from pathlib import Path

from aiohttp import web

from native import config as configuration
from native import workers
from native.config import Config, ConfigError
from native.egress import Egress
from native.models import CatalogueError, learn
from native.outside import SystemClock, SystemIds
from native.providers import DeclarationError
from native.server import SERVICE, build
from native.settings import Settings
from native.stores import Stores
from native.surface.routes import RouteError
from native.watching import Watch
from native.workers import Company

LOOPBACK = "127.0.0.1"
DRAIN_SECONDS = 30.0
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
    return found


def stores_of(config: Config, settings: Settings, path: Path) -> Stores:
    """Where files are: the environment's folder of log-ins before the configuration's."""
    folder = settings.auth_dir or Path(config.auth_dir or "~/.cli-proxy-api")
    return Stores(folder.expanduser(), path, path.parent / "logs")


async def serve(config: Config, settings: Settings, stores: Stores, company: Company | None = None) -> None:
    """Serve until a signal comes, alone or in company; then let what has begun end."""
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
    runner = web.AppRunner(
        app,
        access_log=None,
        handler_cancellation=True,
        auto_decompress=False,
        shutdown_timeout=DRAIN_SECONDS,
        keepalive_timeout=180,
        max_line_size=HEAD_MOST,
        max_field_size=HEAD_MOST,
    )
    await runner.setup()
    context = None
    if config.tls.enable:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(config.tls.cert, config.tls.key)
    # The binary listens everywhere where no host is named; native stays on this machine until told otherwise.
    host = settings.host or config.host or LOOPBACK
    site = web.TCPSite(
        runner,
        host,
        settings.port or config.port,
        ssl_context=context,
        reuse_port=company is not None or None,
        backlog=1024,
    )
    await site.start()
    # What starting made lives as long as the server; a full collection that looks at it holds every stream up by 40 ms.
    gc.collect()
    gc.freeze()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    watching = asyncio.create_task(Watch(app[SERVICE]).follow())
    await stop.wait()
    watching.cancel()
    await runner.cleanup()


def main(arguments: list[str] | None = None) -> int:
    """Serve. 1 where the configuration or a declaration is broken."""
    asked = parser().parse_args(arguments)
    try:
        settings = Settings()
    except ValueError as error:
        sys.stderr.write(f"native: the environment is not valid: {error}\n")
        return 1
    logging.basicConfig(level=logging.DEBUG if settings.debug else logging.WARNING)
    path: Path = asked.config or (settings.config_dir or Path()) / "config.yaml"
    try:
        if settings.models is not None:
            learn(settings.models)
        config = configuration.load(path)
        stores = stores_of(config, settings, path)
        if asked.workers > 1:
            return workers.run(asked.workers, lambda company: _served(serve(config, settings, stores, company)))
        return _served(serve(config, settings, stores))
    except (CatalogueError, ConfigError, DeclarationError, RouteError) as error:
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
