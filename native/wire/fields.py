"""What an endpoint must know of a body before anything else: the model, and whether a stream is wanted.

Law: a body that is no JSON is not refused here: like the legacy, its fields are read as far as they can be.
"""

import re
from typing import Any, Final, NamedTuple

from native.wire.loose import MISSING, get, parse, text

_FIELD: Final = {
    name: re.compile(rb'"' + name.encode() + rb'"\s*:\s*("(?:[^"\\]|\\.)*"|true|false|null|-?[0-9.eE+]+)')
    for name in ("model", "stream")
}


class Fields(NamedTuple):
    """The fields, `MISSING` where they are absent."""

    model: str
    stream: Any


def fields(raw: bytes) -> Fields:
    """Read them."""
    tree = parse(raw)
    if tree is MISSING:
        return Fields(text(_found(raw, "model")), _found(raw, "stream"))
    return Fields(text(get(tree, "model")), get(tree, "stream"))


def _found(raw: bytes, name: str) -> Any:
    match = _FIELD[name].search(raw)
    return parse(match[1]) if match else MISSING
