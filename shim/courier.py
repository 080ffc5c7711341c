"""The recorder's writer in a process of its own: redacting and compressing take no time from traffic's interpreter.

Everything that passes between the two processes lives here: batches of messages one way, what became of them the
other, each as its length and its bytes. Laws: traffic's side only packs and sends; a writer that dies costs what it
had not yet written, counted, and another takes its place.
"""

import logging
import marshal
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import IO, Any

from shim.exchange import Request, Response
from shim.messages import Asked, Begun, Ended, Files, Gap, Lost, Message, Route, Said, State, Wrote
from shim.recorder import Counters
from shim.tape import Cut

log = logging.getLogger(__name__)

NICENESS = 5
PAUSE = 1.0  # seconds before another writer is started in a dead one's place
_KINDS: tuple[Any, ...] = (
    *(Begun, Asked, Said, Ended, Lost, Gap, State, Wrote),
    *(Request, Response, Route, Cut, Files),
)
_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}
_GETTERS = tuple(attrgetter(*(field.name for field in fields(kind))) for kind in _KINDS)
# Where another of these may stand within one, so that nothing else need be looked into.
_NESTED = {"request", "response", "route", "request_cut", "response_cut", "before", "after"}
_PLACES = tuple(tuple(place for place, field in enumerate(fields(kind), 1) if field.name in _NESTED) for kind in _KINDS)

type Packed = Any
type Told = tuple[int, dict[str, int], int]


def pack(value: Any) -> Packed:
    """A message as plain tuples: what `marshal` writes at once."""
    number = _NUMBERS.get(type(value))
    if number is None:
        return value
    places = _PLACES[number]
    if not places:
        return (number, *_GETTERS[number](value))
    packed = [number, *_GETTERS[number](value)]
    for place in places:
        packed[place] = pack(packed[place])
    return tuple(packed)


def unpack(packed: Packed) -> Any:
    """What `pack` was given."""
    if not isinstance(packed, tuple) or not packed or type(packed[0]) is not int:
        return packed
    number, *values = packed
    for place in _PLACES[number]:
        values[place - 1] = unpack(values[place - 1])
    return _KINDS[number](*values)


def send(stream: IO[bytes], value: Any) -> None:
    """Send one value."""
    data = marshal.dumps(value)
    stream.write(len(data).to_bytes(8))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Take one value. Raises EOFError where the other side is gone."""
    size = stream.read(8)
    data = stream.read(int.from_bytes(size)) if len(size) == 8 else b""
    if not size or len(data) != int.from_bytes(size):
        raise EOFError("the other process is gone")
    return marshal.loads(data)  # noqa: S302  # a pipe between two processes of ours


class Courier:
    """Traffic's side: a recorder's writer that has another process do the work.

    Args:
        counters: Kept up to date with what the other process says.
        command: Starts it.
    """

    def __init__(self, counters: Counters, command: Sequence[str]) -> None:
        self._counters, self._command = counters, command
        self._process: subprocess.Popen[bytes] | None = None
        self._not_before = 0.0
        self._sent: set[str] = set()
        self._told: tuple[int, ...] = ()
        self._start()

    def take(self, messages: list[Message]) -> None:
        """Send a batch, and hear what became of those before."""
        begun = [message.key for message in messages if isinstance(message, Begun) and not message.call]
        counted = self._counters
        counts = (counted.seen, counted.refused, counted.calls, counted.refused_calls)
        process = self._process
        if process is None:
            self._lose(begun)
            if time.monotonic() >= self._not_before:
                self._start()
            return
        assert process.stdin is not None  # noqa: S101  # it is a pipe
        assert process.stdout is not None  # noqa: S101  # as above
        self._sent.update(begun)
        try:
            send(process.stdin, (counts, [pack(message) for message in messages]))
            self._hear(*receive(process.stdout))
        except (OSError, EOFError):
            self._give_up()

    def close(self) -> None:
        """Have everything written, and end the other process."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None  # noqa: S101  # it is a pipe
        assert process.stdout is not None  # noqa: S101  # as above
        try:
            process.stdin.close()
            self._hear(*receive(process.stdout))
        except (OSError, EOFError):
            log.warning("the recording's process ended before its time")
        process.stdout.close()
        process.wait()

    def _start(self) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603  # our own interpreter
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0
            )
        except OSError as error:
            log.warning("the recording's process cannot be started: %s", error)
            self._not_before = time.monotonic() + PAUSE

    def _hear(self, recorded: int, given_up: dict[str, int], strays: int, settled: list[str]) -> None:
        counted = self._counters
        counted.recorded += recorded
        counted.given_up.update(given_up)
        counted.strays += strays
        counted.unsettled.difference_update(settled)
        self._sent.difference_update(settled)

    def _give_up(self) -> None:
        process, self._process = self._process, None
        self._not_before = time.monotonic() + PAUSE
        log.warning("the recording's process has died: what it had not written is lost, another is started")
        self._lose(self._sent)
        self._sent = set()
        if process is not None:
            process.kill()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    try:
                        stream.close()
                    except OSError:
                        continue  # what was still to be sent cannot be
            process.wait()

    def _lose(self, keys: Sequence[str] | set[str]) -> None:
        lost = self._counters.unsettled.intersection(keys)
        if lost:
            self._counters.given_up["recorder died"] += len(lost)
            self._counters.unsettled.difference_update(lost)


def serve(writer: Any, counters: Counters, source: IO[bytes], sink: IO[bytes]) -> None:
    """The other process's side: take batches until there are no more, and say what became of them.

    Args:
        writer: Does the work.
        counters: Kept by it.
        source: Batches come from here.
        sink: What became of them goes here.
    """

    def tell(known: set[str], before: Told) -> Told:
        recorded, given_up, strays = before
        now = dict(counters.given_up)
        more = {why: count - given_up.get(why, 0) for why, count in now.items() if count != given_up.get(why, 0)}
        settled = list(known - counters.unsettled)
        send(sink, (counters.recorded - recorded, more, counters.strays - strays, settled))
        return (counters.recorded, now, counters.strays)

    told: Told = (0, {}, 0)
    while True:
        try:
            counts, packed = receive(source)
        except EOFError:
            break
        counters.seen, counters.refused, counters.calls, counters.refused_calls = counts
        messages = [unpack(each) for each in packed]
        counters.unsettled.update(m.key for m in messages if isinstance(m, Begun) and not m.call)
        known = set(counters.unsettled)
        for message in messages:
            if isinstance(message, Lost) and not message.call:
                counters.unsettled.discard(message.key)
        writer.take(messages)
        told = tell(known, told)
    known = set(counters.unsettled)
    writer.close()
    tell(known, told)


def main() -> None:
    """`python -m shim.courier DATABASE [CONFIG]`."""
    os.nice(NICENESS)
    # For this process alone: traffic's never loads them.
    from shim.redact import Redactor, key_of  # noqa: PLC0415
    from shim.state import StateFiles  # noqa: PLC0415
    from shim.writer import StoreWriter  # noqa: PLC0415

    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed here is no answer
    path = Path(sys.argv[1])
    look = StateFiles(Path(sys.argv[2])).changed if len(sys.argv) > 2 else lambda: None
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    counters = Counters()
    writer = StoreWriter(path, counters, Redactor(key_of(path.with_name("redaction.key"))), look=look)
    serve(writer, counters, sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
