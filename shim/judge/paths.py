"""The grammar of places: `exchanges[0].response.sse[3].data.choices[0].delta.content`.

Written by reports, read by accepted rules: paste one into the other. A key that is not a plain word is quoted as
JSON in brackets: `headers["x-request-id"][0]`. In a rule `[*]` stands for any index or key, `*` for any word.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

import orjson

from native.wire.loose import MISSING

type Place = tuple[str | int, ...]

_INDEX = re.compile(r"""(?P<quoted>\["(?:[^"\\]|\\.)*"\])|\[\d+\]""")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STEP = re.compile(
    r"""\.?(?P<word>[A-Za-z_][A-Za-z0-9_]*|\*)|\[(?P<index>\d+)\]|\[(?P<any>\*)\]|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]"""
)


class PathError(ValueError):
    """A path that the grammar does not have; says where it goes wrong."""


def at(value: Any, place: Place) -> Any:
    """The value at a place of a tree; `MISSING` where the way ends."""
    for key in place:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return value


def show(place: Place) -> str:
    """Write a place as a path."""
    out: list[str] = []
    for key in place:
        if isinstance(key, int):
            out.append(f"[{key}]")
        elif _WORD.fullmatch(key):
            out.append(f".{key}" if out else key)
        else:
            out.append(f"[{_quoted(key)}]")
    return "".join(out)


def _quoted(key: str) -> str:
    try:
        return orjson.dumps(key).decode()
    except TypeError:  # half a surrogate pair, as some key may hold
        return json.dumps(key)


def generic(place: Place) -> str:
    """The path of a place with its indexes open, to group by."""
    return opened(show(place))


def opened(path: str) -> str:
    """A path with its indexes open; a key in quotes stays as it is, whatever it looks like."""
    return _INDEX.sub(lambda found: found["quoted"] or "[*]", path)


def place_of(path: str) -> Place:
    """Read back what `show` wrote.

    Raises:
        PathError: It is no path, or one with wildcards.
    """
    steps = Pattern(path).steps
    if None in steps:
        raise PathError(f"path {path!r} has wildcards; a place is wanted, as a report prints it")
    return tuple(step for step in steps if step is not None)


class Pattern:
    """A path that may have wildcards."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps: list[str | int | None] = []
        at = 0
        while at < len(text):
            found = _STEP.match(text, at)
            if found is None:
                raise PathError(f"path {text!r} is not understood at {text[at:]!r}; write it as a report prints it")
            at = found.end()
            if found["index"] is not None:
                self.steps.append(int(found["index"]))
            elif found["quoted"] is not None:
                self.steps.append(str(json.loads(found["quoted"])))
            elif found["any"] is not None or found["word"] == "*":
                self.steps.append(None)
            else:
                self.steps.append(found["word"])
        if not self.steps:
            raise PathError("an empty path would accept everything; name a place")

    def covers(self, place: Sequence[str | int]) -> bool:
        """Whether a place is this one or lies under it."""
        return len(place) >= len(self.steps) and all(
            want is None or want == have for want, have in zip(self.steps, place, strict=False)
        )
