"""After the cut-over: native on the clients' socket and the user's own configuration, kept alive, and nothing else."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Mapping

from shim.run.migrating import LONGEST, PATIENCE
from shim.run.places import RENEWALS
from shim.run.plan import OURS, native_command
from shim.run.supervise import Program, Supervised
from shim.run.wishes import PlanError, Wishes

log = logging.getLogger("shim.run")


class Alone:
    """Native, running.

    Args:
        wishes: The command line.
        clients: The socket that clients connect to; it stays open when native ends.
        environment: Ours.
        python: The interpreter.

    Raises:
        PlanError: Nothing says which configuration it is to serve.
    """

    def __init__(self, wishes: Wishes, clients: socket.socket, environment: Mapping[str, str], python: str) -> None:
        if wishes.config is None:
            raise PlanError("native serves the configuration that `shim run --config` names, and none was named")
        self._opened = asyncio.Event()
        command = native_command(wishes, python, wishes.config.absolute())
        renewals = ("--renewals", str(wishes.data_dir / RENEWALS))
        told = {name: value for name, value in environment.items() if name not in OURS}
        program = Program("native", (*command, *renewals, "--fd", str(clients.fileno())), told, [clients.fileno()])
        self._native = Supervised(program, self._heard)
        self._drain = wishes.drain

    def start(self) -> None:
        """Start it."""
        self._native.start()

    async def ready(self, patience: float) -> bool:
        """Whether it lets clients in, within so many seconds."""
        try:
            async with asyncio.timeout(patience):
                await self._opened.wait()
        except TimeoutError:
            return False
        return True

    async def leave(self) -> None:
        """Leave the port to another that serves it already; return when the last client has gone over."""
        await self._native.end(LONGEST, signal.SIGQUIT)

    async def end(self, patience: float | None = None) -> None:
        """Let what has begun end."""
        await self._native.end(self._drain + PATIENCE if patience is None else patience)

    def _heard(self, line: bytes) -> None:
        if b'"ready"' in line:
            self._opened.set()
            log.info("native serves alone")
        else:
            sys.stdout.buffer.write(line)
            sys.stdout.flush()
