"""The spelling of parts of a JSON text: what stood there before it was parsed.

The legacy copies pieces of JSON into texts as the sender spelled them (a tool call's input becomes the text of its
arguments, blanks and escapes and all). Everything that reads a piece back from its source lives here. Laws: a piece
that cannot be found is given in compact spelling; nothing raises; a sender keeps to one style, so where a piece in the
style of the one before stands behind it, that is the piece.
"""

import json
import re
from typing import TYPE_CHECKING, Any, Final, final

from native.wire.loose import MISSING, raw

if TYPE_CHECKING:
    from collections.abc import Callable

_BLANKS: Final = re.compile(r"[ \t\r\n]*")
_MISSES: Final = 4
_decode: Final = json.JSONDecoder().raw_decode
_STYLES: Final = (
    raw,
    json.JSONEncoder().encode,
    json.JSONEncoder(ensure_ascii=False).encode,
    json.JSONEncoder(separators=(",", ":")).encode,
)
"""How most senders write JSON: compactly (JavaScript, new Python clients), Python's own way, unescaped, unblanked."""

type _Span = tuple[int, int]


@final
class Spelling:
    """A JSON text whose parts can be read as they were written.

    Attributes:
        source: The whole text.
    """

    __slots__ = ("_at", "_children", "_misses", "_styles", "_text", "source")

    def __init__(self, source: bytes) -> None:
        self.source = source
        self._text: str | None = None
        self._at = 0
        self._misses = 0
        self._styles: tuple[Callable[[Any], str], ...] = _STYLES
        self._children: dict[int, dict[str | int, _Span]] = {}

    def of(self, value: Any, *path: str | int) -> str:
        """The spelling of `value`, which stands at `path`; compact JSON where the source does not have it."""
        if value is MISSING:
            return ""
        if (styled := self._styled(value)) is not None:
            return styled
        try:
            return self._find(path)
        except (ValueError, LookupError, RecursionError):
            return raw(value)

    def _styled(self, value: Any) -> str | None:
        """The value in the sender's style, if it stands so in the source; a number may have been spelled otherwise."""
        if isinstance(value, float) or self._misses >= _MISSES:
            return None
        for style in self._styles:
            try:
                spelled = style(value)
            except (ValueError, RecursionError):
                return None
            sought = spelled.encode()
            at = self.source.find(sought, self._at)
            if at < 0:
                at = self.source.find(sought, 0, self._at + len(sought))
            if at >= 0:
                if style is not self._styles[0]:  # a piece without blanks and marks stands so in every style
                    self._styles = (style, *(other for other in self._styles if other is not style))
                self._at = at
                self._misses = 0
                return spelled
        self._misses += 1
        return None

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
