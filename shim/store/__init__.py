"""The recording on disk: SQLite, WAL, 0600; bodies once; everything redacted before it gets here."""

from shim.store.records import Record, Stray
from shim.store.snapshots import Snapshot
from shim.store.store import Store
from shim.store.verdicts import DifferenceRow, VerdictRow

__all__ = ["DifferenceRow", "Record", "Snapshot", "Store", "Stray", "VerdictRow"]
