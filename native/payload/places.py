"""Where a gjson path leads in a body.

Everything that reads paths with wildcards, list queries (`#(type=="x").name`, `#(…)#`) or every item of a list (`#.x`)
lives here; a path without them is a plain one, which `plain` gives as steps to edit by. Law: a path of a kind that
rules have no use for (modifiers, pipes, multipaths) leads nowhere.
"""

from typing import Any, Final, NamedTuple

from native.payload.query import Query, parse_query, wild
from native.wire.edit import Step

type Place = tuple[str | int, ...]

_COMPLEX: Final = frozenset("|#@*?")


def plain(path: str) -> tuple[Step, ...] | None:
    """The steps of a path that names one place; None where it has to be searched for."""
    found: list[Step] = []
    key, name, at = "", False, 0
    start = True
    while at < len(path):
        letter = path[at]
        if start and letter == ":":
            name = True
        elif letter == "\\":
            at += 1
            key += path[at : at + 1]
        elif letter == ".":
            found.append(Step(key, name))
            key, name = "", False
        elif letter in _COMPLEX:
            return None
        else:
            key += letter
        start = letter == "." and path[at - 1 : at] != "\\"
        at += 1
    return (*found, Step(key, name))


def places(tree: Any, path: str) -> list[Place]:
    """Every place in the tree that a path leads to."""
    part, rest = _first(path)
    if isinstance(tree, dict):
        return _in_object(tree, part, rest)
    if not isinstance(tree, list):
        return []
    if part.query is not None:
        return _in_matching(tree, part.query, rest)
    if part.key == "#" and rest is not None:
        return [(index, *place) for index, item in enumerate(tree) for place in places(item, rest)[:1]]
    index = int(part.key) if part.key.isascii() and part.key.isdigit() else -1
    return _below(tree, index, rest) if 0 <= index < len(tree) else []


def exists(tree: Any, path: str) -> bool:
    """Whether gjson would find something there. A list has a length (`x.#`) even where it is empty."""
    if path == "#" or path.endswith(".#"):
        return isinstance(fetch(tree, path[:-2]) if len(path) > 1 else tree, list)
    if _many(path):
        return isinstance(fetch(tree, path[: path.index("#")].rstrip(".")), list)
    return bool(places(tree, path))


def fetch(tree: Any, path: str) -> Any:
    """The value at the first place that a path leads to; None where there is none."""
    if not path:
        return tree
    for place in places(tree, path)[:1]:
        for key in place:
            tree = tree[key]
        return tree
    return None


class _Part(NamedTuple):
    """One part of a path: a key, or a query over a list."""

    key: str
    wild: bool = False
    query: Query | None = None


def _first(path: str) -> tuple[_Part, str | None]:
    """Take the first part off a path; the rest is None at its end."""
    if path.startswith("#("):
        query, end = parse_query(path)
        if query:
            return _Part("#", query=query), path[end + 1 :] if path[end : end + 1] == "." else None
    key, at, stars = "", 0, False
    while at < len(path):
        letter = path[at]
        if letter == ".":
            return _Part(key, stars), path[at + 1 :]
        if letter == "\\":
            at += 1
            letter = path[at : at + 1]
        elif letter in "*?":
            stars = True
        key += letter
        at += 1
    return _Part(key, stars), None


def _in_object(tree: dict[str, Any], part: _Part, rest: str | None) -> list[Place]:
    keys = [key for key in tree if wild(part.key, key)] if part.wild else [part.key] if part.key in tree else []
    return next((found for key in keys if (found := _below(tree, key, rest))), [])


def _in_matching(tree: list[Any], query: Query, rest: str | None) -> list[Place]:
    matching = [index for index, item in enumerate(tree) if _holds(item, query)]
    if not query.every:
        return _below(tree, matching[0], rest) if matching else []
    return [place for index in matching for place in _below(tree, index, rest)[:1]]


def _below(tree: Any, key: Any, rest: str | None) -> list[Place]:
    return [(key,)] if rest is None else [(key, *place) for place in places(tree[key], rest)]


def _holds(item: Any, query: Query) -> bool:
    if not query.path:
        return not isinstance(item, (dict, list)) and query.holds(item, found=True)
    found = isinstance(item, (dict, list)) and exists(item, query.path)
    return query.holds(fetch(item, query.path) if found else None, found=found)


def _many(path: str) -> bool:
    """Whether a path asks for a list of what it finds, which is there though nothing is in it."""
    return path.startswith("#.") or ".#." in path or ")#" in path
