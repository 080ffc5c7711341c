"""A provider that costs next to nothing: canned answers from a bare protocol. `python -m tests.bench.upstream`."""

import asyncio
import sys

import uvloop

from tests.bench import bodies

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n"
CHUNKED = HEAD % b"text/event-stream" + b"Transfer-Encoding: chunked\r\n\r\n"


def _whole(body):
    return [HEAD % b"application/json" + b"Content-Length: %d\r\n\r\n" % len(body) + body]


def _stream(pieces):
    """The head, then each piece as an HTTP chunk of its own, so that readers see as many events."""
    return [CHUNKED, *(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces), b"0\r\n\r\n"]


ANSWERS = {
    "chat": _stream(bodies.chat_stream()),
    "claude": _stream(bodies.claude_stream()),
    "gemini": _stream(bodies.gemini_stream()),
    "codex": _stream(bodies.codex_stream()),
    "whole": _whole(bodies.chat_whole()),
}


def _kind(head, body):
    path = head.split(b" ", 2)[1]
    if b"/models/" in path:
        return "gemini"
    if path.endswith((b"/messages", b"/messages?beta=true")):
        return "claude"
    if path.endswith(b"/responses"):
        return "codex"
    at = body.find(b'"stream"')  # `find` looks through a body in no time, `in` and `replace` do not
    return "chat" if at >= 0 and body[at + 8 : at + 16].lstrip(b": ").startswith(b"true") else "whole"


class Provider(asyncio.Protocol):
    """Answers each request in one write; `slow` seconds between pieces where they are wanted apart."""

    slow = 0.0

    def connection_made(self, transport):
        self.transport, self.buffer = transport, b""

    def data_received(self, data):
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            lower = head.lower()
            _, named, rest = lower.partition(b"content-length:")
            size = int(rest.split(b"\r\n", 1)[0]) if named else 0
            if len(self.buffer) < end + 4 + size:
                return
            body, self.buffer = self.buffer[end + 4 : end + 4 + size], self.buffer[end + 4 + size :]
            self.answer(ANSWERS[_kind(head, body)])

    def answer(self, pieces):
        if self.slow and len(pieces) > 1:
            self.drip(list(pieces))
        else:
            self.transport.write(b"".join(pieces))

    def drip(self, pieces):
        if self.transport.is_closing():
            return
        self.transport.write(pieces.pop(0))
        if pieces:
            asyncio.get_running_loop().call_later(self.slow, self.drip, pieces)


async def main():
    Provider.slow = float(sys.argv[1]) if len(sys.argv) > 1 else 0.0
    server = await asyncio.get_running_loop().create_server(Provider, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
