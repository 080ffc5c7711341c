"""What an endpoint must know of a body before anything else: the model, and whether a stream is wanted.

Laws: a body that is no JSON is not refused here: like the legacy, its fields are read as far as they can be; of a field
given twice the first counts.
"""

import re
from typing import Any, Final, NamedTuple

from native.wire import lenient
from native.wire.loose import MISSING, get, parse, text

_PIECE: Final = re.compile(rb'"((?:[^"\\]|\\.)*)"|[{}\[\]]', re.DOTALL)
_VALUE: Final = re.compile(rb'\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,}\]]+)', re.DOTALL)


class Fields(NamedTuple):
    """The fields, `MISSING` where they are absent, and the whole body as it was parsed for them."""

    model: str
    stream: Any
    tree: Any


def fields(raw: bytes) -> Fields:
    """Read them."""
    tree = parse(raw)
    if tree is MISSING:
        tree = lenient.parse(raw)
    model = get(tree, "model")
    if model is not MISSING and raw.count(b'"model"') > 1 and (first := _first(raw)) is not MISSING:
        model = first
    return Fields(text(model), get(tree, "stream"), tree)


def _first(raw: bytes) -> Any:
    """The value of the first `model` that belongs to the outermost object."""
    depth = 0
    for piece in _PIECE.finditer(raw):
        if piece[1] is None:
            depth += 1 if piece[0] in b"{[" else -1
        elif depth == 1 and piece[1] == b"model" and (value := _VALUE.match(raw, piece.end())):
            return parse(value[1])
    return MISSING
