"""The recorder as those who serve see it: a few offers that never block and never fail.

Everything between the traffic's thread and the recorder's own lives here: the bounded queue, the counts of what was
seen and dropped, the thread. Laws: an offer costs an append, whatever state disk, redactor or recorder is in; what
does not fit in the queue is dropped whole and counted; seen, recorded and dropped are counted where they happen, not
worked out from one another.
"""

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from shim.exchange import Request, Response
from shim.messages import Asked, Begun, Ended, Files, Gap, Lost, Message, Route, Said, State, Wrote, weight
from shim.tape import Cut

QUEUE_MESSAGES = 20_000
QUEUE_BYTES = 256 << 20

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Counters:
    """What became of the exchanges that the front saw. Each field is counted by one thread alone, where it happens.

    Attributes:
        seen: Exchanges that began (traffic's thread).
        refused: Exchanges that found the queue full (traffic's thread).
        calls: Calls to providers that the tap saw (traffic's thread).
        refused_calls: Calls that found the queue full (traffic's thread).
        recorded: Exchanges that are in the database, counted after each commit (writer's thread).
        given_up: Exchanges that could not be written, by reason (writer's thread).
        strays: Calls that belong to no exchange, a refresh in the background, say (writer's thread).
        unsettled: Keys of exchanges begun and neither recorded nor dropped yet.
    """

    seen: int = 0
    refused: int = 0
    calls: int = 0
    refused_calls: int = 0
    recorded: int = 0
    given_up: Counter[str] = field(default_factory=Counter)
    strays: int = 0
    unsettled: set[str] = field(default_factory=set)

    @property
    def dropped(self) -> dict[str, int]:
        """Exchanges given up, by reason."""
        return dict(self.given_up) | ({"queue full": self.refused} if self.refused else {})

    @property
    def adds_up(self) -> bool:
        """Whether every exchange seen is accounted for."""
        return self.seen == self.recorded + self.refused + self.given_up.total() + len(self.unsettled)


class Writer(Protocol):
    """Who takes the messages on the recorder's thread."""

    def take(self, messages: list[Message]) -> None:
        """Take a batch, in the order it was offered; also called with none, from time to time."""
        ...

    def close(self) -> None:
        """Write what can still be written."""
        ...


class Recorder:
    """Takes what passes and has it written by a thread of its own.

    All offers are made by one thread (the front's and the tap's event loop). Keys are the caller's to choose; each
    must be unique among the exchanges, and each among the calls.

    Args:
        writer: Makes the writer, on the recorder's thread; given the counters it is to keep.
        interval: Seconds between batches.
        messages: Most messages to hold.
        size: Most bytes of bodies to hold.
    """

    def __init__(
        self,
        writer: Callable[[Counters], Writer],
        *,
        interval: float = 0.1,
        messages: int = QUEUE_MESSAGES,
        size: int = QUEUE_BYTES,
    ) -> None:
        self.counters = Counters()
        self._make_writer, self._interval = writer, interval
        self._messages, self._size = messages, size
        self._queue: deque[Message] = deque()
        self._bytes_in = self._bytes_out = 0
        self._open_calls: set[str] = set()
        self._gap: Gap | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    def start(self) -> None:
        """Start writing."""
        self._thread.start()

    def close(self, timeout: float = 5.0) -> bool:
        """Write what there is and end; False where that took longer than `timeout` seconds."""
        self._stop.set()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def begin(self, key: str, request: Request, at: float) -> None:
        """The front got a request. Its body may still be to come, see `finish`; `at` is seconds since 1970."""
        self.counters.seen += 1
        if self._offer(Begun(key, request, at, call=False), len(request.body)):
            self.counters.unsettled.add(key)
        else:
            self.counters.refused += 1

    def finish(
        self,
        key: str,
        response: Response | None,
        at: float,
        route: Route,
        *,
        request: Request | None = None,
        request_cut: Cut | None = None,
        response_cut: Cut | None = None,
    ) -> None:
        """The front's exchange is over; `response` is None where the client left before there was one."""
        if key not in self.counters.unsettled:
            return
        ended = Ended(key, response, at, False, route, request, request_cut, response_cut)
        if not self._offer(ended, weight(ended)):
            self.counters.refused += 1
            self.counters.unsettled.discard(key)
            self._queue.append(Lost(key, call=False))

    def ask(self, key: str, request: Request) -> None:
        """The body of a request that began without it is whole now. May be left out; then more stays ambiguous."""
        if key in self.counters.unsettled:
            self._offer(Asked(key, request, call=False), len(request.body))

    def say(self, key: str, frame: str) -> None:
        """A client sent a message over its WebSocket; `finish` is to have them all in its request."""
        if key in self.counters.unsettled:
            self._offer(Said(key, frame), len(frame))

    def begin_call(self, key: str, request: Request, at: float) -> None:
        """The tap got a request for a provider; said before it is sent on."""
        self.counters.calls += 1
        if self._offer(Begun(key, request, at, call=True), len(request.body)):
            self._open_calls.add(key)
        else:
            self.counters.refused_calls += 1
            self._widen_gap(at)

    def ask_call(self, key: str, request: Request) -> None:
        """The body of a call that began without it is whole now. May be left out; then more stays ambiguous."""
        if key in self._open_calls:
            self._offer(Asked(key, request, call=True), len(request.body))

    def finish_call(
        self,
        key: str,
        response: Response | None,
        at: float,
        *,
        request: Request | None = None,
        request_cut: Cut | None = None,
        response_cut: Cut | None = None,
    ) -> None:
        """The provider's answer is over; `response` is None where none came."""
        if key not in self._open_calls:
            return
        self._open_calls.discard(key)
        ended = Ended(key, response, at, True, Route(), request, request_cut, response_cut)
        if not self._offer(ended, weight(ended)):
            self.counters.refused_calls += 1
            self._queue.append(Lost(key, call=True))

    def wrote(self, key: str, before: Files, after: Files, doubt: str = "") -> None:
        """An exchange that changes the legacy's files is about to be answered: they were so, and are so now."""
        if key in self.counters.unsettled:
            told = Wrote(key, before, after, doubt)
            self._offer(told, weight(told))

    def state(self, config: Mapping[str, Any], auth_files: Mapping[str, Any], at: float) -> None:
        """The legacy's configuration and credential files are these from now on."""
        self._queue.append(State(config, auth_files, at))

    def _widen_gap(self, at: float) -> None:
        """One message tells of any number of lost calls, so a full queue does not grow."""
        gap = self._gap
        if gap is not None:
            gap.until = at
        if self._gap is None:  # none yet, or the writer has taken it meanwhile
            self._gap = Gap(at, at)
            self._queue.append(self._gap)

    def _offer(self, message: Message, weight: int) -> bool:
        if len(self._queue) >= self._messages or self._bytes_in - self._bytes_out + weight > self._size:
            return False
        self._bytes_in += weight
        self._queue.append(message)
        return True

    def _run(self) -> None:
        writer = self._make_writer(self.counters)
        while True:
            last = self._stop.wait(self._interval)
            try:
                writer.take(self._batch())
            except Exception:  # the thread must live: whatever a batch did to it, the next one is recorded
                log.exception("a batch of the recording was lost")
            if last and not self._queue:
                break
        writer.close()

    def _batch(self) -> list[Message]:
        batch = []
        while self._queue:
            message = self._queue.popleft()
            self._bytes_out += weight(message)
            if message is self._gap:
                self._gap = None
            batch.append(message)
        return batch
