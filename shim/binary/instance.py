"""One process of a build of the legacy on a given state, and the providers that are played to it.

Everything that starts, asks and ends such a process lives here. Laws: it listens on loopback and reaches nothing but
the proxy that plays its providers, every proxy of its configuration leads there; it works in a scratch folder of its
own; it ends with whoever started it, and only it is ended.
"""

import asyncio
import json
import shutil
import signal
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import yaml

from native.egress import AGENTS
from native.h1 import Broken, Connection
from shim.binary.proxy import ProviderProxy
from shim.exchange import Case, Exchange, Interaction, Request, Response, Run
from shim.judge.conversation import ask, filled
from shim.judge.playback import address
from shim.judge.view import BACKGROUND
from shim.run.ports import free
from shim.run.supervise import prepare
from shim.settings import environment

ARGUMENTS = ("--local-model", "--no-browser")
SETTLE = 0.4  # seconds: the binary listens before it has registered its models
_AFTER = 0.02
_ENDING = 5.0
_GO = "Go-http-client/"


class BinaryError(Exception):
    """The binary could not be run on a case: the message says which step failed and what it said."""


class Script:
    """What the providers say: the i-th recorded answer for a method and path, once each."""

    def __init__(self) -> None:
        self.asked: list[Interaction] = []
        self._left: list[Interaction] = []
        self._background: list[Interaction] = []
        self._secure: set[str] = set()

    def open(self, recorded: Run) -> None:
        """Take the background calls of a process's life, and those of its start."""
        every = [*recorded.startup_upstream, *(i for x in recorded.exchanges for i in x.upstream)]
        self._background = [i for i in every if BACKGROUND.search(i.request.url)]
        self.load(recorded.startup_upstream)

    def load(self, calls: Iterable[Interaction]) -> None:
        """Take the answers of the next exchange."""
        self._left = [i for i in calls if not BACKGROUND.search(i.request.url)]
        self._secure.update(urlsplit(i.request.url).netloc for i in self._left if i.request.url.startswith("https:"))
        self.asked = []

    def secure(self, host: str, port: int) -> bool:
        """Whether a provider is spoken to in TLS: at its own port, or where it was when this was recorded."""
        return port == 443 or f"{host}:{port}" in self._secure

    def answer(self, request: Request) -> Response | None:
        """What the provider says."""
        found = self._pick(request)
        self.asked.append(Interaction(_spoken(request, found), found.response if found else None))
        return found.response if found else None

    def _pick(self, request: Request) -> Interaction | None:
        wanted = address(request.url)
        if BACKGROUND.search(request.url):
            return next((i for i in self._background if address(i.request.url) == wanted), None)
        for n, one in enumerate(self._left):
            if one.request.method == request.method and address(one.request.url) == wanted:
                return self._left.pop(n)
        return None


def _spoken(request: Request, recorded: Interaction | None) -> Request:
    """A request as it would have been sent to the provider itself.

    Go's own name ends in the version of HTTP that it speaks, and here that is ours to choose: it is the recorded one,
    or what providers are spoken to in.
    """
    version = next((v for k, v in recorded.request.headers if k.lower() == "user-agent"), "") if recorded else ""
    name = version if version.startswith(_GO) else AGENTS[urlsplit(request.url).scheme]
    headers = tuple((k, name if k.lower() == "user-agent" and v.startswith(_GO) else v) for k, v in request.headers)
    return replace(request, headers=headers)


