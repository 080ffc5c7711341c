"""Arguments of a call that are no JSON: `{"city": Paris, "days": 3}` and the like, as an object all the same.

Everything that mends such arguments lives here. Law: what is a JSON object stays as it is spelled; anything else gives
the members that can be told apart, bare words as texts; nothing raises.
"""

import re
from decimal import Decimal
from typing import Any, Final

import orjson

from native.wire import lenient, loose
from native.wire.loose import MISSING

_GAP: Final = re.compile(r"[ \n\r\t]*")
_GAPS: Final = re.compile(r"[ \n\r\t,]*")
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BARE: Final = re.compile(r"[^,]*")
_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
_DECIMAL: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_UNSETTABLE: Final = re.compile(r"[|#@*?]")
_ATOMS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None}


def as_object(arguments: str) -> bytes:
    """The arguments as a JSON object; an empty one where nothing can be made of them."""
    trimmed = arguments.strip()
    if trimmed in {"", "{}"}:
        return b"{}"
    if isinstance(loose.parse(trimmed), dict):
        return trimmed.encode()
    start, end = trimmed.find("{"), trimmed.rfind("}")
    return orjson.dumps(_members(trimmed[start + 1 : end])) if 0 <= start < end else b"{}"


def _members(content: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    at = _past(_GAPS, content, 0)
    while at < len(content):
        if content[at] != '"':
            at = _past(_GAPS, content, _past(_BARE, content, at))
            continue
        key = _STRING.match(content, at)
        if key is None:
            break
        at = _past(_GAP, content, key.end())
        if at >= len(content) or content[at] != ":":
            break
        at = _past(_GAP, content, at + 1)
        if at >= len(content):
            break
        value, at = _value(content, at)
        name = _unquoted(key[0])
        if value is not MISSING and name and not _UNSETTABLE.search(name):
            found[name] = value
        at = _past(_GAPS, content, at)
    return found


def _value(content: str, at: int) -> tuple[Any, int]:
    """The value at `at` and where it ends: a text, a container or a bare word."""
    if content[at] == '"':
        said = _STRING.match(content, at)
        return (_unquoted(said[0]), said.end()) if said else ("", len(content))
    if content[at] in "{[":
        end = _bracketed(content, at)
        if end < 0:
            return MISSING, len(content)
        inner = content[at:end]
        return (inner if loose.parse(inner) is MISSING else orjson.Fragment(inner)), end
    end = _past(_BARE, content, at)
    return _bare(content[at:end].strip()), end


def _bracketed(content: str, at: int) -> int:
    """Where the container that opens at `at` ends, by its own kind of bracket; -1 where it does not."""
    opener = content[at]
    closer = "}" if opener == "{" else "]"
    depth = 0
    while at < len(content):
        sign = content[at]
        if sign == '"':
            said = _STRING.match(content, at)
            if said is None:
                return -1
            at = said.end()
            continue
        depth += (sign == opener) - (sign == closer)
        at += 1
        if depth == 0:
            return at
    return -1


def _bare(word: str) -> Any:
    if word in _ATOMS:
        return _ATOMS[word]
    if _WHOLE.fullmatch(word) and len(word) < 30:
        number = int(word)
        if -(2**63) <= number < 2**64:
            return number
    if _DECIMAL.fullmatch(word) and abs(found := float(word)) < float("inf"):
        exact = format(Decimal(repr(found)), "f")
        return orjson.Fragment(exact.removesuffix(".0"))
    return word


def _unquoted(token: str) -> str:
    return loose.text(lenient.parse(token.encode()))


def _past(pattern: re.Pattern[str], content: str, at: int) -> int:
    found = pattern.match(content, at)
    return found.end() if found else at
