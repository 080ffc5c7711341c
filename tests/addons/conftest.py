"""A front or a tap in this very process, an origin that says exactly what a test wants, and clients that see bytes."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from mitmproxy import certs

from addons.serve import Serving
from shim.flags.table import Flag, Scope, Table, Value
from shim.messages import Ended
from shim.recorder import Recorder
from shim.run.authority import authority
from shim.run.settings import FrontSettings

type Answer = Callable[["Heard", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Heard:
    """A request as it arrived."""

    head: bytes
    body: bytes
    reader: asyncio.StreamReader | None = None

    @property
    def path(self) -> str:
        return self.head.split(b" ", 2)[1].decode()


@dataclass
class Origin:
    """Somebody who answers, and remembers what was asked."""

    port: int = 0
    heard: list[Heard] = field(default_factory=list)


async def read_request(reader: asyncio.StreamReader) -> Heard:
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
    if b"content-length" in fields:
        return Heard(head, await reader.readexactly(int(fields[b"content-length"])))
    if b"transfer-encoding" not in fields:
        return Heard(head, b"")
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return Heard(head, body)


def whole(content: bytes, status: str = "200 OK", kind: str = "application/json") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


@dataclass
class Rig:
    """What tests build with."""

    stack: contextlib.AsyncExitStack
    whole = staticmethod(whole)

    async def origin(self, answer: Answer | bytes, tls: ssl.SSLContext | None = None) -> Origin:
        """Start somebody who answers."""
        found = Origin()
        tasks: set[asyncio.Task[None]] = set()

        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            tasks.add(asyncio.current_task())
            try:
                while True:
                    heard = await read_request(reader)
                    heard.reader = reader
                    found.heard.append(heard)
                    if isinstance(answer, bytes):
                        writer.write(answer)
                        await writer.drain()
                    else:
                        await answer(heard, writer)
                    if writer.is_closing():
                        return
            except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                writer.close()

        server = await asyncio.start_server(converse, "127.0.0.1", 0, ssl=tls)
        found.port = server.sockets[0].getsockname()[1]

        async def end() -> None:
            server.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self.stack.push_async_callback(end)
        return found

    async def front(self, legacy: int, *, native: int | None = None, flags: dict[str, str] | None = None, **more):
        """Start a front before somebody."""
        bound = socket.create_server(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        recorder = more.pop("recorder", None) or Recorder(lambda _: None)
        settings = FrontSettings(
            front=bound.detach(), legacy=f"127.0.0.1:{legacy}", database="", native=native, **more.pop("settings", {})
        )
        serving = Serving(settings, recorder)
        serving.route.handled = more.pop("handled", frozenset(flags or ()))
        serving.route.table = Table(Flag(Scope(name), Value.parse(value)) for name, value in (flags or {}).items())
        side = serving.front()
        side.addons[:0] = more.pop("before", [])
        side.__post_init__()
        await serving.host.listen(socket.socket(fileno=settings.front), side)
        self.stack.push_async_callback(serving.host.drain, lambda: 0, 0)
        return Front(port, recorder, serving)

    async def tap(self, directory, trusted, environment: dict[str, str] | None = None):
        """Start a tap that verifies against these roots."""
        made = authority(directory / "tap", {"SSL_CERT_FILE": str(trusted)})
        bound = socket.create_server(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        recorder = Recorder(lambda _: None)
        settings = FrontSettings(
            front=0,
            legacy="127.0.0.1:1",
            database="",
            tap=bound.detach(),
            tap_port=port,
            key=str(made.key),
            certificate=str(made.certificate),
            trusted=str(made.trusted),
            environment=environment or {},
        )
        serving = Serving(settings, recorder)
        await serving.host.listen(socket.socket(fileno=settings.tap), serving.tap())
        self.stack.callback(serving.onward.close)
        self.stack.push_async_callback(serving.host.drain, lambda: 0, 0)
        return Front(port, recorder, serving, ssl.create_default_context(cafile=str(made.certificate)))

    async def ask(self, port: int, path: str = "/v1/x", body: bytes = b"", *fields: str, method: str = "POST") -> bytes:
        """Ask and take everything up to the end of the connection."""
        lines = [f"{method} {path} HTTP/1.1", "Host: somewhere", f"Content-Length: {len(body)}", "Connection: close"]
        return await self.send(port, "\r\n".join([*lines, *fields, "", ""]).encode() + body)

    async def send(self, port: int, data: bytes) -> bytes:
        """Say exactly this and take everything up to the end of the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(data)
        try:
            return await asyncio.wait_for(reader.read(), 10)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


@dataclass
class Front:
    """A front that runs."""

    port: int
    recorder: Recorder
    serving: Serving
    trust: ssl.SSLContext | None = None

    async def ended(self) -> list[Ended]:
        """What the recorder was told of answers, once all that began is over."""
        async with asyncio.timeout(5):
            while self.serving.records[-1].live:  # noqa: ASYNC110  # the proxy says nothing when it is done
                await asyncio.sleep(0)
        return [message for message in self.recorder._queue if isinstance(message, Ended)]


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with contextlib.AsyncExitStack() as stack:
        yield Rig(stack)


@pytest.fixture
def roots(tmp_path):
    """An authority that stands for the world's, and how to have it certify a name: (its file, context for a name)."""
    made = authority(tmp_path / "world", {})
    key = serialization.load_pem_private_key(made.key.read_bytes(), None)
    certificate = x509.load_pem_x509_certificate(made.certificate.read_bytes())

    def context(name: str, alpn: tuple[str, ...] = ("http/1.1",)) -> ssl.SSLContext:
        leaf = certs.dummy_cert(key, certificate, name, [x509.DNSName(name)])
        chain = tmp_path / f"{name}.pem"
        chain.write_bytes(leaf.to_pem() + made.key.read_bytes())
        found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        found.load_cert_chain(chain)
        found.set_alpn_protocols(list(alpn))
        return found

    return made.certificate, context