class Loopback:
    """Leads to a server on this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.origin = f"http://127.0.0.1:{port}"

    async def connect(self) -> Connection:
        """A connection of its own."""
        loop = asyncio.get_running_loop()
        _, found = await loop.create_connection(lambda: Connection(loop), "127.0.0.1", self._port)
        return found

    def session(self) -> aiohttp.ClientSession:
        """A session, for WebSockets."""
        # a handshake cannot leave headers out by itself, so the session does
        return aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=("User-Agent",))


class Instance:
    """A process of the build, started on the state of a case.

    Args:
        binary: The build.
        folder: Where scratch folders and the proxy's authority are kept; shared by all of one owner.
        settle: Seconds to wait once it listens.
    """

    def __init__(self, binary: Path, folder: Path, settle: float = SETTLE) -> None:
        self._binary, self._folder, self._settle = binary.absolute(), folder, settle
        self._work = Path(tempfile.mkdtemp(dir=folder))
        self._port = free(0)
        self._proxy_port = 0
        self._script = Script()
        self._proxy = ProviderProxy(self._script.answer, folder, self._script.secure)
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, case: Case) -> None:
        """Start the process on the case's state; what it asks at its start is answered as recorded.

        Raises:
            BinaryError: It did not start.
        """
        self._script.open(case.runs[0])
        self._proxy_port = await self._proxy.start()
        self._write(case)
        log = self._work / "log"
        with log.open("wb") as said:
            self._process = await asyncio.create_subprocess_exec(
                *(str(self._binary), "--config", str(self._work / "config.yaml"), *ARGUMENTS),
                cwd=self._work,
                env=self._environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                preexec_fn=prepare,
            )
        await self._ready(self._process, log)

    async def ask(self, one: Exchange, answers: Sequence[Response] = ()) -> Exchange:
        """Send a recorded request, its recorded provider's answers played; returns what was said on all four sides.

        Raises:
            BinaryError: It broke off.
        """
        self._script.load(one.upstream)
        await asyncio.sleep(one.pause)
        try:
            answer = await ask(Loopback(self._port), filled(one.request, answers))
        except (Broken, OSError, aiohttp.ClientError) as error:
            raise BinaryError(f"it broke off: {error!r}") from error
        await asyncio.sleep(one.after or _AFTER)
        return replace(one, response=answer, upstream=tuple(self._script.asked))

    def left_behind(self) -> dict[str, Any]:
        """The configuration and the credential files as they lie there now."""
        files = (f for f in sorted((self._work / "auth").iterdir()) if f.is_file())
        return {
            "config.yaml": (self._work / "config.yaml").read_text(encoding="utf-8"),
            "auth_files": {f.name: f.read_text(encoding="utf-8") for f in files},
        }

    def masked(self, run: Run) -> Run:
        """A run with the recording's marks where this process's own addresses and folders stand."""
        from shim.judge.play import masked  # noqa: PLC0415 - native is loaded when something was played

        listen, proxy = f"127.0.0.1:{self._port}", f"127.0.0.1:{self._proxy_port}"
        return masked(run, ((str(self._work), "$WORK"), (listen, "$LISTEN"), (proxy, "$PROXY")))

    async def end(self) -> None:
        """End the process and what was played to it; its folder goes too."""
        if self._process is not None:
            await _end(self._process)
        await self._proxy.stop()
        shutil.rmtree(self._work, ignore_errors=True)

    def _write(self, case: Case) -> None:
        text = json.dumps(dict(case.config))
        proxy = f"127.0.0.1:{self._proxy_port}"
        for mark, value in (
            ("$WORK", str(self._work)),
            ("$EGRESS", f"http://{proxy}"),
            ("$SOCKS", f"socks5://{proxy}"),
        ):
            text = text.replace(mark, value)
        tree: dict[str, Any] = {**json.loads(text), "host": "127.0.0.1", "port": self._port}
        spelled = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)
        (self._work / "config.yaml").write_text(spelled, encoding="utf-8")
        (self._work / "auth").mkdir()
        for name, content in case.auth_files.items():
            (self._work / "auth" / name).write_text(json.dumps(content), encoding="utf-8")

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": environment().get("PATH", ""),
            "HOME": str(self._work),
            "TZ": "UTC",
            "SSL_CERT_FILE": str(self._proxy.authority),
            "HTTPS_PROXY": f"http://127.0.0.1:{self._proxy_port}",
            "NO_PROXY": "127.0.0.1,localhost",
            "MANAGEMENT_STATIC_PATH": str(self._work),
        }

    async def _ready(self, process: asyncio.subprocess.Process, log: Path) -> None:
        for _ in range(400):
            if process.returncode is not None:
                break
            try:
                _reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                await asyncio.sleep(self._settle)
                return
        said = await asyncio.to_thread(log.read_text, encoding="utf-8", errors="replace")
        raise BinaryError(f"{self._binary} did not start: {said[-400:]}")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), _ENDING)
    except TimeoutError:
        process.kill()
        await process.wait()
