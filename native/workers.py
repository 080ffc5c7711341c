"""Several processes on one port: forked from one that holds none of it but relays what each tells the others.

Laws: what one process sees of a credential the others know at once, and turns are counted in common memory; a process
that ends unasked takes all others with it, so that whoever watches the first one starts them all anew.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import orjson

from native.counters import Counters, SharedCounters
from native.credentials.credential import ModelState, Quota
from native.pool import News, Pool

LINE_MOST = 1024 * 1024


def written(news: News) -> bytes:
    """News as a line."""
    return orjson.dumps(asdict(news)) + b"\n"


def read(line: bytes) -> News:
    """News from a line."""
    tree: dict[str, Any] = orjson.loads(line)
    state = tree["state"]
    if state is not None:
        state = ModelState(**{**state, "quota": Quota(**state["quota"])})
    return News(tree["credential"], tree["model"], state, tree["why"])


class Company:
    """The other processes, as one of them knows them.

    Attributes:
        counters: The turns that all count.
    """

    def __init__(self, channel: socket.socket, counters: Counters) -> None:
        self.counters = counters
        self._channel = channel
        self._listening: asyncio.Task[None] | None = None

    async def join(self, pool: Pool) -> None:
        """Tell the others what this pool sees, and tell it what they see."""
        reader, writer = await asyncio.open_connection(sock=self._channel, limit=LINE_MOST)

        async def listen() -> None:
            while line := await reader.readline():
                pool.hear(read(line))

        def tell(news: News) -> None:
            writer.write(written(news))

        self._listening = asyncio.create_task(listen())
        pool.tell = tell


def run(count: int, work: Callable[[Company], int]) -> int:
    """Let so many processes work; return when all have ended. 0 where they were asked to, 1 where one was not."""
    counters = SharedCounters()
    channels: dict[int, socket.socket] = {}
    for _ in range(count):
        ours, theirs = socket.socketpair()
        child = os.fork()
        if child == 0:
            for channel in (ours, *channels.values()):
                channel.close()
            os._exit(work(Company(theirs, counters)))
        theirs.close()
        channels[child] = ours
    return asyncio.run(_relay(channels))


async def _relay(channels: dict[int, socket.socket]) -> int:
    """Pass on what each says to all others, until the last has ended."""
    loop = asyncio.get_running_loop()
    alive, asked, over = set(channels), asyncio.Event(), asyncio.Event()
    failed = False

    def end(by: int = signal.SIGTERM) -> None:
        asked.set()
        for child in alive:
            os.kill(child, by)

    def reap() -> None:
        nonlocal failed
        for child in list(alive):
            if os.waitpid(child, os.WNOHANG)[0]:
                alive.discard(child)
                if not asked.is_set():
                    failed = True
                    end()
        if not alive:
            over.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, end)
    loop.add_signal_handler(signal.SIGQUIT, end, signal.SIGQUIT)
    loop.add_signal_handler(signal.SIGCHLD, reap)
    streams = {child: await asyncio.open_connection(sock=channels[child], limit=LINE_MOST) for child in channels}

    async def pass_on(child: int) -> None:
        while line := await streams[child][0].readline():
            for other, (_, writer) in streams.items():
                if other != child and other in alive:
                    writer.write(line)

    tasks = [asyncio.create_task(pass_on(child)) for child in channels]
    reap()
    await over.wait()
    for task in tasks:
        task.cancel()
    for _, writer in streams.values():
        writer.close()
    return 1 if failed else 0
