"""Edits on JSON text that nobody can parse: what stands there goes on as it is.

Laws: it is edited as the legacy edits text: the first of equal keys is the one, a new key is put before the last brace
whatever stands behind that, a text that does not begin as an object becomes one; any bytes give bytes.
"""

import re
from typing import Any, Final, NamedTuple

from native.wire.loose import parse
from native.wire.loose import raw as spelled

_PIECE: Final = re.compile(rb'"((?:[^"\\]|\\.)*)"|[{}\[\]]', re.DOTALL)
_COLON: Final = re.compile(rb"\s*:\s*")
_SCALAR: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[^\s,}\]\[{"]+', re.DOTALL)
_ELEMENT: Final = re.compile(rb"[^\s,\]]", re.DOTALL)
_BLANKS: Final = bytes(range(33))


class _Member(NamedTuple):
    """Where a member of the outermost object stands."""

    key: int
    value: int
    end: int


def opens(raw: bytes) -> bool:
    """Whether a text begins as an object or a list."""
    return raw.lstrip(_BLANKS)[:1] in {b"{", b"["}


def span(raw: bytes, key: bytes) -> tuple[int, int] | None:
    """Where the value of the outermost object's first such key stands; None where it has none, or one cut off."""
    found = _member(raw, key)
    return found[1:] if found else None


def put(raw: bytes, key: bytes, value: bytes) -> bytes:
    """The text with a value under a key."""
    found = span(raw, key)
    if found is not None:
        return raw[: found[0]] + value + raw[found[1] :]
    raw = raw.lstrip(_BLANKS)
    if raw[:1] == b"[":
        return raw
    if raw[:1] != b"{":
        raw = b"{}"
    comma = b"" if raw[1:].lstrip(_BLANKS)[:1] in {b"}", b"]", b""} else b","
    return raw[: max(raw.rfind(b"}"), 0)] + comma + b'"' + key + b'":' + value + b"}"


def drop(raw: bytes, key: bytes) -> bytes:
    """The text without its first such key, and without the comma before it, or else the one behind."""
    if (found := _member(raw, key)) is None:
        return raw
    before, behind = raw[: found.key], raw[found.end :]
    comma = before.rfind(b",")
    if comma > before.rfind(b"{"):
        return before[:comma] + behind
    rest = behind.lstrip(_BLANKS)
    return before[: before.rfind(b"{") + 1] + (rest[1:] if rest[:1] == b"," else behind)


def edited(raw: bytes, before: Any, after: Any) -> bytes:
    """The text, of which `before` could be read, edited as that was to become `after`."""
    if before is after or before == after:
        return raw
    if isinstance(before, dict) and isinstance(after, dict):
        return _edited_object(raw, before, after)
    if isinstance(before, list) and isinstance(after, list):
        places = _elements(raw)
        if len(places) == len(before) == len(after):
            for (start, end), old, new in reversed([*zip(places, before, after, strict=True)]):
                raw = raw[:start] + edited(raw[start:end], old, new) + raw[end:]
            return raw
    return _text(after)


def _edited_object(raw: bytes, before: dict[str, Any], after: dict[str, Any]) -> bytes:
    """What changed, then what came, then what went: the order leaves its marks."""
    for name, new in after.items():
        key = _text(name)[1:-1]
        if name not in before:
            raw = put(raw, key, _text(new))
        elif (found := span(raw, key)) is not None:
            raw = raw[: found[0]] + edited(raw[found[0] : found[1]], before[name], new) + raw[found[1] :]
        elif before[name] != new:
            return _text(after)
    for name in before:
        if name not in after:
            raw = drop(raw, _text(name)[1:-1])
    return raw


def _text(value: Any) -> bytes:
    return spelled(value).encode("utf-8", "replace")


def _member(raw: bytes, key: bytes) -> _Member | None:
    depth = 0
    for piece in _PIECE.finditer(raw):
        if piece[1] is None:
            depth += 1 if piece[0] in b"{[" else -1
        elif depth == 1 and _is(piece[1], key) and (colon := _COLON.match(raw, piece.end())):
            end = _end(raw, colon.end())
            return _Member(piece.start(), colon.end(), end) if end is not None else None
    return None


def _is(piece: bytes, key: bytes) -> bool:
    return piece == key or (b"\\" in piece and parse(b'"' + piece + b'"') == parse(b'"' + key + b'"'))


def _elements(raw: bytes) -> list[tuple[int, int]]:
    """Where the elements of a list stand."""
    found: list[tuple[int, int]] = []
    at = raw.find(b"[") + 1
    while (start := _ELEMENT.search(raw, at)) and raw[at : start.start()].count(b"]") == 0:
        end = _end(raw, start.start())
        if end is None:
            break
        found.append((start.start(), end))
        at = end
    return found


def _end(raw: bytes, start: int) -> int | None:
    """Where the value that starts there ends; None where it is cut off, or is none."""
    if raw[start : start + 1] in {b"{", b"["}:
        depth = 0
        for piece in _PIECE.finditer(raw, start):
            if piece[1] is None:
                depth += 1 if piece[0] in b"{[" else -1
                if depth == 0:
                    return piece.end()
        return None
    found = _SCALAR.match(raw, start)
    return found.end() if found else None
