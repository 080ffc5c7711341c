"""What the front adds to the binary: time to the first byte and streams a second, at 1 and at 16 clients.

    python -m tests.bench.front --legacy PATH [--rounds 5] [--seconds 1.0] [--json]

Four ways to the same mock provider are asked in turn, round after round, so that a busy machine is busy for all of
them: the binary alone, a plain mitmproxy with one streaming addon before it, the front before it (recording, without
the tap, as the plain one sees the clients' side only), and the front with the tap behind a binary of its own.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import uvloop
import yaml

CHUNKS = 50
KEY = "client-key"
CHUNK = b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"mock","choices":[{"index":0,%s}]}\n\n'
EVENT = CHUNK % b'"delta":{"content":"word "}'
LAST = CHUNK % b'"delta":{},"finish_reason":"stop"' + b"data: [DONE]\n\n"
WHOLE = json.dumps(
    {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "mock",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
).encode()
PLAIN_ADDON = """
def requestheaders(flow):
    flow.request.stream = True

def responseheaders(flow):
    flow.response.stream = True
"""


class Provider(asyncio.Protocol):
    """Answers chat completions as fast as it can, a stream in chunks of their own."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._buffer, self._left = b"", 0

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        at = head.find(b"content-length:")
        size = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._buffer) < end + 4 + size:
            return
        body, self._buffer = self._buffer[end + 4 : end + 4 + size], self._buffer[end + 4 + size :]
        if b'"stream":true' not in body.replace(b" ", b""):
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(WHOLE)
            self._transport.write(head + WHOLE)
            return
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        self._left = CHUNKS
        self._more()

    def _more(self) -> None:
        chunk = EVENT if self._left > 1 else LAST
        self._transport.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        self._left -= 1
        if self._left:
            asyncio.get_running_loop().call_soon(self._more)
        else:
            self._transport.write(b"0\r\n\r\n")


class Client(asyncio.Protocol):
    """Asks again and again on one connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._answered: asyncio.Future[float] | None = None

    def ask(self, request: bytes) -> "asyncio.Future[float]":
        """Seconds to the first byte, once the answer is whole."""
        self._answered = asyncio.get_running_loop().create_future()
        self._first, self._tail, self._size = 0.0, b"", -1
        self._began = time.perf_counter()
        self.transport.write(request)
        return self._answered

    def data_received(self, data: bytes) -> None:
        if not self._first:
            self._first = time.perf_counter() - self._began
        assert self._answered is not None
        if self._size < 0:
            self._tail += data
            head, found, body = self._tail.partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 200"):
                self._answered.set_exception(RuntimeError(head.decode("latin-1")))
                return
            length = head.lower().partition(b"content-length:")[2]
            self._size = int(length.split(b"\r\n", 1)[0]) if length else 0
            self._tail = body
        else:
            self._tail = self._tail + data if self._size else (self._tail + data)[-16:]
        whole = len(self._tail) >= self._size if self._size else self._tail.endswith(b"0\r\n\r\n")
        if whole and not self._answered.done():
            self._answered.set_result(self._first)

    def connection_lost(self, _: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(ConnectionError("the connection was lost"))


@dataclass
class Figures:
    """One way's results for one load, a figure a round."""

    first: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    cpu: list[tuple[float, float]] = field(default_factory=list)

    @property
    def told(self) -> tuple[float, float]:
        """Milliseconds to the first byte and answers a second, medians."""
        return statistics.median(self.first) * 1000, statistics.median(self.rate)

    @property
    def work(self) -> tuple[float, float]:
        """Milliseconds of CPU an answer: of the proxy itself, and of the recorder's process."""
        proxy, recorder = zip(*self.cpu, strict=True)
        return statistics.median(proxy) * 1000, statistics.median(recorder) * 1000


