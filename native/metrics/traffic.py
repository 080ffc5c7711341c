"""Requests, failures and durations by endpoint, counted as they are answered.

Law: an endpoint is told as it is declared, so that no client makes up a new one; counting one costs microseconds.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from native.metrics.exposition import Family

DURATIONS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)


@dataclass(slots=True)
class Counted:
    """What became of one endpoint's requests.

    Attributes:
        codes: How many by the status' first digit; 0 for those whose client left before there was one.
        failed: How many told of a failure.
        seconds: What all of them took.
        took: How many by the first of `DURATIONS` that they did not go beyond; the last by none.
    """

    codes: list[int] = field(default_factory=lambda: [0] * 6)
    failed: int = 0
    seconds: float = 0.0
    took: list[int] = field(default_factory=lambda: [0] * (len(DURATIONS) + 1))


class Traffic:
    """What was answered since the process began."""

    def __init__(self) -> None:
        self._counted: dict[str, Counted] = {}

    def count(self, endpoint: str, status: int, seconds: float, *, failed: bool) -> None:
        """Count one request."""
        found = self._counted.get(endpoint)
        if found is None:
            found = self._counted[endpoint] = Counted()
        found.codes[status // 100 if status < 600 else 5] += 1
        found.failed += failed
        found.seconds += seconds
        found.took[bisect_left(DURATIONS, seconds)] += 1

    def families(self) -> Iterator[Family]:
        """What was counted."""
        requests = Family("native_requests_total", "counter", "Requests answered, by the kind of status")
        failures = Family("native_failures_total", "counter", "Answers that told of a failure, streams too")
        took = Family("native_request_duration_seconds", "histogram", "Until the answer was over")
        for endpoint, counted in self._counted.items():
            label = ("endpoint", endpoint)
            for kind, count in enumerate(counted.codes):
                if count:
                    requests.add(count, label, ("code", f"{kind}xx" if kind else "none"))
            failures.add(counted.failed, label)
            sums = list(accumulate(counted.took))
            for bound, count in zip((*map(str, DURATIONS), "+Inf"), sums, strict=True):
                took.add(count, label, ("le", bound), suffix="_bucket")
            took.add(counted.seconds, label, suffix="_sum")
            took.add(sums[-1], label, suffix="_count")
        yield from (requests, failures, took)
