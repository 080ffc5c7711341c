"""The text that a body would have, had it been edited as text.

The legacy edits JSON as text and takes a hash of what comes out, so the hash hangs on the client's own spacing.
Everything that rebuilds such a text from the source and the edited tree lives here. Laws: what was not edited keeps
its spelling; a new value stands where the old one stood, a new key at the end, both compact; nothing raises.
"""

import json
from typing import Any, NamedTuple

from native.turn import Json
from native.wire.loose import raw

_decode = json.JSONDecoder().raw_decode


class _Member(NamedTuple):
    """Where one member of an object stands: its key, its value, and its value's end."""

    key: int
    value: int
    end: int


def respelled(source: bytes, before: Json, after: Json) -> bytes:
    """The source, edited as `before` was edited to make `after`; `after` in compact spelling where that fails."""
    if before == after:
        return source
    try:
        return _edited(source.decode(), before, after).encode()
    except (ValueError, IndexError, KeyError, RecursionError):
        return raw(after).encode("utf-8", "surrogatepass")


def _edited(text: str, before: Json, after: Json) -> str:
    """An object's text after what changed in it, then what came, then what went: the order leaves its marks."""
    changed = [key for key in after if key in before and before[key] is not after[key] and before[key] != after[key]]
    places = _members(text)
    for key in sorted(changed, key=lambda name: places[name].value, reverse=True):
        _, start, end = places[key]
        text = text[:start] + _value(text[start:end], before[key], after[key]) + text[end:]
    added = "".join(f",{raw(key)}:{raw(value)}" for key, value in after.items() if key not in before)
    if added:
        close = text.rindex("}")
        text = text[:close] + (added if places else added[1:]) + text[close:]
    for key in before:
        if key not in after:
            text = _without(text, key)
    return text


def _value(text: str, before: Any, after: Any) -> str:
    if isinstance(before, dict) and isinstance(after, dict):
        return _edited(text, before, after)
    return raw(after)


def _without(text: str, key: str) -> str:
    """Take a member out, with the comma before it, or the one behind it where it is the first."""
    places = _members(text)
    place = places[key]
    earlier = [member for member in places.values() if member.key < place.key]
    if earlier:
        return text[: text.rindex(",", 0, place.key)] + text[place.end :]
    follows = _skip(text, place.end)
    rest = follows + 1 if text[follows] == "," else place.end
    return text[: text.index("{") + 1] + text[rest:]


def _members(text: str) -> dict[str, _Member]:
    found: dict[str, _Member] = {}
    at = _skip(text, _skip(text, 0) + 1)
    while text[at] != "}":
        name, colon = _decode(text, at)
        value = _skip(text, _skip(text, colon) + 1)
        end = _decode(text, value)[1]
        found.setdefault(name, _Member(at, value, end))
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] in {" ", "\t", "\r", "\n"}:
        at += 1
    return at
