"""JSON that is broken, read as far as it goes.

The legacy reads without checking: a text that is cut, has a raw line break in a string, half a surrogate pair or
something behind its end still gives the values that stand in it. Everything that reads such a text lives here. Law:
what is JSON is parsed as JSON, at full speed; what is not never raises, and gives what stands before the break.
"""

import codecs
import json
import re
from collections.abc import Callable
from typing import Any, Final

import orjson

from native.wire import twice
from native.wire.loose import MISSING

_DEEPEST: Final = 100
_WATCHED: Final = 4
"""Events of a stream that are looked at for keys that stand twice."""
_EVER: Final = -1
_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "/": "/", "\\": "\\", '"': '"'}
_BLANKS: Final = "".join(map(chr, range(33)))
_OPENED: Final = re.compile(rb"[{\[]")
_KEY: Final = re.compile(r'["}]')
_START: Final = re.compile(r'["{\[ntf+\-0-9iIN]')
_ENTRY: Final = re.compile(r'["{\[ntf+\-0-9iIN\]]')
_STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_PIECE: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)
_NUMBER: Final = re.compile(r".[^\x00-\x20,\]}]*")
_WORD: Final = re.compile(r".[a-z]*")
_ESCAPE: Final = re.compile(
    r"\\u([dD][89a-fA-F][0-9a-fA-F]{2})\\u(.{4})|\\u(.{4})|\\(.)",
    re.DOTALL,
)
_SPOKEN: Final = re.compile(r'(?:[^\\\x00-\x1f]+|\\(?:["\\/bfnrt]|u.{4}))*', re.DOTALL)
_DIGITS: Final = re.compile("[0-9a-fA-F]{4}")
_PAIR: Final = re.compile("([\ud800-\udbff])([\udc00-\udfff])")
_HALF: Final = re.compile("[\ud800-\udfff]")


def _each_byte(error: UnicodeError) -> tuple[str, int]:
    """One replacement character a byte, as the legacy writes bytes that are no UTF-8."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "�" * (error.end - error.start), error.end


codecs.register_error("each-byte", _each_byte)


def parse(data: bytes, *, keeping: bool = False) -> Any:
    """Parse JSON text, or what can be read of it; `MISSING` where nothing can.

    Of a key given twice the first value counts; the others are left out, or kept (see `twice`).
    """
    try:
        tree = orjson.loads(data)
    except orjson.JSONDecodeError:
        return _broken(data)
    return twice.first(data, tree, keeping=keeping)


def reader() -> Callable[[bytes], Any]:
    """A `parse` for the events of one stream: who says things twice does so in its first events, or is not heard."""
    watched = _WATCHED

    def read(data: bytes) -> Any:
        nonlocal watched
        try:
            tree = orjson.loads(data)
        except orjson.JSONDecodeError:
            return _broken(data)
        if not watched:
            return tree
        found = twice.first(data, tree)
        watched = watched - 1 if found is tree and watched > 0 else _EVER
        return found

    return read


def _broken(data: bytes) -> Any:
    text = data.decode(errors="each-byte").lstrip(_BLANKS)
    return _value(text, 0, 0)[0] if text and _START.match(text) else MISSING


def body(data: bytes) -> Any:
    """Parse a request's text, with all that it says twice."""
    return parse(data, keeping=True)


def sought(data: bytes) -> Any:
    """Parse a request's text from its first brace on, whatever stands before."""
    found = body(data)
    if found is MISSING and (opened := _OPENED.search(data)):
        return body(data[opened.start() :])
    return found


def valid(data: bytes) -> bool:
    """Whether a text that orjson refuses is JSON all the same: halves of surrogate pairs, any number, any depth."""
    try:
        json.loads(data.decode("utf-8", "surrogateescape"), parse_constant=_refused)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True


def _refused(constant: str) -> Any:
    raise ValueError(constant)


def _value(text: str, at: int, depth: int) -> tuple[Any, int]:
    """The value that starts at `at`, and where it ends; the end of the text where it is cut."""
    first = text[at]
    if first == '"':
        found = _STRING.match(text, at)
        return (_unescaped(found[1]), found.end()) if found else (MISSING, len(text))
    if first in "{[":
        if depth >= _DEEPEST:
            return MISSING, _end(text, at)
        return _object(text, at + 1, depth + 1) if first == "{" else _list(text, at + 1, depth + 1)
    if first in "tf" or (first == "n" and text[at + 1 : at + 2] in {"u", ""}):
        word = _WORD.match(text, at)
        return {"t": True, "f": False}.get(first), word.end() if word else len(text)
    number = _NUMBER.match(text, at)
    return _number(number[0] if number else ""), number.end() if number else len(text)


def _end(text: str, at: int) -> int:
    """Where what opens there is closed, however deep it goes."""
    depth = 0
    for piece in _PIECE.finditer(text, at):
        if len(piece[0]) == 1:
            depth += 1 if piece[0] in "{[" else -1
            if depth == 0:
                return piece.end()
    return len(text)


def _object(text: str, at: int, depth: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while (opened := _KEY.search(text, at)) and opened[0] == '"':
        key = _STRING.match(text, opened.start())
        start = _START.search(text, key.end()) if key else None
        if key is None or start is None:
            return found, len(text)
        value, at = _value(text, start.start(), depth)
        if value is not MISSING:
            found.setdefault(_unescaped(key[1]), value)
    return found, opened.end() if opened else len(text)


def _list(text: str, at: int, depth: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    while (start := _ENTRY.search(text, at)) and start[0] != "]":
        value, at = _value(text, start.start(), depth)
        if value is not MISSING:
            found.append(value)
    return found, start.end() if start else len(text)


def _number(spelled: str) -> int | float:
    """A number in any spelling; 0 where it is none, or more than a number can hold."""
    try:
        return orjson.loads(spelled)  # type: ignore[no-any-return]  # digits and their like give a number
    except orjson.JSONDecodeError:
        pass
    try:
        found = float(spelled)
    except ValueError:
        return 0
    return found if abs(found) < float("inf") else 0


def _unescaped(text: str) -> str:
    """What a string's text means: behind an escape that is none, or a control character beside an escape, nothing."""
    if "\\" not in text:
        return text
    spoken = _SPOKEN.match(text)
    return _ESCAPE.sub(_character, spoken[0] if spoken else "")


def _character(escape: re.Match[str]) -> str:
    first, second, code, mark = escape.groups()
    if mark:
        return _ESCAPES[mark]
    if code:
        return _HALF.sub("\ufffd", chr(_hexadecimal(code)))
    pair = chr(_hexadecimal(first)) + chr(_hexadecimal(second))
    return pair.encode("utf-16", "surrogatepass").decode("utf-16") if _PAIR.fullmatch(pair) else "\ufffd"


def _hexadecimal(digits: str) -> int:
    return int(digits, 16) if _DIGITS.fullmatch(digits) else 0
