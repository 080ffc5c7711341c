"""A stand-in for every provider: a proxy that ends TLS itself and answers from the recordings.

It is what the demo's configuration has as `proxy-url`, so each call to a real address ends here and nothing leaves the
machine. Law: a call that was not recorded gets a 599, which no provider says.
"""

import asyncio
import contextlib
import ssl
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from mitmproxy.certs import CertStore

from shim.demo.script import Script

_OWN = frozenset(["content-length", "transfer-encoding", "connection"])


class Provider:
    """The stand-in, listening on a port of its own.

    Args:
        script: What was recorded.
        folder: Where its authority and certificates are kept.
    """

    def __init__(self, script: Script, folder: Path) -> None:
        self._script, self._folder = script, folder
        self._store = CertStore.from_store(str(folder), "demo", 2048)
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._server: asyncio.Server | None = None
        self._http: web.Server | None = None
        self._kept: list[asyncio.StreamWriter] = []  # a writer that is let go of closes its connection

    @property
    def authority(self) -> Path:
        """The certificate to trust."""
        return self._folder / "demo-ca-cert.pem"

    async def start(self) -> int:
        """Listen; returns the port."""
        self._http = web.Server(self._answer, access_log=None)
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
        if self._http is not None:
            await self._http.shutdown(1)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A CONNECT, then the provider's own TLS and HTTP within it."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            writer.close()
            return
        self._kept.append(writer)
        method, target, *_ = head.decode("latin-1").split(" ")
        if method != "CONNECT" or self._http is None:
            writer.write(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            writer.close()
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        loop = asyncio.get_running_loop()
        protocol = self._http()
        with contextlib.suppress(ssl.SSLError, ConnectionError, OSError):
            transport = await loop.start_tls(
                writer.transport, protocol, self._context(target.rpartition(":")[0]), server_side=True
            )
            if transport is not None:
                protocol.connection_made(transport)

    def _context(self, host: str) -> ssl.SSLContext:
        if host not in self._contexts:
            entry = self._store.get_cert(host, [x509.DNSName(host)])
            file = self._folder / f"{host}.pem"
            key = entry.privatekey
            pem = key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
            )
            file.write_bytes(entry.cert.to_pem() + pem)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(file)
            self._contexts[host] = context
        return self._contexts[host]

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        where = f"{request.headers.get('Host', '')}{request.path_qs}"
        recorded = self._script.provider(request.method, where, await request.read())
        if recorded is None:
            return web.Response(status=599, text="the recordings have no such call")
        headers = [(k, v) for k, v in recorded.headers if k.lower() not in _OWN]
        response = web.StreamResponse(status=recorded.status, headers=headers)
        if len(recorded.chunks) <= 1:
            response.content_length = len(recorded.body)
        await response.prepare(request)
        for chunk in recorded.chunks:
            await response.write(chunk)
            await asyncio.sleep(0.001)
        await response.write_eof()
        return response
