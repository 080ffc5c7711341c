"""Schema types in lower case: Gemini spells them `STRING`, Claude and Codex `string`.

Everything that respells the types of a Gemini client's tools lives here. The legacy lowers every value under a key
`type`, wherever it stands: a list of types becomes the text of that list, and a property that is itself named `type`
loses its schema. Law: what is given is not changed; a copy is.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from native.turn import Accent, Json
from native.wire import edit
from native.wire.edit import Step
from native.wire.loose import text

TYPES_AS_TEXT: Final = Accent(
    name="gemini-types-as-text",
    about="A list of types in a tool's schema goes upstream as one text, and a property named `type` loses its schema.",
    evidence="core/gemini-claude/stream-tools_odd-calls",
    faulty=True,
)

_TYPE: Final = Step("type")
_DEEPEST: Final = 200


def lowered(root: Any, exact: Callable[[int], Any], *, faithful: bool) -> Any:
    """A copy of `root` with types in lower case; `exact` spells whole numbers."""
    lower = _as_text if faithful else _as_types
    top: list[Any] = []
    stack: list[tuple[Any, Any]] = [([root], top)]
    while stack:
        source, copy = stack.pop()
        if isinstance(source, dict):
            for key, value in source.items():
                copy[key] = lower(value) if key == "type" else _leaf(value, exact)
        else:
            copy += [_leaf(value, exact) for value in source]
        places = source.items() if isinstance(source, dict) else enumerate(source)
        stack += [(value, copy[key]) for key, value in places if _begun(copy[key], value)]
    return top[0]


def _leaf(value: Any, exact: Callable[[int], Any]) -> Any:
    """The value itself, or an empty container where it is one: its members follow."""
    if isinstance(value, dict):
        return {}
    if isinstance(value, list):
        return []
    return exact(value) if type(value) is int else value


def _begun(copy: Any, value: Any) -> bool:
    """Whether a copy is an empty container that still waits for the members of `value`."""
    return bool(value) and not copy and type(copy) is type(value) and isinstance(copy, (dict, list))


def _as_types(value: Any) -> Any:
    """A type, or a list of them; a schema, where a property is named so, is walked on."""
    if isinstance(value, list):
        return [entry.lower() if isinstance(entry, str) else entry for entry in value]
    return {} if isinstance(value, dict) else value.lower() if isinstance(value, str) else value


def _as_text(value: Any) -> Any:
    """The text of a value, and in it, one by one, every type that was found before it became a text: set to nothing."""
    told: Json = {"type": text(value).lower()}
    for path in _inner(value):
        told = edit.put(told, (_TYPE, *path), "")
    return told["type"]


def _inner(value: Any) -> Iterator[tuple[Step, ...]]:
    """Where the key `type` stands inside a value, parents before children."""
    stack: list[tuple[tuple[Step, ...], Any]] = [((), value)]
    while stack:
        path, found = stack.pop()
        if path and path[-1] == _TYPE:
            yield path
        if len(path) > _DEEPEST:
            continue
        below = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
        stack += reversed([((*path, Step(str(key))), child) for key, child in below])
