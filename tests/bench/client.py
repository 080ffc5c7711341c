"""A client that costs little: kept connections, whole requests in one write, answers read to their end."""

import asyncio
import time


def request(path, body, *, port, extra=()):
    """The bytes of a POST."""
    head = [
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Authorization: Bearer sk-client-1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *extra,
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class Asker(asyncio.Protocol):
    """One kept connection. `ask` gives the seconds to the first byte and to the end."""

    def connection_made(self, transport):
        self.transport = transport
        self.buffer, self.done = b"", None

    def data_received(self, data):
        if not self.buffer:
            self.first = time.perf_counter()
        self.buffer += data
        if self._whole():
            self.done.set_result(None)

    def connection_lost(self, _exc):
        if self.done is not None and not self.done.done():
            self.done.set_exception(ConnectionError("closed before the end of the answer"))

    def _whole(self):
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = self.buffer[:end].lower()
        at = head.find(b"content-length:")
        if at >= 0:
            size = int(head[at + 15 :].split(b"\r\n", 1)[0])
            return len(self.buffer) >= end + 4 + size
        return self.buffer.endswith(b"\r\n0\r\n\r\n")

    async def ask(self, data):
        self.buffer, self.done = b"", asyncio.get_running_loop().create_future()
        start = time.perf_counter()
        self.transport.write(data)
        await self.done
        if not self.buffer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(self.buffer[:400].decode("latin-1"))
        return self.first - start, time.perf_counter() - start


async def connect(port):
    """A connection to loopback."""
    _transport, protocol = await asyncio.get_running_loop().create_connection(Asker, "127.0.0.1", port)
    return protocol


async def load(port, data, *, clients, count):
    """`count` requests by `clients` clients: (seconds to first byte, seconds to end) of each, and seconds in all."""
    askers = [await connect(port) for _ in range(clients)]
    left = iter(range(count))
    times = []

    async def work(asker):
        for _ in left:
            times.append(await asker.ask(data))  # noqa: PERF401 - several workers share it

    start = time.perf_counter()
    await asyncio.gather(*map(work, askers))
    took = time.perf_counter() - start
    for asker in askers:
        asker.transport.close()
    return times, took
