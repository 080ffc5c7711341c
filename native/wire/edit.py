"""Editing parsed JSON the way sjson edits its text.

Everything that sets or removes a value at a path lives here. Laws: a path walks and creates as sjson's does (a number
indexes a list and pads it with nulls, `-1` appends or names the last, a lone value in the way is replaced, a list
under a key that is no number is left alone); and what is edited is copied along the path, never changed in place, so
bodies may share their parts with the client's original.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from native.turn import Json

LAST: Final = "-1"


class Step(NamedTuple):
    """One key of a path; `name` forces it to name a key even where it looks like a number (`:0`)."""

    key: str
    name: bool = False

    @property
    def place(self) -> int | None:
        """The list index that it spells, if it spells one."""
        if self.name or not (self.key == "" or (self.key.isascii() and self.key.isdigit())):
            return None
        return int(self.key or 0)

    @property
    def last(self) -> bool:
        """Whether it means the end of a list."""
        return self.key == LAST and not self.name


type Path = Sequence[Step]


def steps(path: str) -> tuple[Step, ...]:
    """Make a path of a dotted text that needs no escapes."""
    return tuple(Step(key) for key in path.split("."))


def put(body: Json, path: Path, value: Any) -> Json:
    """Give the body with `value` at `path`; the same body where sjson would refuse."""
    changed: Json = _put(body, path, value)
    return changed


def drop(body: Json, path: Path) -> Json:
    """Give the body without what is at `path`; the same body where nothing is there."""
    changed: Json = _drop(body, path)
    return changed


def _put(tree: Any, path: Path, value: Any) -> Any:
    step, rest = path[0], path[1:]
    index = step.place
    if isinstance(tree, list):
        if step.last:
            return [*tree, _build(rest, value)]
        if index is None:
            return tree
    elif not isinstance(tree, dict):
        tree = {} if index is None else []
    if isinstance(tree, dict):
        below = _put(tree[step.key], rest, value) if rest and step.key in tree else _build(rest, value)
        return {**tree, step.key: below}
    index = index or 0
    if index >= len(tree):
        return [*tree, *[None] * (index - len(tree)), _build(rest, value)]
    changed = list(tree)
    changed[index] = _put(tree[index], rest, value) if rest else value
    return changed


def _drop(tree: Any, path: Path) -> Any:
    step, rest = path[0], path[1:]
    if isinstance(tree, dict):
        if step.key not in tree:
            return tree
        if not rest:
            return {key: value for key, value in tree.items() if key != step.key}
        kept = _drop(tree[step.key], rest)
        return tree if kept is tree[step.key] else {**tree, step.key: kept}
    if not isinstance(tree, list):
        return tree
    index = len(tree) - 1 if step.last else step.place
    if index is None or not 0 <= index < len(tree):
        return tree
    changed = list(tree)
    if rest:
        changed[index] = _drop(tree[index], rest)
    else:
        del changed[index]
    return changed


def _build(rest: Path, value: Any) -> Any:
    """Wrap a value in the containers that the rest of a path asks for."""
    for step in reversed(rest):
        if step.last:
            value = [value]
        elif step.place is not None:
            value = [None] * step.place + [value]
        else:
            value = {step.key: value}
    return value
