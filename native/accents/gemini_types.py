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
    top: list[Any] = []
    stack: list[tuple[Any, Any]] = [([root], top)]
    while stack:
        source, copy = stack.pop()
        if type(source) is list:
            for value in source:
                copy.append(_begun(value, exact, stack))
            continue
        for key, value in source.items():
            if key != "type":
                copy[key] = value if type(value) is str else _begun(value, exact, stack)
            elif type(value) is str:
                copy[key] = value.lower()
            elif faithful:
                copy[key] = _as_text(value)
            else:
                copy[key] = _each_lower(value) if type(value) is list else _begun(value, exact, stack)
    return top[0]


def _begun(value: Any, exact: Callable[[int], Any], stack: list[tuple[Any, Any]]) -> Any:
    """The copy of a value; of a container an empty one, whose members are yet to be copied."""
    kind = type(value)
    if kind is dict or kind is list:
        copy: Any = {} if kind is dict else []
        stack.append((value, copy))
        return copy
    return exact(value) if kind is int else value


def _each_lower(types: list[Any]) -> list[Any]:
    return [entry.lower() if isinstance(entry, str) else entry for entry in types]


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
