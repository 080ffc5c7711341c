"""JSON as owners send it, read as the legacy's reader reads it, and refused in its words.

Laws: what no file could hold (half of a pair of signs, bytes that are no sign) is replaced by the sign for that; what
is no JSON raises `FaultError`, whose message is for the owner.
"""

import json
import re
from typing import Any, Final

import orjson

type Json = dict[str, Any]

BLANKS: Final = " \t\r\n"
_LONE: Final = re.compile("[\ud800-\udfff]")
_LITERALS: Final = {"n": "null", "t": "true", "f": "false"}
_KINDS: Final[dict[type, str]] = {str: "string", bool: "bool", list: "array"}
_WHERE: Final = {
    "Expecting value": "looking for beginning of value",
    "Expecting property name enclosed in double quotes": "looking for beginning of object key string",
    "Expecting ':' delimiter": "after object key",
    "Expecting ',' delimiter": "after array element or object key:value pair",
    "Extra data": "after top-level value",
}
"""What Python's reader says, and where the legacy's says that it stood."""


class FaultError(ValueError):
    """A text is not what was wanted; the message says why."""


def _refused(constant: str) -> Any:
    """Python's reader takes `NaN` and `Infinity`, which JSON does not have."""
    where = "in numeric literal" if constant[0] == "-" else _WHERE["Expecting value"]
    raise FaultError(f"invalid character '{constant.lstrip('-')[0]}' {where}")


_DECODER: Final = json.JSONDecoder(parse_constant=_refused)


def whole(raw: bytes) -> Any:
    """A text that is one JSON value. Raises `FaultError`."""
    try:
        return orjson.loads(raw)
    except ValueError:
        pass
    text = raw.decode("utf-8", "replace")
    try:
        return _mended(_DECODER.decode(text))
    except json.JSONDecodeError as error:
        raise FaultError(_worded(error, text)) from error
    except RecursionError as error:
        raise FaultError("exceeded max depth") from error


def first(raw: bytes) -> Any:
    """A text's first JSON value, whatever stands behind it. Raises `FaultError`."""
    try:
        return orjson.loads(raw)
    except ValueError:
        pass
    text = raw.decode("utf-8", "replace").lstrip(BLANKS)
    try:
        return _mended(_DECODER.raw_decode(text)[0])
    except json.JSONDecodeError as error:
        raise FaultError(_worded(error, text)) from error
    except RecursionError as error:
        raise FaultError("exceeded max depth") from error


def an_object(raw: bytes) -> Json | None:
    """A text that is one JSON object, or null. Raises `FaultError`."""
    found = whole(raw)
    if isinstance(found, dict) or found is None:
        return found
    kind = _KINDS.get(type(found), "number")
    raise FaultError(f"json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}")


def _mended(tree: Any) -> Any:
    """The value with a sign of its own for every half of a pair that stands alone."""
    return json.loads(_LONE.sub("\ufffd", json.dumps(tree, ensure_ascii=False)))


def _worded(error: json.JSONDecodeError, text: str) -> str:
    if error.pos >= len(text.rstrip()):
        return "unexpected end of JSON input"
    sign = text[error.pos]
    if literal := _LITERALS.get(sign) if error.msg == "Expecting value" else None:
        for at, wanted in enumerate(literal):
            got = text[error.pos + at : error.pos + at + 1]
            if got != wanted:
                return f"invalid character '{got}' in literal {literal} (expecting '{wanted}')"
    return f"invalid character '{sign}' {_WHERE.get(error.msg, 'in string literal')}"
