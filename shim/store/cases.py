"""Cases in and out of the database: recorded behaviours of corpus files, and live exchanges as cases of one exchange.

Law: a case that was put in reads back equal; putting in one of the same name replaces it.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson
import yaml

from native.identity import VERSION
from shim.exchange import Case, Exchange, Run
from shim.labels import exchange_labels
from shim.store.exchanges import Exchanges
from shim.store.records import Record
from shim.store.snapshots import Snapshot, Snapshots

LIVE = "live"
_BUILD = {name.lower(): value for name, value in VERSION.items()}


class Cases:
    """The cases of one open database."""

    def __init__(self, connection: sqlite3.Connection, exchanges: Exchanges, snapshots: Snapshots) -> None:
        self._sql, self._exchanges, self._snapshots = connection, exchanges, snapshots

    def put(self, case: Case) -> None:
        """Write a case, in the place of one of the same name."""
        self.drop(case.family, case.name)
        number = self._sql.execute(
            "INSERT INTO cases (family, name, legacy, about, extra, snapshot) VALUES (?, ?, ?, ?, ?, ?)",
            (
                *(case.family, case.name, case.legacy, case.about, orjson.dumps(dict(case.extra)).decode()),
                self._snapshots.put(Snapshot(case.config, case.auth_files)),
            ),
        ).lastrowid
        for position, run in enumerate(case.runs):
            self._put_run(number or 0, position, run, case.config)

    def _put_run(self, case: int, position: int, run: Run, config: Mapping[str, Any]) -> None:
        state = None if run.state_after is None else orjson.dumps(dict(run.state_after)).decode()
        number = self._sql.execute(
            "INSERT INTO runs (kase, position, state_after) VALUES (?, ?, ?)", (case, position, state)
        ).lastrowid
        for at, call in enumerate(run.startup_upstream):
            self._exchanges.add_startup(call, number or 0, at)
        for at, exchange in enumerate(run.exchanges):
            read = exchange_labels(exchange, config)
            record = Record(
                exchange, endpoint=read.endpoint, provider=read.provider, model=read.model, stream=read.stream
            )
            self._exchanges.add(record, run=number, position=at)

    def drop(self, family: str, name: str) -> None:
        """Remove a case, if there is one. Its bodies go with the next purge."""
        runs = "SELECT id FROM runs WHERE kase IN (SELECT id FROM cases WHERE family = ? AND name = ?)"
        inside = f"SELECT id FROM exchanges WHERE run IN ({runs})"  # noqa: S608 # constants
        verdicts = f"SELECT id FROM verdicts WHERE exchange IN ({inside})"  # noqa: S608 # constants
        for statement in (
            f"DELETE FROM differences WHERE verdict IN ({verdicts})",  # noqa: S608 # constants
            f"DELETE FROM verdicts WHERE exchange IN ({inside})",  # noqa: S608 # constants
            f"DELETE FROM interactions WHERE exchange IN ({inside})",  # noqa: S608 # constants
            f"DELETE FROM interactions WHERE run IN ({runs})",  # noqa: S608 # constants
            f"DELETE FROM exchanges WHERE run IN ({runs})",  # noqa: S608 # constants
            "DELETE FROM runs WHERE kase IN (SELECT id FROM cases WHERE family = ? AND name = ?)",
            "DELETE FROM cases WHERE family = ? AND name = ?",
        ):
            self._sql.execute(statement, (family, name))

    def stored(self) -> Iterator[Case]:
        """The cases that were put in, in order of their names."""
        rows = self._sql.execute(
            "SELECT id, family, name, legacy, about, extra, snapshot FROM cases ORDER BY family, name"
        ).fetchall()
        for number, family, name, legacy, about, extra, snapshot in rows:
            state = self._snapshots.get(snapshot)
            yield Case(
                family,
                name,
                state.config,
                state.auth_files,
                tuple(self._runs(number)),
                legacy,
                about,
                orjson.loads(extra),
            )

    def _runs(self, case: int) -> Iterator[Run]:
        rows = self._sql.execute(
            "SELECT id, state_after FROM runs WHERE kase = ? ORDER BY position", (case,)
        ).fetchall()
        for number, state in rows:
            exchanges = (record.exchange for record in self._exchanges.all("run = ?", (number,)))
            yield Run(tuple(exchanges), self._exchanges.startup(number), None if state is None else orjson.loads(state))

    def live(self, after: int = 0) -> Iterator[Case]:
        """The live exchanges behind one id, each as a case of its own."""
        for record in self._exchanges.all("run IS NULL AND id > ?", (after,)):
            yield live_case(record)


def live_case(record: Record) -> Case:
    """A live exchange as a case of one run, with what native says of its build in the place of what the legacy says."""
    state = record.snapshot or Snapshot({}, {})
    endpoint = record.endpoint or record.exchange.request.method
    run = Run((_of_no_build(record.exchange),), state_after=left_behind(record.after) if record.after else None)
    return Case(LIVE, f"{endpoint}/{record.exchange.id}", state.config, state.auth_files, (run,))


def _of_no_build(exchange: Exchange) -> Exchange:
    """Two builds do not say the same of themselves: a user's own has a version, those of the recordings have none."""
    answer = exchange.response
    if answer is None or not any(name.lower() in _BUILD for name, _ in answer.headers):
        return exchange
    headers = tuple((name, _BUILD.get(name.lower(), value)) for name, value in answer.headers)
    return replace(exchange, response=replace(answer, headers=headers))


def left_behind(state: Snapshot) -> dict[str, Any]:
    """A state as the files that say it, as a run has them."""
    # Whoever is judged listens on a port of its own, and says so.
    config = yaml.safe_dump({**state.config, "port": 0}, sort_keys=False, allow_unicode=True, width=10**6)
    files = {name: orjson.dumps(tree).decode() for name, tree in state.auth_files.items()}
    return {"config.yaml": config, "auth_files": files}
