"""Log-ins as files: how a tree is spelled, and how it gets to its place.

Laws: a file is written as a whole, for its owner alone; its name is one name inside the folder, never a path; two
servers that share a folder see the same bytes for the same log-in, so the spelling is that of the legacy's JSON writer
(keys in order, `<`, `>` and `&` escaped).
"""

from pathlib import Path
from typing import Any

import orjson

from native import configfile

type Json = dict[str, Any]

LONGEST = 255
"""Bytes of a file's name."""
_ESCAPED = ((b"<", b"\\u003c"), (b">", b"\\u003e"), (b"&", b"\\u0026"), ("\u2028".encode(), b"\\u2028"))


def _escaped(text: bytes) -> bytes:
    for sign, spelling in (*_ESCAPED, ("\u2029".encode(), b"\\u2029")):
        if sign in text:
            text = text.replace(sign, spelling)
    return text


def compact(tree: Json | None, *, ordered: bool = True) -> bytes:
    """A tree in one line, its keys in alphabetical order or as they stand."""
    return _escaped(orjson.dumps(tree, option=orjson.OPT_SORT_KEYS if ordered else 0))


def indented(tree: Json, *, ordered: bool = True) -> bytes:
    """A tree in lines, with a line's end behind it."""
    option = orjson.OPT_INDENT_2 | (orjson.OPT_SORT_KEYS if ordered else 0)
    return _escaped(orjson.dumps(tree, option=option)) + b"\n"


def safe(name: str) -> bool:
    """Whether a name is one name, and no way out of a folder."""
    blank = not name.strip() or name.strip() in {".", ".."}
    return not blank and len(name.encode("utf-8", "surrogatepass")) <= LONGEST and not set(name) & set("/\\\0")


def write(folder: Path, name: str, content: bytes) -> Path:
    """Put a log-in in its place. Raises `OSError`, or `ValueError` for a name that is none."""
    if not safe(name):
        raise ValueError(f"{name!r} is no name of a file")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    configfile.replace(folder / name, content)
    return folder / name
