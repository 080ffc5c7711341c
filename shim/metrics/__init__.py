"""Metrics: what Prometheus is told of front, recorder, judge and flags, read off the recording when it asks."""

from shim.metrics.exposition import Metrics

__all__ = ["Metrics"]