def request(*, stream: bool) -> bytes:
    body = json.dumps({"model": "mock", "stream": stream, "messages": [{"role": "user", "content": "hi"}]}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n"
    return (head + f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body


async def load(port: int, clients: int, seconds: float, *, stream: bool) -> tuple[float, float, int]:
    """Seconds to the first byte (median), answers a second, answers."""
    said, firsts = request(stream=stream), []
    loop = asyncio.get_running_loop()

    async def one() -> None:
        _, client = await loop.create_connection(Client, "127.0.0.1", port)
        await client.ask(said)  # the first one opens connections further on
        firsts.append(await client.ask(said))
        while time.perf_counter() < end:
            firsts.append(await client.ask(said))
        client.transport.close()

    began = time.perf_counter()
    end = began + seconds
    await asyncio.gather(*(one() for _ in range(clients)))
    return statistics.median(firsts), len(firsts) / (time.perf_counter() - began), len(firsts)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextlib.contextmanager
def running(*command: str, port: int, **environment: str) -> Iterator[int]:
    """A process, once it listens."""
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{command[0]} did not start")
            time.sleep(0.05)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def configuration(folder: Path, port: int, provider: int) -> Path:
    folder.mkdir()
    path = folder / "config.yaml"
    upstream = {
        "name": "mock",
        "base-url": f"http://127.0.0.1:{provider}/v1",
        "api-key-entries": [{"api-key": "k"}],
        "models": [{"name": "mock", "alias": "mock"}],
    }
    tree = {
        "port": port,
        "host": "127.0.0.1",
        "auth-dir": str(folder / "auth"),
        "api-keys": [KEY],
        "openai-compatibility": [upstream],
    }
    path.write_text(yaml.safe_dump(tree))
    return path


def spent(pid: int) -> tuple[float, float]:
    """Seconds of CPU that a proxy and its recorder have taken so far."""
    proxy = recorder = 0.0
    found = psutil.Process(pid)
    for process in (found, *found.children(recursive=True)):
        command = " ".join(process.cmdline())
        times = process.cpu_times()
        if "shim.courier" in command:
            recorder += times.user + times.system
        elif "addons" in command or "mitmdump" in command or process.pid == pid:
            proxy += times.user + times.system
    return proxy, recorder


@contextlib.contextmanager
def ways(binary: str, provider: int) -> Iterator[dict[str, tuple[int, int]]]:
    """The ways to the provider: name -> (port, process)."""
    python, scripts = sys.executable, Path(sys.executable).parent
    alone, plain, front, tapped = (free_port() for _ in range(4))
    with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as stack:
        root = Path(scratch)
        addon = root / "plain.py"
        addon.write_text(PLAIN_ADDON)
        config = configuration(root / "alone", alone, provider)
        pids = [
            stack.enter_context(running(binary, "--config", str(config), "--local-model", "--no-browser", port=alone))
        ]
        mode = f"reverse:http://127.0.0.1:{alone}@127.0.0.1:{plain}"
        pids.append(
            stack.enter_context(running(str(scripts / "mitmdump"), "-q", "--mode", mode, "-s", str(addon), port=plain))
        )
        shim = (python, "-m", "shim.cli", "run")
        attached = ("--legacy", f"http://127.0.0.1:{alone}", "--port", str(front), "--no-tap", "--no-native")
        pids.append(stack.enter_context(running(*shim, *attached, "--data-dir", str(root / "data"), port=front)))
        config = configuration(root / "tapped", tapped, provider)
        supervised = ("--legacy-bin", binary, "--config", str(config), "--no-native", "--data-dir", str(root / "more"))
        pids.append(
            stack.enter_context(running(*shim, *supervised, "--", "--local-model", "--no-browser", port=tapped))
        )
        time.sleep(2)  # the binary listens before it has registered its models
        names = ("binary", "plain mitmproxy", "front", "front and tap")
        yield dict(zip(names, zip((alone, plain, front, tapped), pids, strict=True), strict=True))


async def measure(binary: str, rounds: int, seconds: float) -> dict[tuple[str, int, bool], Figures]:
    """Every way under every load, in turn."""
    server = await asyncio.get_running_loop().create_server(Provider, "127.0.0.1", 0)
    provider = server.sockets[0].getsockname()[1]
    found: dict[tuple[str, int, bool], Figures] = {}
    stack = ways(binary, provider)
    ports = await asyncio.to_thread(stack.__enter__)
    try:
        for _ in range(rounds):
            for stream in (False, True):
                for clients in (1, 16):
                    for name, (port, pid) in ports.items():
                        before = spent(pid)
                        first, rate, answers = await load(port, clients, seconds, stream=stream)
                        after = spent(pid)
                        figures = found.setdefault((name, clients, stream), Figures())
                        figures.first.append(first)
                        figures.rate.append(rate)
                        figures.cpu.append(((after[0] - before[0]) / answers, (after[1] - before[1]) / answers))
    finally:
        await asyncio.to_thread(stack.__exit__, None, None, None)
    return found


def report(found: dict[tuple[str, int, bool], Figures]) -> list[dict[str, object]]:
    """A row for each load and way, with what it adds beside the plain proxy."""
    rows: list[dict[str, object]] = []
    for (name, clients, stream), figures in found.items():
        first, rate = figures.told
        alone = found["binary", clients, stream].told
        plain = found["plain mitmproxy", clients, stream].told
        rows.append(
            {
                "load": f"{'streams' if stream else 'whole'}, {clients} client{'s' if clients > 1 else ''}",
                "way": name,
                "first byte ms": round(first, 2),
                "added ms": round(first - alone[0], 2),
                "a second": round(rate),
                "CPU ms": round(figures.work[0], 2),
                "recorder's": round(figures.work[1], 2),
                "added / plain's": round((first - alone[0]) / (plain[0] - alone[0]), 2) if name != "binary" else None,
                "rate / plain's": round(rate / plain[1], 2),
            }
        )
    return rows


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    asked.add_argument("--legacy", default=os.environ.get("SHIM_LEGACY_BIN"), help="the binary (SHIM_LEGACY_BIN)")
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--seconds", type=float, default=1.0)
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    if not given.legacy:
        asked.error("name the binary: --legacy PATH or SHIM_LEGACY_BIN")
    rows = report(uvloop.run(measure(given.legacy, given.rounds, given.seconds)))
    if given.json:
        print(json.dumps(rows, indent=1))
        return 0
    print("  ".join(f"{name:>{15 if index else 20}}" for index, name in enumerate(rows[0])))
    for row in rows:
        print(
            "  ".join(
                f"{'-' if value is None else value!s:>{15 if index else 20}}"
                for index, value in enumerate(row.values())
            )
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
