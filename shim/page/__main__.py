"""`python -m shim.page DATABASE`: the page, served on loopback until SIGTERM."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from shim.flags.ledger import Ledger
from shim.knowledge import Knowledge, learned_noise, shipped_noise
from shim.page.keys import PAGE, Keys
from shim.page.outside import Outside
from shim.page.server import build
from shim.run.ports import DASHBOARD, LOOPBACK, listen_near, number_of

SHUTDOWN = 1.0  # seconds that visitors who listen are given


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the page."""
    parser = argparse.ArgumentParser(prog="python -m shim.page", description="The control room's page.")
    parser.add_argument("database", type=Path)
    parser.add_argument("--port", type=int, default=DASHBOARD, help="on loopback; a free one where it is taken")
    parser.add_argument("--accepted", type=Path, default=Path("recordings/accepted.yaml"))
    parser.add_argument("--noise", type=Path, default=shipped_noise())
    parser.add_argument("--gates", type=Path, help="what each step up asks for; gates.yaml beside the recording")
    parser.add_argument("--native", type=int, help="native's port, where it runs: its metrics are told too")
    asked = parser.parse_args(arguments)
    asyncio.run(_serve(asked))
    return 0


async def _serve(asked: argparse.Namespace) -> None:
    database: Path = asked.database.absolute()
    Ledger.open(database).close()  # makes it where there is none, and brings its tables up to date
    sock = listen_near(asked.port)
    port = number_of(sock)

    known = Knowledge(asked.accepted, (asked.noise, learned_noise(database)))
    runner = web.AppRunner(
        build(Outside(database, Keys.of(database.parent), known, port, asked.gates, asked.native)),
        access_log=None,
        shutdown_timeout=SHUTDOWN,
        handler_cancellation=True,
    )
    await runner.setup()
    await web.SockSite(runner, sock).start()
    sys.stderr.write(f"shim page: http://{LOOPBACK}:{port}  (log in with the key in {database.parent / PAGE})\n")
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    sys.exit(main())
