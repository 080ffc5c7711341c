"""Ways through a JSON schema: finding keywords, and editing what stands at a path.

What the schema cleaning of `gemini_schema` needs to move about in a tree lives here. Laws: a tree is edited in place;
a path that leads nowhere any more reads as `MISSING` and is left alone by every edit.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from native.wire.loose import get, text

type Path = tuple[str | int, ...]


def members(value: Any) -> Iterable[tuple[str | int, Any]]:
    """The keys and children of an object or array; nothing for anything else."""
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def walk(root: Any) -> Iterator[tuple[Path, str | int, Any]]:
    """Every place below `root` as (path of its parent, key, value), parents before children."""
    stack: list[tuple[Path, Any]] = [((), root)]
    while stack:
        path, value = stack.pop()
        inner = []
        for key, child in members(value):
            yield path, key, child
            if isinstance(child, (dict, list)) and child:
                # The legacy joins keys to a text, so that what is below an empty key at the top counts as the top's.
                inner.append(((*path, key) if path or key else path, child))
        inner.reverse()
        stack += inner


def keywords(root: Any) -> set[str]:
    """Every key that occurs anywhere below `root`."""
    seen: set[str] = set()
    stack = [root]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            seen.update(value)
            stack += value.values()
        elif isinstance(value, list):
            stack += value
    return seen


def holders(root: Any, *fields: str) -> list[tuple[Path, str]]:
    """Where any of `fields` stands: (path of the object that has it, field), in the document's order."""
    return [(path, key) for path, key, _ in walk(root) if isinstance(key, str) and key in fields]


def deepest_first(found: list[tuple[Path, str]]) -> list[tuple[Path, str]]:
    """The same places, descendants before their ancestors."""
    return sorted(found, key=lambda place: -len(place[0]))


def put(root: Any, path: Path, value: Any) -> Any:
    """Set what stands at `path`, making objects on the way; returns the root, which an empty path replaces."""
    if not path:
        return value
    target = root
    for key in path[:-1]:
        if isinstance(target, dict) and not isinstance(target.get(str(key)), (dict, list)):
            target[str(key)] = {}
        target = get(target, key)
    last = path[-1]
    if isinstance(target, dict):
        target[str(last)] = value
    elif isinstance(target, list) and isinstance(last, int) and last < len(target):
        target[last] = value
    return root


def drop(root: Any, path: Path, key: str) -> None:
    """Remove `key` from the object at `path`."""
    holder = get(root, *path)
    if isinstance(holder, dict):
        holder.pop(key, None)


def texts(value: Any) -> list[str]:
    """The entries of a list as texts; empty for anything that is none."""
    return [text(entry) for entry in value] if isinstance(value, list) else []
