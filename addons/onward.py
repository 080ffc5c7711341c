"""The proxies behind the tap: what the user's `proxy-url` or environment names, one hop later.

Everything that knows of proxies beyond ours lives here. Laws: `direct` and `none` mean no proxy at all; with nothing
said the environment decides, and never for loopback; a proxy that cannot be used fails the call, it is not skipped.
"""

import asyncio
import base64
import ipaddress
import socket
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed has it for macOS only

from mitmproxy.net.server_spec import ServerSpec

DEFAULT_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
NO_PROXY_AT_ALL = frozenset({"direct", "none"})
# Where a proxy's address cannot be understood: a port where nobody listens.
NOWHERE: ServerSpec = ("http", ("127.0.0.1", 1))


class Onward:
    """Where calls go next.

    Args:
        environment: The user's, for `HTTPS_PROXY` and `NO_PROXY`.
        own: The tap's port: a configuration that names the tap itself says nothing of what is behind it.
    """

    def __init__(self, environment: Mapping[str, str], own: int = 0) -> None:
        self._own = tuple(f"{host}:{own}" for host in ("127.0.0.1", "localhost") if own)
        lower = {name.lower(): value for name, value in environment.items()}
        self._default = lower.get("https_proxy") or lower.get("all_proxy") or ""
        self._exempt = {"no": lower.get("no_proxy", "")}
        self._relays: dict[str, Relay] = {}
        self._tokens: dict[tuple[str, int], str] = {}

    def via(self, proxy: str, host: str) -> ServerSpec | None:
        """Mitmproxy's name for the next hop to this host; None to go straight.

        Args:
            proxy: A `proxy-url` as the configuration spells it, or nothing.
            host: The provider's.
        """
        if proxy.lower() in NO_PROXY_AT_ALL:
            return None
        if not proxy or proxy.rstrip("/").rpartition("@")[2].rpartition("/")[2] in self._own:
            proxy = self._default
            if not proxy or _is_loopback(host) or proxy_bypass_environment(host, self._exempt):
                return None
        return self._spec(proxy if "://" in proxy else f"http://{proxy}")

    def token(self, address: tuple[str, int]) -> str:
        """The `Proxy-Authorization` for the proxy at this address, or nothing."""
        return self._tokens.get(address, "")

    def close(self) -> None:
        """Let no more calls through."""
        for relay in self._relays.values():
            relay.close()

    def _spec(self, proxy: str) -> ServerSpec:
        try:
            url = urlsplit(proxy)
            address = (url.hostname or "", url.port or DEFAULT_PORTS[url.scheme])
        except (KeyError, ValueError):
            return NOWHERE
        if not address[0]:
            return NOWHERE
        if url.scheme.startswith("socks"):
            if proxy not in self._relays:
                self._relays[proxy] = Relay(proxy)
            return ("http", ("127.0.0.1", self._relays[proxy].port))
        if url.username is not None:
            secret = f"{unquote(url.username)}:{unquote(url.password or '')}"
            self._tokens[address] = "Basic " + base64.b64encode(secret.encode()).decode()
        return ("https" if url.scheme == "https" else "http", address)


class Relay:
    """Lets mitmproxy, which knows HTTP proxies only, reach through a SOCKS5 one.

    Args:
        proxy: Its address, with user and password where it wants them.
    """

    def __init__(self, proxy: str) -> None:
        self._proxy = proxy.replace("socks5h://", "socks5://", 1)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._serving = asyncio.ensure_future(asyncio.start_server(self._accept, sock=self._listener))

    def close(self) -> None:
        """Let no more calls through."""
        if self._serving.done():
            self._serving.result().close()
        else:
            self._serving.cancel()
            self._listener.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Few need it, and it takes a while to load.
        from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError  # noqa: PLC0415
        from python_socks.async_.asyncio import Proxy  # noqa: PLC0415

        try:
            head = await reader.readuntil(b"\r\n\r\n")
            host, _, port = head.split(b" ", 2)[1].decode("latin-1").rpartition(":")
            beyond = await Proxy.from_url(self._proxy, rdns=True).connect(host.strip("[]"), int(port))
            there, back = await asyncio.open_connection(sock=beyond)
        except (
            OSError,
            ProxyError,
            ProxyConnectionError,
            ProxyTimeoutError,
            ValueError,
            IndexError,
            asyncio.IncompleteReadError,
        ):
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            writer.close()
            return
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(_pour(reader, back), _pour(there, writer))


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until one side ends."""
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
