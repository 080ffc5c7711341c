"""How long a piece is held up while many streams are open: `python -m tests.bench idle`.

Every stream gets a piece now and then that names the moment it left the provider, so the client knows its delay.
Provider and clients share one loop, which native and the binary suffer from alike: what counts is the difference.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import orjson
import uvloop

from tests.bench import bodies, client
from tests.bench.native import Subject
from tests.bench.upstream import CHUNKED

GOAL = 5.0
"""Milliseconds more than the binary that native may hold a piece up."""
SAID = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "lab-large"}
MARK = b"@"


def piece(number):
    """An HTTP chunk with an event that says when it left; the moment stands between marks."""
    left = f"{MARK.decode()}{time.perf_counter()!r}{MARK.decode()} word {number}"
    event = {**SAID, "choices": [{"index": 0, "delta": {"content": left}, "finish_reason": None}]}
    data = b"data: " + orjson.dumps(event) + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(data), data)


def provider(pieces, gap):
    """A protocol that answers each request with so many pieces, `gap` seconds apart."""

    class Provider(asyncio.Protocol):
        def connection_made(self, transport):
            self.transport, self.asked = transport, b""

        def data_received(self, data):
            self.asked += data
            if self.asked.endswith(b"}"):
                self.asked = b""
                self.transport.write(CHUNKED)
                self.drip(pieces)

        def drip(self, left):
            if self.transport.is_closing():
                return
            if not left:
                self.transport.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
                return
            self.transport.write(piece(left))
            asyncio.get_running_loop().call_later(gap, self.drip, left - 1)

    return Provider


class Listener(asyncio.Protocol):
    """One stream's client: the seconds that each piece took."""

    def connection_made(self, transport):
        self.transport, self.rest, self.delays = transport, b"", []
        self.done = asyncio.get_running_loop().create_future()

    def data_received(self, data):
        now = time.perf_counter()
        *events, self.rest = (self.rest + data).split(b"\n\n")
        for event in events:
            marked = event.split(MARK)
            if len(marked) == 3:
                self.delays.append(now - float(marked[1]))
        if self.rest.endswith(b"0\r\n\r\n"):
            self.done.set_result(None)

    def connection_lost(self, _exc):
        if not self.done.done():
            self.done.set_exception(ConnectionError("closed before the end of the answer"))


async def delays(port, streams, pieces, gap):
    """Milliseconds that each piece took but the first ones, which wait for their stream's opening too."""
    loop = asyncio.get_running_loop()
    said = client.request("/v1/chat/completions", bodies.chat(stream=True), port=port)
    listeners = []
    for _ in range(streams):
        _, listener = await loop.create_connection(Listener, "127.0.0.1", port)
        listeners.append(listener)
        listener.transport.write(said)
        await asyncio.sleep(gap / streams)  # providers do not speak in chorus
    await asyncio.gather(*(listener.done for listener in listeners))
    found = []
    for listener in listeners:
        if len(listener.delays) != pieces:
            raise RuntimeError(f"{len(listener.delays)} of {pieces} pieces came")
        listener.transport.close()
        found += [delay * 1000 for delay in listener.delays[1:]]
    return found


async def measure(given):
    """Every subject under the same streams, one after the other; 0 where the goal is met."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(provider(given.pieces, given.gap), "127.0.0.1", 0, backlog=2048)
    upstream = server.sockets[0].getsockname()[1]
    binary = os.environ.get("SHIM_LEGACY_BIN")
    found = {}
    with tempfile.TemporaryDirectory() as work:
        subjects = [Subject("native", [sys.executable, "-m", "native"], Path(work), upstream)]
        if binary:
            subjects.append(Subject("legacy", [binary], Path(work), upstream))
        try:
            for number in range(given.rounds):
                for subject in subjects if number % 2 else reversed(subjects):
                    if not number:
                        await subject.ready()
                    found.setdefault(subject.name, []).extend(
                        await delays(subject.port, given.streams, given.pieces, given.gap)
                    )
            print(f"{given.streams} streams, a piece every {given.gap} s: milliseconds from provider to client")
            rows = {name: figures(times) for name, times in found.items()}
            for subject in subjects:
                print(f"  {subject.name:16}{told(rows[subject.name])}   {subject.rss() / 1e6:6.1f} MB")
        finally:
            for subject in subjects:
                subject.stop()
    if not binary:
        print("SHIM_LEGACY_BIN is not set: native alone, no difference")
        return 0
    more = [native - legacy for native, legacy in zip(rows["native"], rows["legacy"], strict=True)]
    met = more[0] <= GOAL and more[1] <= GOAL
    print(f"  {'native - legacy':16}{told(more)}   goal: p50 and p99 <= {GOAL} {'met' if met else 'MISSED'}")
    return 0 if met else 1


def figures(times):
    """Median, 99th percentile and the worst."""
    return [statistics.median(times), statistics.quantiles(times, n=100)[98], max(times)]


def told(row):
    return "".join(f"{name:>6}{value:8.2f}" for name, value in zip(("p50", "p99", "worst"), row, strict=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--pieces", type=int, default=10, help="pieces a stream")
    parser.add_argument("--gap", type=float, default=1.0, help="seconds between two pieces")
    parser.add_argument("--rounds", type=int, default=2)
    return uvloop.run(measure(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
