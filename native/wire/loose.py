"""Loose JSON reading: the legacy's way of taking a value for what it is needed as.

Everything that coerces a client's or provider's JSON lives here. The legacy reads JSON through gjson, which never
fails: a number read as text is its digits, a text read as a number is parsed, a lone value read as a list is a list
of one. These functions keep that law on values that orjson has already parsed, so a pair's translation stays a plain
expression. `null` is present (`get` gives None); an absent key is `MISSING`.
"""

import json
import re
from decimal import Decimal
from typing import Any, Final, final

import orjson


@final
class Missing:
    """The type of `MISSING`: false in a condition, equal to nothing but itself."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"

    def __reduce__(self) -> str:
        return "MISSING"  # the one there is, in whatever process it arrives


MISSING: Final = Missing()

_EXACT: Final = 2.0**53
_DIGITS: Final = re.compile(r"-?[0-9]{1,999}")
_NOT_IN_NUMBERS: Final = re.compile(r"[\s_]")
_LEAST: Final = -(2**63)
_MOST: Final = 2**63 - 1
_BLANKS: Final = (
    "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
)


def get(value: Any, *path: str | int) -> Any:
    """Follow keys and indexes into nested JSON; `MISSING` where the way ends."""
    for key in path:
        if isinstance(value, dict):
            value = value.get(key, MISSING)
        elif isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
            value = value[key]
        else:
            return MISSING
    return value


def raw(value: Any) -> str:
    """The JSON text of a value, compact; empty where it is missing."""
    if value is MISSING:
        return ""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        pass
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()  # keys that are there again
    except orjson.JSONEncodeError:  # nested deeper than it writes, though it reads that
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def text(value: Any) -> str:
    """A value as text: itself, digits of a number, JSON of a container; empty for null and missing."""
    if isinstance(value, str):
        return value
    if value is None or value is MISSING:
        return ""
    if isinstance(value, float):
        exact = value.is_integer() and abs(value) <= _EXACT
        return str(int(value)) if exact else format(Decimal(repr(value)), "f")
    return raw(value)


def integer(value: Any) -> int:
    """A value as an integer of 64 bits: fractions cut, texts of digits parsed, true is 1; 0 for anything else."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value if _LEAST <= value <= _MOST else _wrapped(value)
    if isinstance(value, float):
        return int(value) if _LEAST <= value < -_LEAST else _LEAST
    return _wrapped(int(value)) if isinstance(value, str) and _DIGITS.fullmatch(value) else 0


def _wrapped(value: int) -> int:
    """What is left of a number in 64 bits."""
    return (value + 2**63) % 2**64 - 2**63


def number(value: Any) -> float:
    """A value as a number, as `integer` but with its fraction."""
    if isinstance(value, (bool, int, float)):
        found = float(value)
    elif isinstance(value, str) and not _NOT_IN_NUMBERS.search(value):
        try:
            found = float(value)
        except ValueError:
            return 0.0
    else:
        return 0.0
    return found if found - found == 0 else 0.0


def boolean(value: Any) -> bool:
    """A value as a truth: true, a number that is not 0, or a text that spells true (`1`, `t`, `true`)."""
    if isinstance(value, str):
        return value.lower() in {"1", "t", "true"}
    return value is True or (isinstance(value, (int, float)) and value != 0)


def items(value: Any) -> list[Any]:
    """A value as a list: itself, empty for null and missing, a list of one for anything else."""
    if isinstance(value, list):
        return value
    return [] if value is None or value is MISSING else [value]


def parse(data: bytes | str) -> Any:
    """Parse JSON text; `MISSING` where it is none."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return MISSING


def trim(value: str) -> str:
    """A text without the blanks around it: Unicode's, so not the separators 0x1C to 0x1F that `str.strip` takes too."""
    return value.strip(_BLANKS)
