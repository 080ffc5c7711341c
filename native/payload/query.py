"""The conditions inside a gjson path: `#(type=="text")`, `#(size>3)#`, and keys with wildcards.

Everything that parses and tests such a condition lives here. Law: as gjson, values of different types never compare,
but a number is compared with the number that the condition's text spells.
"""

import fnmatch
import operator
import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from native.wire import loose

_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OPERATOR: Final = re.compile(r"==|!=|<=|>=|!%|=|<|>|%")


def wild(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern of `*` (any run) and `?` (one letter)."""
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


class Query(NamedTuple):
    """A condition over the items of a list.

    Attributes:
        path: What of the item is tested; empty for the item itself.
        operator: How; empty where it only has to be there.
        value: The text it is tested against.
        every: Whether all items that hold are meant, or the first.
    """

    path: str
    operator: str
    value: str
    every: bool

    def holds(self, value: Any, *, found: bool) -> bool:
        """Whether a value (found or not) meets the condition."""
        wanted = self.value
        if wanted.startswith("~"):
            value, wanted, found = _as_truth(value, wanted[1:], found=found)
        if not found:
            return False
        if not self.operator:
            return True
        if isinstance(value, bool):
            return wanted in {"true", "false"} and self._compares(value, wanted == "true")
        if isinstance(value, str):
            if self.operator in {"%", "!%"}:
                return wild(wanted, value) == (self.operator == "%")
            return self._compares(value, wanted)
        return isinstance(value, (int, float)) and self._compares(value, loose.number(wanted))

    def _compares(self, value: Any, wanted: Any) -> bool:
        compare = _COMPARE.get(self.operator)
        return compare is not None and compare(value, wanted)


def parse_query(path: str) -> tuple[Query | None, int]:
    """Parse the condition that a path begins with; None where it is not closed. The number is where it ends."""
    end = _closing(path)
    if end < 0:
        return None, 0
    inside = path[2:end].strip()
    every = path[end + 1 : end + 2] == "#"
    stop = end + 2 if every else end + 1
    operator = _operator(inside)
    if operator is None:
        return Query(inside, "", "", every), stop
    value = inside[operator.end() :].strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        unquoted = loose.parse(value)
        value = unquoted if isinstance(unquoted, str) else value[1:-1]
    tested = inside[: operator.start()].strip()
    return Query(tested, "=" if operator[0] == "==" else operator[0], value, every), stop


def _operator(condition: str) -> re.Match[str] | None:
    """The first operator that is not inside brackets of its own."""
    return next(
        (
            found
            for found in _OPERATOR.finditer(condition)
            if condition.count("(", 0, found.start()) == condition.count(")", 0, found.start())
        ),
        None,
    )


def _closing(path: str) -> int:
    """Where the bracket that is opened at the second letter closes; -1 if it never does."""
    depth, quoted, at = 0, False, 1
    while at < len(path):
        letter = path[at]
        if letter == "\\":
            at += 1
        elif letter == '"':
            quoted = not quoted
        elif not quoted:
            depth += (letter == "(") - (letter == ")")
            if depth == 0:
                return at
        at += 1
    return -1


def _as_truth(value: Any, kind: str, *, found: bool) -> tuple[Any, str, bool]:
    """What `~true`, `~false`, `~null` and `~*` make of a value."""
    if kind == "*":
        return found, "true", True
    if kind == "null":
        return not found or value is None, "true", True
    if kind not in {"true", "false"}:
        return None, "", False
    truth = found and (loose.boolean(value) if not isinstance(value, (dict, list)) else False)
    return truth is (kind == "true"), "true", True
