"""JSON that knows how the legacy would have written it.

Pieces of a body whose text is counted, not only their value, carry their spelling: the sender's own where the legacy
copies it, Go's where it writes anew. Law: to everybody else they are plain dictionaries.
"""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, final

import orjson

from native.wire.loose import raw

_LARGEST_EXACT: Final = 2**53
_LARGEST_PLAIN: Final = 1e21
_TEXT: Final = re.compile(r'\s*"')
_COLON: Final = re.compile(r"\s*:\s*")
_COMMA: Final = re.compile(r"\s*,")
_decode: Final = json.JSONDecoder().raw_decode
_MARKUP: Final = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"}


@final
class Spelled(dict[str, Any]):
    """An object with its text.

    Attributes:
        spell: Gives the text; called only where it is needed.
    """

    __slots__ = ("spell",)

    def __init__(self, value: dict[str, Any], spell: Callable[[], str]) -> None:
        super().__init__(value)
        self.spell = spell


def spelling_of(value: Any) -> str:
    """The text of a value: the one it carries, or compact JSON."""
    return value.spell() if isinstance(value, Spelled) else raw(value)


def marshalled(value: Any) -> str:
    """The text that Go's encoder makes of a value: keys sorted, markup escaped, numbers as doubles."""
    plain = json.dumps(as_doubles(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return plain.translate(_MARKUP)


def extended(own: str, members: dict[str, Any]) -> str:
    """The text of an object with members behind its own."""
    if not members:
        return own
    inside = own.rstrip().removesuffix("}")
    comma = "," if inside.strip() != "{" else ""
    return f"{inside}{comma}{raw(members)[1:]}"


def without(own: str, key: str) -> str:
    """The text of an object without one of its members; the blanks behind a first member stay."""
    start = own.find("{")
    comma, at = -1, start + 1
    try:
        while (opened := _TEXT.match(own, at)) is not None:
            name, end = _decode(own, opened.end() - 1)
            if (colon := _COLON.match(own, end)) is None:
                return own
            end = _decode(own, colon.end())[1]
            behind = _COMMA.match(own, end)
            at = behind.end() if behind else end
            if name == key:
                return own[:comma] + own[end:] if comma >= 0 else own[: start + 1] + own[at:]
            if behind is None:
                return own
            comma = at - 1
    except (ValueError, RecursionError):
        return own
    return own


def rounded(value: Any) -> Any:
    """A value whose whole numbers went through a double, walked only where one of them is too large for that."""
    try:
        orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
    except orjson.JSONEncodeError:
        return as_doubles(value)
    return value


def as_doubles(value: Any) -> Any:
    """A value whose numbers went through a double; itself where that changes nothing."""
    if isinstance(value, dict):
        changed = {key: new for key, old in value.items() if (new := as_doubles(old)) is not old}
        return {**value, **changed} if changed else value
    if isinstance(value, list):
        listed = [as_doubles(old) for old in value]
        return listed if any(new is not old for new, old in zip(listed, value, strict=True)) else value
    if isinstance(value, float):
        return int(Decimal(repr(value))) if value.is_integer() and abs(value) < _LARGEST_PLAIN else value
    if isinstance(value, int) and abs(value) > _LARGEST_EXACT:
        return int(Decimal(repr(float(value))))
    return value
