"""Exchanges in and out of the database.

Everything that turns a `Record` into rows and back lives here. Law: what is read says the same as what was written,
to the microsecond; a transaction is the caller's.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Any

import orjson

from shim.exchange import Exchange, Headers, Interaction, Request, Response
from shim.store.bodies import Bodies
from shim.store.records import Record, Stray
from shim.store.snapshots import Snapshot, Snapshots
from shim.tape import Cut

_ADD_EXCHANGE = """
INSERT INTO exchanges (session, run, position, began, took, endpoint, provider, model, stream, mode, fallback,
    unjudgeable, fault, first, snapshot, pause, after, after_state)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_ADD_INTERACTION = """
INSERT INTO interactions (exchange, run, side, position, began, took, method, url, request_headers, request_body,
    frames, status, response_headers, response_body, sizes, times, complete, delay)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_INTERACTIONS = """
SELECT method, url, request_headers, request_body, frames, status, response_headers, response_body, sizes, times,
    complete, delay, side, began, took FROM interactions
"""


type Cuts = tuple[Cut | None, Cut | None]
type Ids = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an interaction is filed."""

    exchange: int | None
    side: str
    position: int
    run: int | None = None
    began: float = 0.0
    took: float = 0.0


class Exchanges:
    """The exchanges of one open database."""

    def __init__(self, connection: sqlite3.Connection, bodies: Bodies, snapshots: Snapshots) -> None:
        self._sql, self._bodies, self._snapshots = connection, bodies, snapshots

    def add(
        self,
        record: Record,
        *,
        session: int | None = None,
        run: int | None = None,
        position: int = 0,
        snapshot: Snapshot | None = None,
        after: Snapshot | None = None,
    ) -> int:
        """Write a record; returns the id that its exchange has from now on. Given states stand in for the record's."""
        exchange, state, left = record.exchange, snapshot or record.snapshot, after or record.after
        number = self._sql.execute(
            _ADD_EXCHANGE,
            (
                *(session, run, position, record.began, record.took, record.endpoint, record.provider, record.model),
                *(record.stream, exchange.mode, record.fallback, exchange.unjudgeable),
                *(record.fault, _first(exchange.response)),
                self._snapshots.put(state) if state else None,
                *(exchange.pause, exchange.after),
                self._snapshots.put(left) if left else None,
            ),
        ).lastrowid
        client = Interaction(exchange.request, exchange.response)
        cuts = (record.cuts.get("request"), record.cuts.get("response"))
        like = self._add_call(client, Place(number, "client", 0, None, record.began, record.took), cuts)
        for at, call in enumerate(exchange.upstream):
            began, took = record.upstream_times[at] if at < len(record.upstream_times) else (record.began, 0.0)
            cuts = (record.cuts.get(f"upstream {at} request"), record.cuts.get(f"upstream {at} response"))
            self._add_call(call, Place(number, "upstream", at, None, began, took), cuts, like)
        return int(number or 0)

    def add_stray(self, stray: Stray) -> None:
        """Write a call that belongs to no exchange."""
        self._add_call(stray.call, Place(None, "upstream", 0, None, stray.began, stray.took))

    def add_startup(self, call: Interaction, run: int, position: int) -> None:
        """Write a call that a run made before its first exchange."""
        self._add_call(call, Place(None, "upstream", position, run))

    def get(self, number: int) -> Record:
        """The record with this id.

        Raises:
            KeyError: There is none.
        """
        for record in self.all("id = ?", (number,)):
            return record
        raise KeyError(f"there is no exchange {number}")

    def all(self, where: str = "1", values: Iterable[Any] = (), *, newest: int | None = None) -> Iterator[Record]:
        """The records for which an SQL condition on `exchanges` holds, oldest first; of them the newest few."""
        numbers = self._sql.execute(
            f"SELECT id FROM exchanges WHERE {where} ORDER BY id DESC LIMIT ?",  # noqa: S608 # conditions are ours
            (*values, -1 if newest is None else newest),
        ).fetchall()
        for (number,) in reversed(numbers):
            record = self._read(number)
            if record:
                yield record

    def startup(self, run: int) -> tuple[Interaction, ...]:
        """The calls that a run made before its first exchange."""
        rows = self._sql.execute(f"{_INTERACTIONS} WHERE run = ? AND exchange IS NULL ORDER BY position", (run,))
        return tuple(self._call(row) for row in rows.fetchall())

    def strays(self, *, newest: int | None = None) -> Iterator[Stray]:
        """The calls that belong to no exchange, oldest first; of them the newest few."""
        rows = self._sql.execute(
            f"{_INTERACTIONS} WHERE exchange IS NULL AND run IS NULL ORDER BY id DESC LIMIT ?",
            (-1 if newest is None else newest,),
        )
        for row in reversed(rows.fetchall()):
            yield Stray(self._call(row), row[13], row[14])

    def _read(self, number: int) -> Record | None:
        row = self._sql.execute(
            "SELECT began, took, endpoint, provider, model, stream, mode, fallback, fault, unjudgeable,"
            " snapshot, pause, after, after_state FROM exchanges WHERE id = ?",
            (number,),
        ).fetchone()
        if row is None:  # purged meanwhile
            return None
        began, took, endpoint, provider, model, stream, mode, fallback, fault, *rest = row
        unjudgeable, snapshot, pause, after, left = rest
        rows = self._sql.execute(f"{_INTERACTIONS} WHERE exchange = ? ORDER BY side, position", (number,)).fetchall()
        client, *upstream = (self._call(row) for row in rows)
        return Record(
            exchange=Exchange(
                client.request,
                client.response,
                tuple(upstream),
                pause=pause,
                after=after,
                unjudgeable=unjudgeable,
                id=str(number),
                mode=mode,
            ),
            began=began,
            took=took,
            endpoint=endpoint,
            provider=provider,
            model=model,
            stream=bool(stream),
            fallback=fallback,
            fault=fault,
            snapshot=None if snapshot is None else self._snapshots.get(snapshot),
            after=None if left is None else self._snapshots.get(left),
            upstream_times=tuple((row[13], row[14]) for row in rows[1:]),
        )

    def _add_call(self, call: Interaction, place: Place, cuts: Cuts = (None, None), like: Ids = (None, None)) -> Ids:
        """Write a call; `like` are bodies that say much the same. Returns its own."""
        request, response = call.request, call.response
        frames = [frame.encode() for frame in request.frames]
        sent = self._put(b"".join(frames) if frames else request.body, cuts[0], like[0])
        got: int | None = None
        answer: tuple[Any, ...] = (None, None, None, None, None, None, 0.0)
        if response is not None:
            chunks = response.chunks
            got = self._put(chunks[0] if len(chunks) == 1 else response.body, cuts[1], like[1])
            answer = (
                response.status,
                self._pack(response.headers),
                got,
                None if (len(chunks) == 1 and chunks[0]) or not chunks else _numbers(map(len, chunks)),
                _numbers(_steps(response.times)) if response.times else None,
                response.complete,
                response.delay,
            )
        self._sql.execute(
            _ADD_INTERACTION,
            (
                *(place.exchange, place.run, place.side, place.position, place.began, place.took),
                *(request.method, request.url, self._pack(request.headers)),
                sent,
                _numbers(map(len, frames)) if frames else None,
                *answer,
            ),
        )
        return sent, got

    def _put(self, body: bytes, cut: Cut | None, like: int | None) -> int | None:
        return self._bodies.put_head(body, cut.size, cut.digest) if cut else self._bodies.put(body, like)

    def _call(self, row: tuple[Any, ...]) -> Interaction:
        method, url, request_headers, request_body, frames, status, response_headers, response_body = row[:8]
        sizes, times, complete, delay = row[8:12]
        body = self._bodies.get(request_body)
        said = tuple(piece.decode() for piece in _cut(body, frames)) if frames else ()
        request = Request(method, url, self._unpack(request_headers), b"" if frames else body, said)
        if status is None:
            return Interaction(request, None)
        answer = self._bodies.get(response_body)
        return Interaction(
            request,
            Response(
                status,
                self._unpack(response_headers),
                _cut(answer, sizes) if sizes else (answer,) if answer else (),
                _moments(times) if times else (),
                bool(complete),
                delay,
            ),
        )

    def _pack(self, headers: Headers) -> bytes:
        return self._bodies.short(orjson.dumps(headers))

    def _unpack(self, data: bytes) -> Headers:
        return tuple((name, value) for name, value in orjson.loads(self._bodies.short_back(data)))


def with_id(record: Record, number: int) -> Record:
    """The record as it reads once it is stored under this id."""
    return replace(record, exchange=replace(record.exchange, id=str(number)))


def _first(answer: Response | None) -> float | None:
    """Seconds to the first byte of an answer's body."""
    return answer.times[0] if answer is not None and answer.times else None


def _numbers(values: Iterable[int]) -> str:
    return orjson.dumps(list(values)).decode()


def _steps(times: tuple[float, ...]) -> Iterable[int]:
    ticks = [round(time * 1e6) for time in times]
    return (after - before for before, after in pairwise([0, *ticks]))


def _moments(text: str) -> tuple[float, ...]:
    return tuple(tick / 1e6 for tick in accumulate(orjson.loads(text)))


def _cut(body: bytes, sizes: str) -> tuple[bytes, ...]:
    ends = list(accumulate(orjson.loads(sizes), initial=0))
    return tuple(body[start:end] for start, end in pairwise(ends))
