"""The spelling of parts of a JSON text: what stood there before it was parsed.

The legacy copies pieces of JSON into texts as the sender spelled them (a tool call's input becomes the text of its
arguments, blanks and escapes and all). Everything that reads a piece back from its source lives here. Law: a piece
that cannot be found is given in compact spelling; nothing raises.
"""

import json
import re
from typing import Any, Final, final

from native.wire.loose import raw

_BLANKS: Final = re.compile(r"[ \t\r\n]*")
_decode: Final = json.JSONDecoder().raw_decode

type _Span = tuple[int, int]


@final
class Spelling:
    """A JSON text whose parts can be read as they were written.

    Attributes:
        source: The whole text.
    """

    __slots__ = ("_children", "_text", "source")

    def __init__(self, source: bytes) -> None:
        self.source = source
        self._text: str | None = None
        self._children: dict[int, dict[str | int, _Span]] = {}

    def of(self, value: Any, *path: str | int) -> str:
        """The spelling of `value`, which stands at `path`; compact JSON where the source does not have it."""
        compact = raw(value)
        if not isinstance(value, float) and compact.encode() in self.source:
            return compact
        try:
            return self._find(path)
        except (ValueError, LookupError, RecursionError):
            return compact

    def _find(self, path: tuple[str | int, ...]) -> str:
        if self._text is None:
            self._text = self.source.decode()
        text = self._text
        start = _skip(text, 0)
        end = -1
        for key in path:
            children = self._children.get(start)
            if children is None:
                children = self._children[start] = _spans(text, start)
            start, end = children[key]
        if end < 0:
            end = _decode(text, start)[1]
        return text[start:end]


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _spans(text: str, start: int) -> dict[str | int, _Span]:
    """Where the members of the object or array at `start` begin and end."""
    opener = text[start]
    if opener not in "{[":
        raise LookupError(start)
    closer = "}" if opener == "{" else "]"
    spans: dict[str | int, _Span] = {}
    at = _skip(text, start + 1)
    key: str | int = -1
    while text[at] != closer:
        if opener == "{":
            key, at = _decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        else:
            key = len(spans)
        end = _decode(text, at)[1]
        spans.setdefault(key, (at, end))
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return spans
