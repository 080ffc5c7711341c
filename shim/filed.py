"""Verdicts as the store keeps them, and back: the judge's own values on one side, plain rows on the other.

Law: what is read back is what was said, but for a value of very great length, which is cut.
"""

import json
import time
from typing import Any

import orjson

from native.wire.loose import MISSING, parse
from shim.judge.verdict import Difference, Kind, Level, Reason, Side, Verdict
from shim.store.verdicts import DifferenceRow, VerdictRow

LONGEST = 20_000  # characters of a value that are kept with a difference


def difference_of(row: DifferenceRow) -> Difference:
    """A stored difference as the judge said it; a value that was cut stays the text it was cut to."""
    return Difference(row.path, Side(row.side), Kind(row.kind), _value(row.legacy), _value(row.native), row.note)


def _value(text: str | None) -> Any:
    if text is None:
        return MISSING
    found = parse(text)
    return text if found is MISSING else found


def _text(value: Any) -> str | None:
    return None if value is MISSING else json.dumps(value, default=str)[:LONGEST]


def _difference_row(one: Difference) -> DifferenceRow:
    return DifferenceRow(one.path, str(one.side), str(one.kind), _text(one.legacy), _text(one.native), one.note)


def verdict_of(row: VerdictRow) -> Verdict:
    """A stored verdict as the judge said it."""
    return Verdict(
        Level(row.level),
        tuple(map(difference_of, row.differences)),
        Reason(row.reason) if row.reason else None,
        row.detail,
        tuple(orjson.loads(row.rules)),
        tuple(orjson.loads(row.noise)),
    )


def verdict_row(exchange: int, verdict: Verdict, took: float, *, build: str, subject: str = "native") -> VerdictRow:
    """A verdict as the store keeps it.

    Args:
        exchange: Its id.
        verdict: What was found.
        took: Seconds it took to judge.
        build: The build that was judged.
        subject: Who was judged: `native`, on the legacy's record; `reverse`, native's record by the legacy; `legacy`,
            the legacy by itself.
    """
    return VerdictRow(
        exchange,
        str(verdict.level),
        time.time(),
        subject=subject,
        build=build,
        took=took,
        sent=verdict.sent,
        reason=str(verdict.reason or ""),
        detail=verdict.detail,
        rules=orjson.dumps(list(verdict.rules)).decode(),
        noise=orjson.dumps(list(verdict.noise)).decode(),
        differences=tuple(map(_difference_row, verdict.differences)),
    )
