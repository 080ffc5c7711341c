"""Shadow mode: the judge in a process of its own, following the recorder.

Everything between the database and the judge lives here. Laws: the judge never runs in the front's process and yields
to it (lowest priority); each exchange gets one verdict a build of native, of a build that is new the newest ones again,
up to a bound; a verdict that cannot be written is made again later, never lost in silence.
"""

import argparse
import os
import sys
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from native.models import learn
from native.settings import Settings
from shim.accepting import renew
from shim.build import build
from shim.coverage import native_ids
from shim.exchange import Case
from shim.filed import verdict_row
from shim.flags.ledger import Ledger
from shim.flags.table import Asked, Mode, Table
from shim.judge.accepted import Rules
from shim.judge.judge import judge
from shim.judge.noisebook import NoiseBook
from shim.judge.verdict import Reason, unjudged
from shim.knowledge import Knowledge, learned_noise, shipped_noise
from shim.settings import environment
from shim.stopping import follow, told_to_stop
from shim.store.cases import live_case
from shim.store.store import Store
from shim.store.verdicts import VerdictRow

PACE = 0.5  # seconds between looks at a recording that had nothing new
BATCH = 50
AGAIN = 2500  # exchanges of an endpoint that a new build is judged on again


# What native answered is judged the other way round, and what the front answered by itself is nobody's behaviour.
_WAITING = """
SELECT id, endpoint, provider, stream, model FROM exchanges
WHERE run IS NULL AND judged_level = '' AND endpoint = ? AND mode = 'legacy' AND id > ? ORDER BY id LIMIT ?
"""
_OUTDATED = """
SELECT id, endpoint, provider, stream, model, judged_build FROM exchanges
WHERE run IS NULL AND judged_level <> '' AND endpoint = ? AND mode = 'legacy' ORDER BY id DESC LIMIT ?
"""
type Waiting = tuple[int, Asked]


class Shadow:
    """The judge over one recording: what a flag of shadow or above covers is judged, the rest waits.

    Args:
        path: The database.
        rules: Accepted differences.
        book: Learned noise.
        known: Where both are followed, in the place of the two.
    """

    def __init__(
        self,
        path: Path,
        rules: Rules | None = None,
        book: NoiseBook | None = None,
        *,
        known: Knowledge | None = None,
    ) -> None:
        self.path, self.rules, self.book, self._known = path, rules, book, known
        self._passed: dict[str, int] = {}  # by endpoint: up to which id all is judged that flags ask for
        self._outdated: deque[Waiting] = deque()
        self._table: Table | None = None

    def step(self) -> int:
        """Judge what is waiting, a batch at most; returns how many were looked at.

        Raises:
            sqlite3.OperationalError: The database is locked or gone; nothing was lost, try again.
        """
        with Store(self.path) as store:
            self._learn(store)
            table = Ledger(store.sql).table()
            endpoints = sorted({t.endpoint for t in store.tallies.exchanges() if table.asks_native(t.endpoint)})
            if self._table is None:
                store.builds.put(build(), native_ids())
            if self._table is None or table.flags != self._table.flags:
                self._table, self._passed = table, {}
                self._outdated = _outdated(store, endpoints)
            waiting = self._waiting(store, endpoints)
            for number, asked in waiting:
                if table.lookup(asked).value.mode is not Mode.LEGACY:
                    self._judge_one(store, number)
                self._passed[asked.endpoint] = number
            if waiting:
                return len(waiting)
            again = [self._outdated.popleft() for _ in range(min(BATCH, len(self._outdated)))]
            for number, asked in again:
                if table.lookup(asked).value.mode is not Mode.LEGACY:
                    self._judge_one(store, number)
            return len(again)

    def _learn(self, store: Store) -> None:
        """Go by what was accepted or learned meanwhile, in what was judged already too."""
        if self._known is not None and self._known.refresh():
            self.rules, self.book = self._known.rules, self._known.book
            renew(store, self.rules)

    def _waiting(self, store: Store, endpoints: Sequence[str]) -> list[Waiting]:
        """What has no verdict yet, oldest first."""
        rows = (store.sql.execute(_WAITING, (name, self._passed.get(name, 0), BATCH)).fetchall() for name in endpoints)
        return sorted((_waiting(row) for found in rows for row in found), key=lambda one: one[0])[:BATCH]

    def _judge_one(self, store: Store, number: int) -> None:
        try:
            row = self._judge(store, number)
        except KeyError:  # purged meanwhile
            return
        with store.transaction():
            store.verdicts.add(row)

    def _judge(self, store: Store, number: int) -> VerdictRow:
        start = perf_counter()
        record = store.exchanges.get(number)
        if record.snapshot is None:
            verdict = unjudged(Reason.NO_SNAPSHOT)
        else:
            verdict = judge(live_case(record), self.rules, self.book)
        return verdict_row(number, verdict, perf_counter() - start, build=build())

    def follow(self, stop: threading.Event) -> None:
        """Judge what comes until told to stop."""
        follow(self.step, stop, PACE, f"judge: {self.path}")


def _waiting(row: tuple[Any, ...]) -> Waiting:
    number, endpoint, provider, stream, model = row[:5]
    return number, Asked(endpoint, provider, bool(stream), model)


def _outdated(store: Store, endpoints: Sequence[str]) -> deque[Waiting]:
    """The newest exchanges of some endpoints, as far as it was another build of native that was judged on them."""
    rows = (row for name in endpoints for row in store.sql.execute(_OUTDATED, (name, AGAIN)).fetchall())
    return deque(_waiting(row) for row in rows if row[5] != build())


def case_of(store: Store, number: int) -> Case:
    """A recorded exchange as a case.

    Raises:
        KeyError: There is none of that id.
    """
    return live_case(store.exchanges.get(number))


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m shim.shadow DATABASE`: follow a recording until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m shim.shadow", description="Judge what is recorded, as it comes.")
    parser.add_argument("database", type=Path)
    parser.add_argument("--accepted", type=Path, default=Path("recordings/accepted.yaml"))
    parser.add_argument("--noise", type=Path, default=shipped_noise())
    asked = parser.parse_args(arguments)
    models = Settings.of(environment()).models
    if models is not None:
        learn(models)
    stop = told_to_stop()
    os.nice(19)
    known = Knowledge(asked.accepted, (asked.noise, learned_noise(asked.database)))
    Shadow(asked.database, known=known).follow(stop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
