"""Keys that an object of a JSON text has twice.

The legacy reads the first of them, and passes on both; parsers keep the last. Everything that finds and keeps them
lives here. Laws: the first value stands under the key, each further one under an `Again`, which is read as no key and
written as that key; a text that says nothing twice costs a glance, so in a long one only what its head says plainly is
held against what was parsed.
"""

import json
import re
from typing import Any, Final, final

import orjson

from native.wire.loose import MISSING, parse

_SHORT: Final = 16 * 1024
_HEAD: Final = 512
_KEYS_END: Final = b'":'
_MEMBER: Final = re.compile(
    rb'\s*[{,]\s*("(?:[^"\\]|\\.)*")\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,}\]\[{"]+)\s*(?=[,}])', re.DOTALL
)
_WIDEST: Final = 2**64

type _Members = list[tuple[str, Any]]


@final
class Again(str):
    """A key that its object has already: equal to nothing but itself."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other


@final
class Doubled(dict[str, Any]):
    """An object that says a thing twice, in it or below."""

    __slots__ = ()


def first(data: bytes, tree: Any, *, keeping: bool = False) -> Any:
    """What was parsed of a text, with the first value of a key that it has twice, where that would be the last.

    Args:
        data: The text.
        tree: What was parsed.
        keeping: Whether further values stay, under an `Again`.
    """
    if not _suspect(data, tree):
        return tree
    try:
        found = json.loads(data, object_pairs_hook=_both, parse_int=_integer)
    except (ValueError, RecursionError):
        return tree
    if not keeping:
        return _once(found)
    return Doubled(found) if isinstance(found, dict) else found


def read(data: bytes) -> Any:
    """Parse a request's text, with all that it says twice; `MISSING` where it is no JSON."""
    tree = parse(data)
    return tree if tree is MISSING else first(data, tree, keeping=True)


def once(tree: Any) -> Any:
    """A tree that says nothing twice: of one that may, the first values."""
    return _once(tree) if isinstance(tree, Doubled) else tree


def _once(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _once(value) for key, value in tree.items() if not isinstance(key, Again)}
    return [_once(value) for value in tree] if isinstance(tree, list) else tree


def put(found: dict[str, Any], key: str, value: Any) -> None:
    """Add a member to an object that is being read."""
    found[Again(key) if key in found else key] = value


def _suspect(data: bytes, tree: Any) -> bool:
    """Whether the text may say a thing twice: it is longer than its tree, and has more keys."""
    if len(data) > _SHORT:
        return isinstance(tree, dict) and _contradicted(data, tree)
    try:
        compact = orjson.dumps(tree)
    except orjson.JSONEncodeError:  # nested deeper than it writes
        return True
    return len(compact) != len(data) and compact.count(_KEYS_END) != data.count(_KEYS_END)


def _contradicted(data: bytes, tree: dict[str, Any]) -> bool:
    """Whether one of the plain values at its head, before any list or object, is not what was parsed under its key."""
    at = 0
    while (member := _MEMBER.match(data, at, _HEAD)) is not None:
        key, value = parse(member[1]), parse(member[2])
        if value is not MISSING and tree.get(key, value) != value:
            return True
        at = member.end()
    return False


def _both(members: _Members) -> dict[str, Any]:
    found = dict(members)
    if len(found) == len(members):
        return found
    found.clear()
    for key, value in members:
        put(found, key, value)
    return found


def _integer(digits: str) -> int | float:
    """A whole number, one too large for 64 bits as a fraction's kind."""
    found = int(digits) if len(digits) < 21 else _WIDEST
    return found if -(_WIDEST >> 1) <= found < _WIDEST else float(digits)
