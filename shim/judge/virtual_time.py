"""An event loop whose time jumps: a pause of an hour takes as long as the work in it.

Everything about time in the judge lives here. Law: while any work is ready or under way in a thread, time stands
still; only when nothing can happen before the next timer does the clock move, and then exactly to that timer. So a
recorded pause, a cooldown and the delay between chunks cost nothing and always end in the same order.
"""

import asyncio
import os
import selectors
import socket
import threading
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
        if self.threads:
            return self.inner.select(_THREAD_TICK if timeout > 0 else 0)
        if timeout <= 0:
            return []  # nothing but a thread could have news from outside
        self.offset += timeout
        return self.inner.select(0)  # a signal is heard when time moves

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

    def __del__(self) -> None:
        """Close: a loop ends with its thread."""
        if not self.is_closed():
            self.close()

    def reset(self) -> None:
        """Begin anew: the clock at nothing, and nothing under way."""
        for task in asyncio.all_tasks(self):
            task.cancel()
        self.run_until_complete(self._rest())
        self._scheduled.clear()  # type: ignore[attr-defined]  # asyncio's own list of timers
        self._timer_cancelled_count = 0
        self._asyncgens_shutdown_called = False  # the next case has generators of its own
        self._jumping.offset = 0.0

    async def _rest(self) -> None:
        """Let what was cancelled end."""
        left = asyncio.all_tasks(self) - {asyncio.current_task(self)}
        if left:
            await asyncio.wait(left)
        await self.shutdown_asyncgens()
        if self._default_executor is not None:
            await self.shutdown_default_executor()

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


class _Kept(threading.local):
    """A thread's loop: to make one costs as much as a small case."""

    def __init__(self) -> None:
        self._loop, self._process = VirtualTimeLoop(), os.getpid()

    def loop(self) -> VirtualTimeLoop:
        """The loop; a process that was forked has its own."""
        if self._process != os.getpid():
            self.__init__()  # type: ignore[misc]  # what the parent's loop waits for is the parent's
        return self._loop


_kept = _Kept()


def run[T](work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, in a time that begins with it; nothing of it is left afterwards."""
    loop = _kept.loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.reset()
