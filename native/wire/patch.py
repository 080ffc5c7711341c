"""Edits on JSON text that nobody can parse, or that says a thing twice: what stands there goes on as it is.

Law: only the outermost object's own keys are touched, the first of each name; a key that is not there is put before the
last brace, whatever stands behind that.
"""

import re
from typing import Final

_PIECE: Final = re.compile(rb'"((?:[^"\\]|\\.)*)"|[{}\[\]]', re.DOTALL)
_COLON: Final = re.compile(rb"\s*:\s*")
_SCALAR: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[^\s,}\]\[{"]+', re.DOTALL)


def span(raw: bytes, key: bytes) -> tuple[int, int] | None:
    """Where the value of the outermost object's first such key stands; None where it has none, or one cut off."""
    depth = 0
    for piece in _PIECE.finditer(raw):
        if piece[1] is None:
            depth += 1 if piece[0] in b"{[" else -1
        elif depth == 1 and piece[1] == key and (colon := _COLON.match(raw, piece.end())):
            return _value(raw, colon.end())
    return None


def _value(raw: bytes, start: int) -> tuple[int, int] | None:
    if raw[start : start + 1] in {b"{", b"["}:
        depth = 0
        for piece in _PIECE.finditer(raw, start):
            if piece[1] is None:
                depth += 1 if piece[0] in b"{[" else -1
                if depth == 0:
                    return start, piece.end()
        return None
    found = _SCALAR.match(raw, start)
    return found.span() if found else None


def put(raw: bytes, key: bytes, value: bytes) -> bytes:
    """The text with a value under a key."""
    found = span(raw, key)
    if found is not None:
        return raw[: found[0]] + value + raw[found[1] :]
    end = max(raw.rfind(b"}"), 0)
    return raw[:end] + b',"' + key + b'":' + value + b"}"
