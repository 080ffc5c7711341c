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
    """One key of a path; `name` makes it a key even where it looks like a number (`:0`)."""

    key: str
    name: bool = False

    @property
    def digits(self) -> bool:
        """Whether it spells a list index."""
        return self.key.isascii() and self.key.isdigit()

    @property
    def counts(self) -> bool:
        """Whether what it makes is a list: a number, `-1`, or nothing at all (a path that ends in a dot)."""
        return not self.name and (self.digits or self.key in {"", LAST})

    @property
    def place(self) -> int:
        """The list index that it stands for in a list that it makes."""
        return int(self.key) if self.digits else 0


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
    if isinstance(tree, list):
        return _put_in_list(tree, step, rest, value)
    if not isinstance(tree, dict):
        if step.counts and step.key != LAST:
            return _build(path, value)
        tree = {}
    below = _put(tree[step.key], rest, value) if rest and step.key in tree else _build(rest, value)
    return {**tree, step.key: below}


def _put_in_list(tree: list[Any], step: Step, rest: Path, value: Any) -> list[Any]:
    """A place that is there is replaced; one past the end is padded to; other keys mean nothing to a list."""
    if step.digits and int(step.key) < len(tree):
        changed = list(tree)
        changed[int(step.key)] = _put(tree[int(step.key)], rest, value) if rest else value
        return changed
    return [*tree, *[None] * (step.place - len(tree)), _build(rest, value)] if step.counts else tree


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
    index = len(tree) - 1 if step.key == LAST and not step.name else int(step.key) if step.digits else -1
    if not 0 <= index < len(tree):
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
        value = [None] * step.place + [value] if step.counts else {step.key: value}
    return value
