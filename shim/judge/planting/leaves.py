"""Changes of one JSON value: what is planted in bodies, events and files."""

import copy
import random
from collections.abc import Callable
from typing import Any

from shim.judge.noise import is_number, without_times

type Change = Callable[[random.Random, Any], Any | None]

_LATE = 1_500_000_000


def _leaves(value: Any, place: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict):
        return [leaf for k, v in value.items() for leaf in _leaves(v, (*place, k))]
    if isinstance(value, list):
        return [leaf for i, v in enumerate(value) for leaf in _leaves(v, (*place, i))]
    return [(place, value)]


def steady(value: Any) -> bool:
    """Not a time and not a piece of JSON in a text, whose spelling says nothing."""
    if is_number(value):
        return bool(abs(value) < _LATE)
    return not isinstance(value, str) or (without_times(value) == value and value[:1] not in {"{", "["})


def _follows_from_times(place: tuple[str | int, ...]) -> bool:
    """A listed credential file's size, which changes with the digits of the times in it."""
    return place[:1] == ("files",) and place[-1:] == ("size",)


def _put(tree: Any, place: tuple[str | int, ...], value: Any) -> Any:
    out = copy.deepcopy(tree)
    inner = out
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return out


def _different(rng: random.Random, value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if is_number(value):
        return value + rng.randint(1, 9)
    if isinstance(value, str):
        at = rng.randint(0, len(value))
        return value[:at] + "§" + value[at:]
    return 0


def _changed_leaf(of: Callable[[Any], bool]) -> Change:
    def change(rng: random.Random, tree: Any) -> Any | None:
        leaves = [(p, v) for p, v in _leaves(tree) if p and of(v) and steady(v) and not _follows_from_times(p)]
        if not leaves:
            return None
        place, value = rng.choice(leaves)
        return _put(tree, place, _different(rng, value))

    return change


def _type_changed(rng: random.Random, tree: Any) -> Any | None:
    leaves = [(p, v) for p, v in _leaves(tree) if p and steady(v)]
    if not leaves:
        return None
    place, value = rng.choice(leaves)
    every: tuple[Any, ...] = (None, True, "planted", 7, [], {})
    others = [o for o in every if type(o) is not type(value)]
    if isinstance(value, float):
        others.remove(7)
    return _put(tree, place, rng.choice(others))


def _inner(value: Any, of: type) -> list[Any]:
    found = [value] if isinstance(value, of) else []
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return found + [x for v in below for x in _inner(v, of)]


def field_added(rng: random.Random, tree: Any) -> Any | None:
    """A field that was not there, in some object of the tree."""
    out = copy.deepcopy(tree)
    places = _inner(out, dict)
    if not places:
        return None
    rng.choice(places)["planted_field"] = rng.choice([1, "x", None, False])
    return out


def _field_gone(rng: random.Random, tree: Any) -> Any | None:
    out = copy.deepcopy(tree)
    places = [d for d in _inner(out, dict) if d]
    if not places:
        return None
    inner = rng.choice(places)
    del inner[rng.choice(list(inner))]
    return out


def _reordered(rng: random.Random, tree: Any) -> Any | None:
    out = copy.deepcopy(tree)
    by_chance = {id(out[k]) for k in ("data", "models") if isinstance(out, dict) and isinstance(out.get(k), list)}
    lists = [x for x in _inner(out, list) if len(x) > 1 and x[0] != x[-1] and id(x) not in by_chance]
    lists = [x for x in lists if not all(isinstance(p, dict) and "functionCall" in p for p in x)]
    if not lists:
        return None
    chosen = rng.choice(lists)
    chosen[0], chosen[-1] = chosen[-1], chosen[0]
    return out


JSON_CHANGES: dict[str, Change] = {
    "text changed": _changed_leaf(lambda v: isinstance(v, str)),
    "number changed": _changed_leaf(is_number),
    "truth changed": _changed_leaf(lambda v: isinstance(v, bool)),
    "null changed": _changed_leaf(lambda v: v is None),
    "type changed": _type_changed,
    "field added": field_added,
    "field gone": _field_gone,
    "re-ordered": _reordered,
}
