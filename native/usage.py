"""What requests have cost: tokens by client key and model, for the statistics.

Law: counting never fails a request, and memory stays bounded.
"""

from collections import deque
from dataclasses import dataclass, field

MOST = 100_000
"""Requests whose details are kept; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one request."""

    input: int = 0
    output: int = 0
    reasoning: int = 0
    cached: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """One request that went upstream."""

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
class Usage:
    """All that has been spent since the start."""

    enabled: bool = True
    spent: deque[Spent] = field(default_factory=lambda: deque(maxlen=MOST))

    def add(self, spent: Spent) -> None:
        """Count one request, if counting is on."""
        if self.enabled:
            self.spent.append(spent)
