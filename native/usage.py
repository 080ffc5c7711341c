"""What requests have cost: requests and tokens by client key, provider, model, day and hour.

Laws: counting never fails a request; memory stays bounded, for only the newest details are kept while the sums go on;
every sum is the sum of what was counted, in this process, in others and before the last start.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from struct import Struct, error
from typing import NamedTuple

MOST = 50_000
"""Requests whose details are kept; the oldest go first."""
MOST_ROWS = 10_000
"""Sums that are kept apart; the oldest days' are put together, and what is still too much is counted as unknown."""
UNKNOWN = "unknown"
EARLIER = ""
"""The day of sums whose own day is no longer told."""
_PACKED = Struct(">qI5I5H?")
"""Big-endian, so that what is packed sorts by time."""
_NAMES = slice(32, 42)
_LARGEST = 2**32 - 1
_LATEST = 253_000_000_000_000_000
"""The year 9987, in microseconds."""


class Tokens(NamedTuple):
    """Tokens of one request; a total of 0 is the sum of the others."""

    input: int = 0
    output: int = 0
    reasoning: int = 0
    cached: int = 0
    total: int = 0

    @property
    def sum(self) -> int:
        """The total, where the provider named none: without those from the cache, unless there are no others."""
        return self.total or self.input + self.output + self.reasoning or self.cached


class Spent(NamedTuple):
    """One request that went upstream; `at` is seconds since 1970, `latency` seconds."""

    key: str
    provider: str
    model: str
    credential: str
    source: str
    at: float
    failed: bool
    tokens: Tokens = Tokens()
    latency: float = 0.0


@dataclass(slots=True)
class Sum:
    """Requests and tokens."""

    requests: int = 0
    failed: int = 0
    input: int = 0
    output: int = 0
    reasoning: int = 0
    cached: int = 0
    total: int = 0

    def spend(self, spent: Spent) -> None:
        """Count one request."""
        tokens = spent.tokens
        self.requests += 1
        self.failed += spent.failed
        self.input += tokens.input
        self.output += tokens.output
        self.reasoning += tokens.reasoning
        self.cached += tokens.cached
        self.total += max(0, tokens.sum)

    def add(self, other: "Sum") -> None:
        """Count another's too."""
        self.requests += other.requests
        self.failed += other.failed
        self.input += other.input
        self.output += other.output
        self.reasoning += other.reasoning
        self.cached += other.cached
        self.total += other.total


type Row = tuple[str, str, str, str]
"""What sums are kept apart by: day, client key, provider, model."""


class Details:
    """The newest requests, packed: some hundred bytes each."""

    def __init__(self, most: int = MOST) -> None:
        self._packed: deque[bytes] = deque(maxlen=most)
        self._names: list[str] = []
        self._numbers: dict[str, int] = {}

    def add(self, spent: Spent) -> None:
        """Keep one; the oldest goes where there are too many."""
        number, tokens = self._number, spent.tokens
        names = (
            number(spent.key or UNKNOWN),
            number(spent.provider),
            number(spent.model or UNKNOWN),
            number(spent.credential),
            number(spent.source),
        )
        at, latency = int(spent.at * 1e6 + 0.5), int(spent.latency * 1000)
        counts = (latency, *tokens[:4], tokens.sum)
        try:
            packed = _PACKED.pack(at, *counts, *names, spent.failed)
        except error:
            bounded = [min(max(0, count), _LARGEST) for count in counts]
            packed = _PACKED.pack(min(max(0, at), _LATEST), *bounded, *names, spent.failed)
        self._packed.append(packed)

    def _number(self, name: str) -> int:
        found = self._numbers.get(name)
        if found is None:
            if len(self._names) >= 2**16 - 1 and name != UNKNOWN:
                return self._number(UNKNOWN)
            found = self._numbers[name] = len(self._names)
            self._names.append(name)
        return found

    def packed(self) -> list[bytes]:
        """All of them as they are kept, oldest first."""
        return list(self._packed)

    def unpacked(self, packed: bytes) -> Spent:
        """One of them."""
        at, latency, *counts, key, provider, model, credential, source, failed = _PACKED.unpack(packed)
        names = self._names
        about = (names[key], names[provider], names[model], names[credential], names[source])
        return Spent(*about, at / 1e6, failed, Tokens(*counts), latency / 1000)

    def __iter__(self) -> Iterator[Spent]:
        return map(self.unpacked, self.packed())

    def grouped(self) -> dict[tuple[str, str], list[bytes]]:
        """By client key and model, as they are kept."""
        alike: dict[bytes, list[bytes]] = {}
        for one in self._packed:
            alike.setdefault(one[_NAMES], []).append(one)
        found: dict[tuple[str, str], list[bytes]] = {}
        for some in alike.values():
            spent = self.unpacked(some[0])
            found.setdefault((spent.key, spent.model), []).extend(some)
        return {name: sorted(some) if len(some) > 1 else some for name, some in found.items()}


