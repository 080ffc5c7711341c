"""How usage stands in its file: a line a request, behind a line of sums where older requests were folded.

Everything about the file's text lives here. Laws: what a line says is JSON of its own, so that one that is broken takes
no other with it; the file is the whole truth: whoever reads it from its first line to its last knows every sum.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from native.usage import MOST, Spent, Sum, Tokens, Usage

MOST_LINES = 2 * MOST
"""Requests in the file, from which on the oldest are folded into sums."""
_FIELDS = 13
_MOST = 1e12


def line_of(spent: Spent) -> bytes:
    """A request's line."""
    at, failed, latency = round(spent.at, 6), int(spent.failed), round(spent.latency, 3)
    return orjson.dumps([*spent[:5], at, failed, latency, *spent.tokens]) + b"\n"


def spent_of(tree: Any) -> Spent:
    """The request of a line's JSON. Raises `ValueError` where it is none."""
    if not isinstance(tree, list) or len(tree) != _FIELDS:
        raise ValueError("no request")
    texts, (at, failed, latency), counts = tree[:5], tree[5:8], tree[8:]
    sound = (
        all(isinstance(text, str) for text in texts)
        and all(isinstance(number, int | float) and 0 <= number < _MOST for number in (at, failed, latency))
        and all(type(count) is int for count in counts)
    )
    if not sound:
        raise ValueError("no request")
    key, provider, model, credential, source = texts
    return Spent(key, provider, model, credential, source, float(at), bool(failed), Tokens(*counts), float(latency))


def sums_of(usage: Usage) -> bytes:
    """The line of sums."""
    tree = {
        "rows": [[*row, *_numbers(one)] for row, one in usage.rows.items()],
        "days": {day: _numbers(one) for day, one in usage.days.items()},
        "hours": {hour: _numbers(one) for hour, one in usage.hours.items()},
    }
    return orjson.dumps(tree) + b"\n"


def _numbers(one: Sum) -> list[int]:
    return [one.requests, one.failed, one.input, one.output, one.reasoning, one.cached, one.total]


def _sum(numbers: Any) -> Sum:
    if not isinstance(numbers, list) or len(numbers) != 7 or not all(type(number) is int for number in numbers):
        raise ValueError("no sum")
    return Sum(*numbers)


def _take_sums(usage: Usage, tree: dict[str, Any]) -> None:
    """Add a line of sums. Raises `ValueError` where it is none; then nothing of it was added."""
    try:
        rows = [((*map(str, row[:4]),), _sum(row[4:])) for row in tree["rows"]]
        days = [(str(day), _sum(numbers)) for day, numbers in tree["days"].items()]
        hours = [(str(hour), _sum(numbers)) for hour, numbers in tree["hours"].items()]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no sums") from error
    for row, one in rows:
        usage.put((row[0], row[1], row[2], row[3]), one)
    for sums, found in ((usage.days, days), (usage.hours, hours)):
        for name, one in found:
            sums.setdefault(name, Sum()).add(one)


@dataclass(slots=True)
class Read:
    """What lines have said.

    Attributes:
        usage: All of it, counted.
        lines: How many told of a request.
        broken: How many could not be read.
    """

    usage: Usage = field(default_factory=Usage)
    lines: int = 0
    broken: int = 0


def read(lines: Iterable[bytes]) -> Read:
    """What a file's lines say; those that cannot be read are passed over and counted."""
    found = Read()
    for line in lines:
        if not line.strip():
            continue
        try:
            tree = orjson.loads(line)
            if isinstance(tree, dict):
                _take_sums(found.usage, tree)
            else:
                found.usage.count(spent_of(tree))
                found.lines += 1
        except ValueError:
            found.broken += 1
    return found


def folded(lines: Iterable[bytes], most: int = MOST) -> bytes:
    """A file's text with its newest requests alone, what was before them in sums."""
    older, kept = Read(), deque[bytes]()
    for line in lines:
        kept.append(line if line.endswith(b"\n") else line + b"\n")
        if len(kept) > most:
            _fold(older, kept.popleft())
    sound = [line for line in kept if _is_request(older, line)]
    return sums_of(older.usage) + b"".join(sound)


def _fold(older: Read, line: bytes) -> None:
    found = read((line,)).usage
    for row, one in found.rows.items():
        older.usage.put(row, one)
    for sums, others in ((older.usage.days, found.days), (older.usage.hours, found.hours)):
        for name, one in others.items():
            sums.setdefault(name, Sum()).add(one)


def _is_request(older: Read, line: bytes) -> bool:
    """Whether a line is a request's; a line of sums is folded, a broken one is left out."""
    if line.startswith(b"["):
        return read((line,)).lines == 1
    _fold(older, line)
    return False
