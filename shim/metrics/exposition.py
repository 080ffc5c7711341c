"""The metrics of one recording, as Prometheus reads them.

Law: everything comes from the recording; nothing is asked of front or judge, and asking costs them nothing.
"""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from shim.metrics.standing import standing
from shim.metrics.traffic import Traffic
from shim.store.store import Store

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class Metrics:
    """What is told of one recording.

    Args:
        clock: Seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._registry = CollectorRegistry()
        self._traffic = Traffic(self._registry)

    def begin(self, store: Store) -> None:
        """Count from here on."""
        self._traffic.look(store)

    def text(self, store: Store) -> bytes:
        """Everything, in the text format."""
        self._traffic.look(store)
        now = CollectorRegistry()
        now.register(_Told(list(standing(store, self._clock()))))
        return generate_latest(self._registry) + generate_latest(now)


class _Told(Collector):
    """Metrics that were read already."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        """The metrics."""
        yield from self._metrics

    def describe(self) -> Iterator[Metric]:
        """None: whoever registers this asks nothing."""
        yield from ()