def _nothing() -> None:
    """Nothing waits to be counted."""


@dataclass(slots=True)
class Usage:
    """All that has been spent.

    Attributes:
        enabled: Whether counting is on.
        details: The newest requests, oldest first.
        rows: Sums, as finely as they are kept.
        days: Sums by day, all of them.
        hours: Sums by hour of the day.
        settle: Counts what has ended but is not counted yet; whoever reads calls it first.
        told: Told of each request that was made here, for whoever keeps it.
        seen: Told of each request wherever it was made, for whoever shows it.
    """

    enabled: bool = True
    details: Details = field(default_factory=Details)
    rows: dict[Row, Sum] = field(default_factory=dict)
    days: dict[str, Sum] = field(default_factory=dict)
    hours: dict[str, Sum] = field(default_factory=dict)
    told: list[Callable[[Spent], None]] = field(default_factory=list)
    seen: list[Callable[[Spent], None]] = field(default_factory=list)
    settle: Callable[[], None] = _nothing
    _hour: tuple[int, str, str] = (-1, "", "")

    def add(self, spent: Spent) -> None:
        """Count one request, if counting is on."""
        if self.enabled:
            self.take(spent)

    def take(self, spent: Spent) -> None:
        """Count one request that was made here."""
        for tell in self.told:
            tell(spent)
        self.hear(spent)

    def hear(self, spent: Spent) -> None:
        """Count one request, wherever it was made."""
        self.count(spent)
        for show in self.seen:
            show(spent)

    def count(self, spent: Spent) -> None:
        """Count one request that everybody knows of."""
        day, hour = self._when(spent.at)
        row = (day, spent.key or UNKNOWN, spent.provider, spent.model or UNKNOWN)
        days, hours, rows = self.days, self.hours, self.rows
        (days.get(day) or days.setdefault(day, Sum())).spend(spent)
        (hours.get(hour) or hours.setdefault(hour, Sum())).spend(spent)
        (rows.get(row) or self._row(row)).spend(spent)
        self.details.add(spent)

    def put(self, row: Row, one: Sum) -> None:
        """Add to one of the rows."""
        self._row(row).add(one)

    def _row(self, row: Row) -> Sum:
        if row not in self.rows and len(self.rows) >= MOST_ROWS:
            row = self._with_less(row)
        return self.rows.setdefault(row, Sum())

    def _with_less(self, row: Row) -> Row:
        """Make room: the oldest day is put together with what was before; where that is all, names are."""
        oldest = min((day for day, *_ in self.rows if day != EARLIER), default=EARLIER)
        for old in [found for found in self.rows if found[0] == oldest != EARLIER]:
            self.rows.setdefault((EARLIER, *old[1:]), Sum()).add(self.rows.pop(old))
        return row if len(self.rows) < MOST_ROWS else (EARLIER, UNKNOWN, UNKNOWN, UNKNOWN)

    def _when(self, at: float) -> tuple[str, str]:
        """Its day and hour on this machine, where the legacy counts them."""
        number = int(at // 900)  # no place's clocks differ by less than a quarter of an hour
        if self._hour[0] != number:
            try:
                local = datetime.fromtimestamp(at, UTC).astimezone()
            except (ValueError, OverflowError, OSError):
                return UNKNOWN, "00"
            self._hour = (number, f"{local:%Y-%m-%d}", f"{local:%H}")
        return self._hour[1], self._hour[2]

    @property
    def total(self) -> Sum:
        """Everything in one sum."""
        return summed(self.rows.values())

    def clear(self) -> None:
        """Forget everything."""
        self.settle()
        self.details = Details()
        self.rows, self.days, self.hours = {}, {}, {}

    def become(self, other: "Usage") -> None:
        """Stand where another stands."""
        self.details = other.details
        self.rows, self.days, self.hours = other.rows, other.days, other.hours


def summed(sums: Iterable[Sum]) -> Sum:
    """The sum of sums."""
    found = Sum()
    for one in sums:
        found.add(one)
    return found
