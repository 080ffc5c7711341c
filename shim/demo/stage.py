"""A whole installation on one machine: stand-ins for providers and binary, and a real `shim run` between them.

Law: nothing leaves the machine, and all of it has ended when the block does.
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from shim.binary.proxy import Answer, ProviderProxy
from shim.demo.script import Script
from shim.exchange import Case
from shim.run.places import DATABASE
from shim.run.ports import LEGACY, free
from shim.settings import environment as ours

_LOOKS, _LOOK = 600, 0.05


@dataclass(frozen=True, slots=True)
class Stage:
    """What runs.

    Attributes:
        port: The clients'.
        folder: Where everything is kept.
        command: How `shim run` was started.
        environment: Its environment.
        process: Its process.
    """

    port: int
    folder: Path
    command: Sequence[str]
    environment: Mapping[str, str]
    process: asyncio.subprocess.Process

    @property
    def data(self) -> Path:
        """The installation's folder."""
        return self.folder / "data"

    @property
    def database(self) -> Path:
        """The recording."""
        return self.data / DATABASE


@contextlib.asynccontextmanager
async def stage(
    folder: Path,
    cases: Sequence[Case],
    *words: str,
    environment: Mapping[str, str] | None = None,
    answer: Answer | None = None,
) -> AsyncIterator[Stage]:
    """Stand-ins and the front, running; all ended afterwards.

    Args:
        folder: An empty one.
        cases: What the stand-ins play; they share one configuration.
        words: More for the command line of `shim run`.
        environment: More for its environment.
        answer: What providers say, where it is not what was recorded.

    Raises:
        RuntimeError: The front did not start; says what it wrote.
    """
    provider = ProviderProxy(answer or Script(cases).provider, folder)
    port = _installed(folder, cases[0], await provider.start())
    told = {**ours(), "SSL_CERT_FILE": str(provider.authority), **(environment or {})}
    command = (
        *(sys.executable, "-m", "shim", "run", "--legacy-bin", str(folder / "stand-in")),
        *("--config", str(folder / "config.yaml"), "--data-dir", str(folder / "data"), "--drain", "2", *words),
    )
    log = await asyncio.to_thread((folder / "log").open, "wb")
    process = await asyncio.create_subprocess_exec(*command, env=told, stdout=log, stderr=log)
    try:
        await _listening(port, process, folder / "log")
        yield Stage(port, folder, command, told, process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await process.wait()
        await provider.stop()
        log.close()


def _installed(folder: Path, case: Case, upstream: int) -> int:
    """Write the configuration and a program that stands for the binary; returns the clients' port."""
    port = free(LEGACY)
    config = {
        **case.config,
        "port": port,
        "auth-dir": str(folder / "auth"),
        "proxy-url": f"http://127.0.0.1:{upstream}",
    }
    (folder / "auth").mkdir()
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    binary = folder / "stand-in"
    binary.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m shim.demo.simulated "$@"\n', encoding="utf-8")
    binary.chmod(0o700)
    return port


async def _listening(port: int, process: asyncio.subprocess.Process, log: Path) -> None:
    for _ in range(_LOOKS):
        if process.returncode is not None:
            break
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(_LOOK)
        else:
            writer.close()
            return
    said = await asyncio.to_thread(log.read_text, encoding="utf-8", errors="replace")
    raise RuntimeError(f"the front did not start: {said[-800:]}")
