"""An event loop whose time jumps: a pause of an hour takes as long as the work in it.

Everything about time in the judge lives here. Law: while any work is ready or under way in a thread, time stands
still; only when nothing can happen before the next timer does the clock move, and then exactly to that timer. So a
recorded pause, a cooldown and the delay between chunks cost nothing and always end in the same order.
"""

import asyncio
import selectors
import socket
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any

_THREAD_TICK = 0.005  # seconds to look for a thread's answer before looking again


class _JumpingSelector(selectors.BaseSelector):
    """A selector that moves the clock instead of waiting."""

    def __init__(self) -> None:
        self.inner = selectors.DefaultSelector()
        self.offset = 0.0
        self.threads = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return self.inner.select(None)
        ready = self.inner.select(_THREAD_TICK if self.threads and timeout > 0 else 0)
        if not ready and not self.threads and timeout > 0:
            self.offset += timeout
        return ready

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self.inner.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self.inner.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self.inner.modify(fileobj, events, data)

    def get_map(self) -> Any:
        return self.inner.get_map()

    def close(self) -> None:
        self.inner.close()


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An asyncio loop on virtual time. No sockets but its own wake-up pair: what runs on it is in memory."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        self._default_executor: Executor | None = None
        super().__init__(self._jumping)
        self._start = super().time()

    def time(self) -> float:
        """Seconds of virtual time since the loop was made; nothing else passes."""
        return self._jumping.offset

    def run_in_executor[*Ts, T](
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> "asyncio.Future[T]":
        """As asyncio's; time stands still until the thread is done."""
        self._jumping.threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._thread_done)
        return future

    def _thread_done(self, _future: "asyncio.Future[Any]") -> None:
        self._jumping.threads -= 1

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as asyncio's
        """Wait for the threads in real time: asyncio would give them seconds of the loop's own."""
        del timeout
        executor, self._default_executor = self._default_executor, None
        if executor is not None:
            executor.shutdown(wait=True)

    async def create_connection(self, *_args: Any, **_kwargs: Any) -> Any:
        """Refused: nothing that is judged may reach a network."""
        raise ConnectionRefusedError("the judge reaches no network")

    async def sock_connect(self, _sock: socket.socket, _address: Any) -> None:
        """Refused, as `create_connection`."""
        raise ConnectionRefusedError("the judge reaches no network")

    async def getaddrinfo(self, *_args: Any, **_kwargs: Any) -> Any:
        """Refused, as `create_connection`."""
        raise socket.gaierror("the judge reaches no network")


def run[T](work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(work)
