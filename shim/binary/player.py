"""The binary run on a record: a fresh process on the state of the time, its providers played to it.

Everything that drives a legacy build on recorded cases lives here. Laws: it listens on loopback and reaches nothing but
the proxy that plays its providers; it works in a scratch folder; only the process started here is ended.
"""

import asyncio
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import aiohttp
import yaml

from shim.binary.proxy import ProviderProxy
from shim.exchange import Case, Interaction, Request, Response, Run
from shim.judge.conversation import ask, filled
from shim.judge.playback import address
from shim.judge.view import BACKGROUND
from shim.run.ports import free

ARGUMENTS = ("--local-model", "--no-browser")
SETTLE = 0.4  # seconds: the binary listens before it has registered its models
_AFTER = 0.02
_ENDING = 5.0


class BinaryError(Exception):
    """The binary could not be run on a case: the message says which step failed and what it said."""


class Script:
    """What the providers say: the i-th recorded answer for a method and path, once each."""

    def __init__(self) -> None:
        self.asked: list[Interaction] = []
        self._left: list[Interaction] = []
        self._background: list[Interaction] = []

    def open(self, recorded: Run) -> None:
        """Take a case's background calls and those of its start."""
        every = [*recorded.startup_upstream, *(i for x in recorded.exchanges for i in x.upstream)]
        self._background = [i for i in every if BACKGROUND.search(i.request.url)]
        self.load(recorded.startup_upstream)

    def load(self, calls: Iterable[Interaction]) -> None:
        """Take the answers of the next exchange."""
        self._left = [i for i in calls if not BACKGROUND.search(i.request.url)]
        self.asked = []

    def answer(self, request: Request) -> Response | None:
        """What the provider says."""
        found = self._pick(request)
        self.asked.append(Interaction(request, found))
        return found

    def _pick(self, request: Request) -> Response | None:
        wanted = address(request.url)
        if BACKGROUND.search(request.url):
            return next((i.response for i in self._background if address(i.request.url) == wanted), None)
        for n, one in enumerate(self._left):
            if one.request.method == request.method and address(one.request.url) == wanted:
                del self._left[n]
                return one.response
        return None


class Player:
    """Plays cases to a build of the legacy. Use as an async context manager.

    Args:
        binary: The build.
    """

    def __init__(self, binary: Path) -> None:
        self._binary = binary
        self._folder = Path(tempfile.mkdtemp(prefix="shim-binary-"))
        self._script = Script()
        self._proxy = ProviderProxy(self._script.answer, self._folder)
        self._port = 0

    async def __aenter__(self) -> Self:
        self._port = await self._proxy.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._proxy.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def play(self, case: Case) -> Run:
        """Run the binary on a case.

        Raises:
            BinaryError: It did not start, or broke off.
        """
        work = Path(tempfile.mkdtemp(dir=self._folder))
        (work / "auth").mkdir()
        port = free(0)
        self._write(case, work, port)
        self._script.open(case.runs[0])
        log = await asyncio.to_thread((work / "log").open, "wb")
        process = await asyncio.create_subprocess_exec(
            *(str(self._binary), "--config", str(work / "config.yaml"), *ARGUMENTS),
            cwd=work,
            env=self._environment(work),
            stdout=log,
            stderr=log,
        )
        try:
            await self._ready(process, port, work / "log")
            exchanges = [x async for x in self._converse(case.runs[0], port)]
            state = await asyncio.to_thread(_left_behind, work) if case.runs[0].state_after is not None else None
        finally:
            await _end(process)
            log.close()
        return self._masked(Run(tuple(exchanges), state_after=state), work, port)

    def _write(self, case: Case, work: Path, port: int) -> None:
        text = json.dumps(dict(case.config))
        proxies = (
            ("$WORK", str(work)),
            ("$EGRESS", f"http://127.0.0.1:{self._port}"),
            ("$SOCKS", f"socks5://127.0.0.1:{self._port}"),
        )
        for mark, value in proxies:
            text = text.replace(mark, value)
        tree: dict[str, Any] = {**json.loads(text), "host": "127.0.0.1", "port": port}
        (work / "config.yaml").write_text(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True), encoding="utf-8")
        for name, content in case.auth_files.items():
            (work / "auth" / name).write_text(json.dumps(content), encoding="utf-8")

    def _environment(self, work: Path) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(work),
            "TZ": "UTC",
            "SSL_CERT_FILE": str(self._proxy.authority),
            "HTTPS_PROXY": f"http://127.0.0.1:{self._port}",
            "NO_PROXY": "127.0.0.1,localhost",
            "MANAGEMENT_STATIC_PATH": str(work),
        }

    async def _ready(self, process: asyncio.subprocess.Process, port: int, log: Path) -> None:
        for _ in range(400):
            if process.returncode is not None:
                break
            try:
                _reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                await asyncio.sleep(SETTLE)
                return
        said = await asyncio.to_thread(log.read_text, encoding="utf-8", errors="replace")
        raise BinaryError(f"{self._binary} did not start: {said[-400:]}")

    async def _converse(self, recorded: Run, port: int) -> Any:
        answers: list[Response] = []
        for one in recorded.exchanges:
            self._script.load(one.upstream)
            await asyncio.sleep(one.pause)
            async with aiohttp.ClientSession(auto_decompress=False) as session:
                try:
                    answer = await ask(session, f"http://127.0.0.1:{port}", filled(one.request, answers))
                except aiohttp.ClientError as error:
                    raise BinaryError(f"it broke off: {error!r}") from error
            await asyncio.sleep(one.after or _AFTER)
            answers.append(answer)
            yield replace(one, response=answer, upstream=tuple(self._script.asked))

    def _masked(self, run: Run, work: Path, port: int) -> Run:
        from shim.judge.play import masked  # noqa: PLC0415 - native is loaded when something was played

        return masked(
            run, ((str(work), "$WORK"), (f"127.0.0.1:{port}", "$LISTEN"), (f"127.0.0.1:{self._port}", "$PROXY"))
        )


def _left_behind(work: Path) -> dict[str, Any]:
    return {
        "config.yaml": (work / "config.yaml").read_text(encoding="utf-8"),
        "auth_files": {f.name: f.read_text(encoding="utf-8") for f in sorted((work / "auth").iterdir()) if f.is_file()},
    }


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), _ENDING)
    except TimeoutError:
        process.kill()
        await process.wait()
