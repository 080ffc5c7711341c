"""What requests have cost: requests and tokens by client key, model, day and hour.

Laws: counting never fails a request; memory stays bounded, for only the newest details are kept while the sums go on;
what was counted outlives a restart where a file is given.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from native.configfile import replace
from native.wire.loose import integer, parse, text

type Json = dict[str, Any]

MOST = 100_000
"""Requests whose details are kept; the oldest go first."""
MOST_NAMES = 10_000
"""Pairs of key and model that are told apart; what comes later is counted together."""
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Tokens:
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


@dataclass(frozen=True, slots=True)
class Spent:
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
    tokens: int = 0

    def add(self, tokens: int) -> None:
        """Count one request."""
        self.requests += 1
        self.tokens += tokens


@dataclass(slots=True)
class Usage:
    """All that has been spent.

    Attributes:
        enabled: Whether counting is on.
        spent: The newest requests, oldest first.
    """

    enabled: bool = True
    spent: deque[Spent] = field(default_factory=lambda: deque(maxlen=MOST))
    total: Sum = field(default_factory=Sum)
    failures: int = 0
    models: dict[tuple[str, str], Sum] = field(default_factory=dict)
    days: dict[str, Sum] = field(default_factory=dict)
    hours: dict[str, Sum] = field(default_factory=dict)
    unsaved: bool = False

    def add(self, spent: Spent) -> None:
        """Count one request, if counting is on."""
        if self.enabled:
            self._count(spent)

    def _count(self, spent: Spent) -> None:
        tokens = max(0, spent.tokens.sum)
        name = (spent.key or UNKNOWN, spent.model or UNKNOWN)
        if name not in self.models and len(self.models) >= MOST_NAMES:
            name = (UNKNOWN, UNKNOWN)
        at = datetime.fromtimestamp(spent.at, UTC).astimezone()  # days are this machine's, as the legacy's are
        for sums, key in ((self.days, f"{at:%Y-%m-%d}"), (self.hours, f"{at:%H}")):
            sums.setdefault(key, Sum()).add(tokens)
        self.models.setdefault(name, Sum()).add(tokens)
        self.total.add(tokens)
        self.failures += spent.failed
        self.spent.append(spent)
        self.unsaved = True

    def snapshot(self) -> Json:
        """Everything, as clients read it."""
        apis: dict[str, Json] = {}
        for (key, model), one in self.models.items():
            api = apis.setdefault(key, {"total_requests": 0, "total_tokens": 0, "models": {}})
            api["total_requests"] += one.requests
            api["total_tokens"] += one.tokens
            api["models"][model] = {"total_requests": one.requests, "total_tokens": one.tokens, "details": []}
        for spent in self.spent:
            held = apis.get(spent.key or UNKNOWN, {}).get("models", {}).get(spent.model or UNKNOWN)
            if held is not None:
                held["details"].append(_detail(spent))
        return {
            "total_requests": self.total.requests,
            "success_count": self.total.requests - self.failures,
            "failure_count": self.failures,
            "total_tokens": self.total.tokens,
            "apis": apis,
            "requests_by_day": {day: one.requests for day, one in self.days.items()},
            "requests_by_hour": {hour: one.requests for hour, one in self.hours.items()},
            "tokens_by_day": {day: one.tokens for day, one in self.days.items()},
            "tokens_by_hour": {hour: one.tokens for hour, one in self.hours.items()},
        }

    def merge(self, snapshot: Any, now: float) -> tuple[int, int]:
        """Count an exported snapshot's requests that are not here yet; how many were added, and how many were."""
        seen = {_same(spent) for spent in self.spent}
        added = skipped = 0
        for spent in _told(snapshot, now):
            same = _same(spent)
            if same in seen:
                skipped += 1
                continue
            seen.add(same)
            self._count(spent)
            added += 1
        return added, skipped

    def save(self, file: Path) -> None:
        """Write everything to a file. Raises `OSError`."""
        self.unsaved = False
        replace(file, orjson.dumps(self.snapshot()))

    def load(self, file: Path, now: float) -> None:
        """Take up what a file kept; one that is not there or not whole holds nothing."""
        try:
            kept = parse(file.read_bytes())
        except OSError:
            return
        self.merge(kept, now)
        if isinstance(kept, dict):
            self._take_sums(kept)
        self.unsaved = False

    def _take_sums(self, kept: Mapping[str, Any]) -> None:
        """Sums are larger than what the details make where the oldest details were let go."""
        self.total = _larger(self.total, kept.get("total_requests"), kept.get("total_tokens"))
        self.failures = max(self.failures, integer(kept.get("failure_count")))
        for sums, name in ((self.days, "day"), (self.hours, "hour")):
            requests, tokens = _mapping(kept.get(f"requests_by_{name}")), _mapping(kept.get(f"tokens_by_{name}"))
            for key, count in requests.items():
                sums[key] = _larger(sums.get(key, Sum()), count, tokens.get(key))
        for key, api in _mapping(kept.get("apis")).items():
            for model, one in _mapping(_mapping(api).get("models")).items():
                held = self.models.get((key, model), Sum())
                said = _mapping(one)
                self.models[key, model] = _larger(held, said.get("total_requests"), said.get("total_tokens"))


def _larger(one: Sum, requests: Any, tokens: Any) -> Sum:
    return Sum(max(one.requests, integer(requests)), max(one.tokens, integer(tokens)))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _detail(spent: Spent) -> Json:
    tokens = spent.tokens
    return {
        "timestamp": datetime.fromtimestamp(spent.at, UTC).isoformat().replace("+00:00", "Z"),
        "latency_ms": max(0, int(spent.latency * 1000)),
        "source": spent.source,
        "auth_index": spent.credential,
        "tokens": {
            "input_tokens": tokens.input,
            "output_tokens": tokens.output,
            "reasoning_tokens": tokens.reasoning,
            "cached_tokens": tokens.cached,
            "total_tokens": tokens.sum,
        },
        "failed": spent.failed,
    }


def _same(spent: Spent) -> tuple[Any, ...]:
    """What two tellings of one request have in common."""
    tokens = spent.tokens
    counts = (tokens.input, tokens.output, tokens.reasoning, tokens.cached, tokens.sum)
    return (spent.key, spent.model, round(spent.at, 6), spent.source, spent.credential, spent.failed, counts)


def _told(snapshot: Any, now: float) -> Iterator[Spent]:
    """The requests of a snapshot, whatever shape it has."""
    for name, api in _mapping(_mapping(snapshot).get("apis")).items():
        key = name.strip()
        for model, one in _mapping(_mapping(api).get("models")).items() if key else ():
            details = _mapping(one).get("details")
            for detail in details if isinstance(details, list) else ():
                yield _spent(key, model.strip() or UNKNOWN, _mapping(detail), now)


def _spent(key: str, model: str, detail: Mapping[str, Any], now: float) -> Spent:
    said = _mapping(detail.get("tokens"))
    names = ("input_tokens", "output_tokens", "reasoning_tokens", "cached_tokens", "total_tokens")
    try:
        at = datetime.fromisoformat(text(detail.get("timestamp"))).timestamp()
    except (ValueError, OverflowError):
        at = now
    return Spent(
        key,
        "",
        model,
        text(detail.get("auth_index")),
        text(detail.get("source")),
        at if at > 0 else now,
        detail.get("failed") is True,
        Tokens(*(integer(said.get(name)) for name in names)),
        max(0, integer(detail.get("latency_ms"))) / 1000,
    )
