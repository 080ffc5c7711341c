"""Editing parsed JSON the way sjson edits its text.

Everything that sets or removes a value at a path lives here. Laws: a path walks and creates as sjson's does (a number
indexes a list and pads it with nulls, `-1` appends or names the last, a lone value in the way is replaced, a list
under a key that is no number is left alone); and what is edited is copied along the path, never changed in place, so
bodies may share their parts with the client's original.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

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


def put(tree: Any, path: Path, value: Any) -> Any:
    """Give the tree with `value` at `path`; the same tree where sjson would refuse."""
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
        if rest and step.key in tree:
            return {**tree, step.key: put(tree[step.key], rest, value)}
        return {**tree, step.key: _build(rest, value)}
    index = index or 0
    if index < len(tree):
        changed = list(tree)
        changed[index] = put(tree[index], rest, value) if rest else value
        return changed
    return [*tree, *[None] * (index - len(tree)), _build(rest, value)]


def drop(tree: Any, path: Path) -> Any:
    """Give the tree without what is at `path`; the same tree where nothing is there."""
    step, rest = path[0], path[1:]
    if isinstance(tree, dict):
        if step.key not in tree:
            return tree
        if not rest:
            return {key: value for key, value in tree.items() if key != step.key}
        kept = drop(tree[step.key], rest)
        return tree if kept is tree[step.key] else {**tree, step.key: kept}
    if not isinstance(tree, list):
        return tree
    index = len(tree) - 1 if step.last else step.place
    if index is None or not 0 <= index < len(tree):
        return tree
    changed = list(tree)
    if rest:
        changed[index] = drop(tree[index], rest)
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
