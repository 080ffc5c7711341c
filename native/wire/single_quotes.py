"""JSON written with single quotes, as some models spell a call's arguments, made JSON.

Everything that repairs such a text lives here. Law: what is double-quoted stays byte for byte, nothing else than the
quotes is repaired, and any text gives a text.
"""

import re
from typing import Final

_HEX: Final = re.compile(r"[0-9a-fA-F]{0,4}")
_PLAIN: Final = re.compile(r"[^'\"\\]+")
_OUTSIDE: Final = re.compile(r"[^'\"]+")
_DOUBLE: Final = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)', re.DOTALL)


def repaired(source: str) -> str:
    """The text with single-quoted strings double-quoted."""
    if "'" not in source:
        return source
    out: list[str] = []
    at = 0
    while at < len(source):
        mark = source[at]
        if mark == "'":
            at = _single(source, at + 1, out)
            continue
        found = (_DOUBLE if mark == '"' else _OUTSIDE).match(source, at)
        end = found.end() if found else len(source)
        out.append(source[at:end])
        at = end
    return "".join(out)


def _single(source: str, at: int, out: list[str]) -> int:
    """Write the string that began before `at`; give where it ended."""
    out.append('"')
    while at < len(source):
        mark = source[at]
        if mark == "'":
            at += 1
            break
        if mark == '"':
            out.append('\\"')
            at += 1
        elif mark == "\\":
            at = _escape(source, at + 1, out)
        else:
            found = _PLAIN.match(source, at)
            end = found.end() if found else at + 1
            out.append(source[at:end])
            at = end
    out.append('"')
    return at


def _escape(source: str, at: int, out: list[str]) -> int:
    """Write the escape whose backslash stands before `at`; give where it ended. A last lone backslash is dropped."""
    if at >= len(source):
        return at
    mark = source[at]
    if mark == "'":
        out.append("'")
        return at + 1
    out.append("\\" + mark)
    if mark != "u":
        return at + 1
    found = _HEX.match(source, at + 1)
    end = found.end() if found else at + 1
    out.append(source[at + 1 : end])
    return end
