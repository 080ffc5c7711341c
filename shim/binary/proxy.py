"""A proxy that is every provider: it ends TLS itself and lets one function answer, so nothing leaves the machine.

It takes `CONNECT`, SOCKS5 and plain proxy requests on one port, speaks HTTP/1.1 or HTTP/2 within, and is what a
configuration has as `proxy-url`. Law: who answers is given the real address and the request as it came; what it has no
answer for gets a 599, which no provider says.
"""

import asyncio
import contextlib
import ipaddress
import logging
import ssl
from collections.abc import Callable
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from mitmproxy.certs import CertStore

from shim.binary.http2 import Http2, Undecided
from shim.exchange import Request, Response

MISS = 599
HTTPS = 443
_OWN = frozenset(["content-length", "transfer-encoding", "connection"])
_DELAY = 0.001  # seconds between chunks where a recording names none

type Answer = Callable[[Request], Response | None]


class ProviderProxy:
    """The proxy, listening on a port of its own.

    Args:
        answer: What a request gets, None for nothing; the request's `url` is the provider's full address.
        folder: Where its authority and certificates are kept.
        secure: Whether a host is spoken to in TLS at a port.
    """

    def __init__(
        self, answer: Answer, folder: Path, secure: Callable[[str, int], bool] = lambda _, port: port == HTTPS
    ) -> None:
        self.answer, self._secure = answer, secure
        self._folder = folder
        self._store = CertStore.from_store(str(folder), "provider", 2048)
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._server: asyncio.Server | None = None
        self._http: web.Server | None = None
        self._kept: set[asyncio.StreamWriter] = set()  # a writer that is let go of closes its connection
        self._origins: dict[web.RequestHandler, str] = {}

    @property
    def authority(self) -> Path:
        """The certificate to trust."""
        return self._folder / "provider-ca-cert.pem"

    async def start(self) -> int:
        """Listen; returns the port."""
        logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # a client that leaves is no news
        self._http = web.Server(self._serve, access_log=None, auto_decompress=False)
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Stop listening, and end what is open."""
        if self._server is not None:
            self._server.close()
        if self._http is not None:
            await self._http.shutdown(1)
        for writer in self._kept:
            writer.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Whatever kind of proxy is asked for, then the provider's own HTTP within."""
        self._kept.add(writer)
        try:
            first = await reader.readexactly(1)
            if first == b"\x05":
                host, port = await _socks(reader, writer)
                head = b""
            else:
                head = first + await reader.readuntil(b"\r\n\r\n")
                method, target, *_ = head.decode("latin-1").split(" ")
                if method == "CONNECT":
                    host, _, text = target.rpartition(":")
                    port, head = int(text), b""
                    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    host, port = "", 80
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError):
            writer.close()
            return
        with contextlib.suppress(ssl.SSLError, ConnectionError, OSError):
            await self._hand_over(reader, writer, host.strip("[]"), port, head)

    async def _hand_over(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int, head: bytes
    ) -> None:
        if self._http is None:
            return
        secure = self._secure(host, port)
        scheme, usual = ("https", HTTPS) if secure else ("http", 80)
        tail = "" if port == usual else f":{port}"
        origin = f"{scheme}://{host}{tail}" if host else ""
        transport: asyncio.Transport = writer.transport  # type: ignore[assignment] # a stream's is a Transport
        spoken, said = "", head + bytes(reader._buffer)  # type: ignore[attr-defined] # noqa: SLF001 - what came before the hand-over
        if secure:
            early = Undecided()
            loop = asyncio.get_running_loop()
            inner = await loop.start_tls(transport, early, self._context(host), server_side=True)
            if inner is None or early.over:
                return
            transport, spoken = inner, inner.get_extra_info("ssl_object").selected_alpn_protocol()
            said = bytes(early.kept)
        protocol = Http2(origin, self._found, _OWN, _DELAY) if spoken == "h2" else self._http()
        if isinstance(protocol, web.RequestHandler):
            self._origins[protocol] = origin
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        if said:
            protocol.data_received(said)

    def _found(self, request: Request) -> Response:
        """The answer, or what no provider says."""
        return self.answer(request) or Response(MISS, chunks=(b"the recordings have no such call",))

    def _context(self, host: str) -> ssl.SSLContext:
        if host not in self._contexts:
            try:
                name: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
            except ValueError:
                name = x509.DNSName(host)
            entry = self._store.get_cert(host, [name])
            pem = entry.privatekey.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
            )
            file = self._folder / f"{host}.pem"
            file.write_bytes(entry.cert.to_pem() + pem)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(file)
            context.set_alpn_protocols(["h2", "http/1.1"])
            self._contexts[host] = context
        return self._contexts[host]

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        origin = self._origins.get(request.protocol, "")
        url = origin + request.raw_path if origin else request.raw_path
        headers = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in request.raw_headers)
        found = self._found(Request(request.method, url, headers, await request.read()))
        if found.status == 0 and request.transport is not None:  # the connection ended without an answer
            request.transport.abort()
            return web.Response(status=MISS)
        response = web.StreamResponse(
            status=found.status, headers=[(k, v) for k, v in found.headers if k.lower() not in _OWN]
        )
        if len(found.chunks) <= 1 and found.complete:
            response.content_length = len(found.body)
        await response.prepare(request)
        for chunk in found.chunks:
            await response.write(chunk)
            await asyncio.sleep(found.delay or _DELAY)
        if not found.complete and request.transport is not None:
            request.transport.abort()
            return response
        await response.write_eof()
        return response


async def _socks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, int]:
    """SOCKS5 without a password (RFC 1928), its first byte read; returns where it leads."""
    await reader.readexactly((await reader.readexactly(1))[0])
    writer.write(b"\x05\x00")
    _version, _command, _, kind = await reader.readexactly(4)
    if kind == 3:
        host = (await reader.readexactly((await reader.readexactly(1))[0])).decode("ascii")
    else:
        host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == 1 else 16)))
    port = int.from_bytes(await reader.readexactly(2))
    writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
    return host, port
