"""Where turns are counted: in this process, or in memory that several processes share.

Law: a counter that was never set is 0. Shared ones are read and written without a lock: two processes that count at
the same moment may give the same turn twice, never a wrong one.
"""

from mmap import mmap
from typing import Protocol
from zlib import crc32

SLOTS = 16_384
"""Shared counters; names that fall on the same one take turns together."""


class Counters(Protocol):
    """Numbers by name."""

    def get(self, name: str) -> int:
        """What a counter stands at."""
        ...

    def set(self, name: str, value: int) -> None:
        """Let a counter stand at a value."""
        ...


class OwnCounters:
    """Counters of this process alone."""

    def __init__(self) -> None:
        self._values: dict[str, int] = {}

    def get(self, name: str) -> int:
        """What a counter stands at."""
        return self._values.get(name, 0)

    def set(self, name: str, value: int) -> None:
        """Let a counter stand at a value."""
        self._values[name] = value


class SharedCounters:
    """Counters in memory that outlives a fork: parent and children see the same."""

    def __init__(self) -> None:
        self._memory = mmap(-1, SLOTS * 4)
        self._values = memoryview(self._memory).cast("I")

    def get(self, name: str) -> int:
        """What a counter stands at."""
        return self._values[crc32(name.encode()) % SLOTS]

    def set(self, name: str, value: int) -> None:
        """Let a counter stand at a value."""
        self._values[crc32(name.encode()) % SLOTS] = value & 0xFFFFFFFF
