"""Which values may differ without being a difference.

Two kinds, and no third. Times are known beforehand. Everything else is learned on the legacy alone, for values and
never for structure: where its own runs differ at a place, what they have in common there is the template, and a value
that does not fit it gets no forgiveness. With one run only, what looks made up at random (a UUID, a long hexadecimal
or alphanumeric id) is compared by its shape.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

_TIMES = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d| UTC)?"), "<time>"),
    (re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"), "<time>"),
    (re.compile(r"(?<![0-9A-Za-z])1[5-9]\d{8}(?:\d{3}|\d{6}|\d{9})?(?:-\d+)?(?![0-9A-Za-z])"), "<time>"),
)
_IDS = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"[0-9a-f]{12,}"), "<hex>"),
    (re.compile(r"(?<=[_-])[A-Za-z0-9]{16,}(?![A-Za-z0-9])"), "<id>"),
)
TOKEN = re.compile(r"[A-Za-z0-9_\-+/=~]{20,}|[A-Za-z0-9]+|[^A-Za-z0-9]")
_HEX = re.compile(r"[0-9a-f-]+")
_EARLIEST = 1_500_000_000  # numbers above it are taken for times, in seconds or finer


def without_times(text: str) -> str:
    """The text with every time in it replaced by a mark."""
    if not any(c.isdigit() for c in text):
        return text
    for pattern, mark in _TIMES:
        text = pattern.sub(mark, text)
    return text


def without_ids(text: str) -> str:
    """The text with times and everything that looks made up at random replaced by marks."""
    text = without_times(text)
    for pattern, mark in _IDS:
        text = pattern.sub(mark, text)
    return text


def is_number(value: Any) -> bool:
    """Whether a JSON value is a number (true and false are none)."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _common_start(tokens: Sequence[str]) -> int:
    """How many leading characters the tokens share, cut back to a boundary between words."""
    first, n = tokens[0], 0
    while n < min(map(len, tokens)) and len({t[n] for t in tokens}) == 1:
        n += 1
    while n and first[n - 1].isalnum():
        n -= 1
    return n


def _token_fits(got: str, seen: Sequence[str]) -> bool:
    if len(set(seen)) == 1:
        return got == seen[0]
    common = _common_start(seen)
    if got[:common] != seen[0][:common]:
        return False
    if len(set(map(len, seen))) == 1 and len(got) != len(seen[0]):
        return False
    return not all(_HEX.fullmatch(t) for t in seen) or _HEX.fullmatch(got) is not None


def fits(values: Sequence[str], text: str) -> bool:
    """Whether `text` has what the legacy's own differing values have in common, token by token.

    Where even their number of tokens differs, the tokens they share at the start and at the end must be there.
    """
    seen, mine = [TOKEN.findall(v) for v in values], TOKEN.findall(text)
    if len({len(t) for t in seen}) == 1:
        return len(mine) == len(seen[0]) and all(_token_fits(got, row) for got, *row in zip(mine, *seen, strict=True))
    head = tail = 0
    shortest = min(map(len, seen))
    while head < shortest and len({t[head] for t in seen}) == 1:
        head += 1
    while tail < shortest - head and len({t[-1 - tail] for t in seen}) == 1:
        tail += 1
    return len(mine) >= head + tail and mine[:head] == seen[0][:head] and (not tail or mine[-tail:] == seen[0][-tail:])


def _same_json(a: str, b: str) -> bool:
    if a[:1] not in {"{", "["}:
        return False
    try:
        return bool(json.loads(a) == json.loads(b))
    except ValueError:
        return False


def same(legacy: Any, native: Any, seen: Sequence[Any]) -> tuple[bool, bool]:
    """Whether `native` is what the legacy said at a place, and whether learned noise was needed to say so.

    Args:
        legacy: The value in the run compared with.
        native: The value under judgement.
        seen: What all the legacy's runs have at that place.
    """
    if type(legacy) is type(native) and legacy == native:
        return True, False
    noisy = any(v != seen[0] for v in seen[1:])
    if is_number(legacy) and is_number(native):
        if legacy == native or (legacy > _EARLIEST and native > _EARLIEST):
            return True, False
        return noisy, noisy
    if not (isinstance(legacy, str) and isinstance(native, str)):
        return False, False
    if without_times(legacy) == without_times(native) or _same_json(legacy, native):
        return True, False
    if noisy:
        fine = all(isinstance(v, str) for v in seen) and fits([without_times(v) for v in seen], without_times(native))
        return fine, fine
    return len(seen) == 1 and without_ids(legacy) == without_ids(native), False
