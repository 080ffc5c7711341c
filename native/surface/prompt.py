"""A whole answer that goes out at once: what most answers are.

aiohttp's own response prepares for every kind of answer, at an eighth of all that a small request costs. Law: the
client sees no difference; whatever is not plain (another protocol version, a connection that ends) is left to aiohttp.
"""

from email.utils import formatdate
from functools import lru_cache
from time import time
from typing import Final, final

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import SERVER_SOFTWARE

from native.surface.routes import CORS

JSON: Final = "application/json"
WHOLE: Final = {**CORS, "Content-Type": JSON}
"""Headers of every whole answer."""
_NAMED: Final = "".join(f"{name}: {value}\r\n" for name, value in (WHOLE | {"Server": SERVER_SOFTWARE}).items())
_HEAD: Final = f"HTTP/1.1 200 OK\r\n{_NAMED}Content-Length: %d\r\nDate: %s\r\n\r\n".encode()
_MUCH: Final = 1 << 16
"""Bytes that are not written behind each other's back: whoever takes them is waited for."""


def said(request: web.Request, body: bytes) -> web.StreamResponse:
    """A body as an answer that succeeds."""
    plain = request.version == HttpVersion11 and request.keep_alive and request.method != "HEAD"
    return Prompt(body) if plain else web.Response(body=body, headers=WHOLE)


@final
class Prompt(web.StreamResponse):
    """One.

    Attributes:
        body: What is said.
    """

    def __init__(self, body: bytes) -> None:
        super().__init__(headers=WHOLE)
        self.body = body
        self._written = 0
        self._last = False

    @property
    def prepared(self) -> bool:
        """Whether it has gone out."""
        return self._written > 0

    @property
    def keep_alive(self) -> bool:
        """Whether another request may follow."""
        return not self._last

    def force_close(self) -> None:
        """Let it be its connection's last."""
        self._last = True

    @property
    def body_length(self) -> int:
        """Bytes that went out."""
        return self._written

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write all of it. Raises `ConnectionError` where the client has left."""
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client has left")
        head = _HEAD % (len(self.body), _date(int(time())))
        if self._last:
            head = head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        self._written = len(head) + len(self.body)
        if len(self.body) < _MUCH:
            transport.write(head + self.body)
        else:
            transport.writelines((head, self.body))
            await request.writer.drain()
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is owed."""


@lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()
