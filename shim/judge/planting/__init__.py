"""Planting differences, to see them found: what a judge must never let pass.

One function a kind of place. Each takes a recorded run apart, changes one thing that a user could feel, and puts it
together again as bytes. Law: a planting changes the meaning (never a time, never a hop's own header, never a swap of
equals), so a clean verdict on it is a fault of the judge.
"""

import random
from dataclasses import dataclass, replace

import orjson

from shim.exchange import Response, Run
from shim.judge.planting.bodies import blocks_of, joined
from shim.judge.planting.exchanges import EXCHANGE_CHANGES
from shim.judge.planting.state import STATE_CHANGES


@dataclass(frozen=True, slots=True)
class Planted:
    """A run with one difference in it.

    Attributes:
        kind: Which kind of planting.
        run: The changed run.
        where: Which exchange, for a message.
    """

    kind: str
    run: Run
    where: int


KINDS = (*EXCHANGE_CHANGES, *STATE_CHANGES)


def plant(rng: random.Random, run: Run, kind: str) -> Planted | None:
    """Plant one difference of a kind; None where the run has no place for it."""
    if kind in STATE_CHANGES:
        if run.state_after is None:
            return None
        state = STATE_CHANGES[kind](rng, dict(run.state_after))
        return None if state is None else Planted(kind, replace(run, state_after=state), -1)
    order = list(range(len(run.exchanges)))
    rng.shuffle(order)
    for i in order:
        changed = EXCHANGE_CHANGES[kind](rng, run.exchanges[i])
        if changed is not None:
            return Planted(kind, replace(run, exchanges=(*run.exchanges[:i], changed, *run.exchanges[i + 1 :])), i)
    return None


def twin(run: Run) -> Run:
    """The same run put together anew with nothing planted: other chunks, other key order, same meaning."""
    return replace(run, exchanges=tuple(replace(x, response=_respelled(x.response)) for x in run.exchanges))


def _respelled(got: Response | None) -> Response | None:
    if got is None:
        return None
    body = got.body
    blocks = blocks_of(body)
    if blocks is not None:
        body = joined(blocks)
    elif any(k.lower() == "content-type" and "event-stream" in v for k, v in got.headers):
        return got  # JSON where a stream was announced is read as lines: another spelling is another text
    else:
        try:
            body = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
        except orjson.JSONDecodeError:
            return got
    half = len(body) // 2
    return replace(got, chunks=(body[:half], body[half:]), times=())
