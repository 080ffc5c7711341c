"""Two trees laid side by side, line by line: what a visitor sees of a difference.

Everything that pairs what the legacy said with what native says lives here. Pure. Laws: both sides are walked together
and to the end, so that a line stands beside its counterpart and what one side lacks is a gap; a line that the judge
forgave is told apart from one that it did not; there are never more lines than a bound, and what is left out is said.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from typing import Any

from native.wire.loose import MISSING
from shim.judge.paths import Place

LINES = 3000  # of one pair
LONGEST = 4000  # characters of a value
_REALIGN = 400  # items; beyond it lists are paired index by index
_FEW, _LINE = 6, 88  # items and characters of a tree that is written in one line
_MARKED = 2000  # characters of both values that are compared letter by letter

type Json = dict[str, Any]
type Forgives = Callable[[Place, Any, Any], bool]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of both sides.

    Attributes:
        depth: How far it is indented.
        state: `same`, `changed`, `missing` (native lacks it), `added` (native alone has it) or `forgiven`.
        legacy: The legacy's text, None where it has no such line.
        native: Native's.
    """

    depth: int
    state: str
    legacy: str | None
    native: str | None


def lines(legacy: Any, native: Any, place: Place, forgives: Forgives) -> tuple[list[Json], int]:
    """The lines of two trees, as JSON, and how many were left out."""
    walked = _walk("", legacy, native, place, 0, forgives)
    kept = [_line_json(line) for line in islice(walked, LINES)]
    return kept, sum(1 for _ in islice(walked, 100 * LINES))


def alone(tree: Any) -> tuple[list[Json], int]:
    """The lines of one tree that has no counterpart."""
    return lines(tree, tree, (), lambda *_: True)


def _walk(key: str, legacy: Any, native: Any, place: Place, depth: int, forgives: Forgives) -> Iterator[Line]:  # noqa: PLR0917  # a walk carries where it is
    if _brief(legacy) and _brief(native) and _spelled(legacy) == _spelled(native):
        yield _both(depth, key + _spelled(legacy))
    elif isinstance(legacy, dict) and isinstance(native, dict):
        yield _both(depth, f"{key}{{")
        for name in [*legacy, *(n for n in native if n not in legacy)]:
            inner = (*place, name)
            yield from _walk(
                f"{_short(_spelled(name))}: ",
                legacy.get(name, MISSING),
                native.get(name, MISSING),
                inner,
                depth + 1,
                forgives,
            )
        yield _both(depth, "}")
    elif _single(legacy) and _single(native):  # as most headers are
        yield _leaf(key, legacy, native, depth, forgives=lambda: forgives((*place, 0), legacy[0], native[0]))
    elif isinstance(legacy, list) and isinstance(native, list):
        yield _both(depth, f"{key}[")
        for n, (a, b) in enumerate(paired(legacy, native)):
            yield from _walk("", a, b, (*place, n), depth + 1, forgives)
        yield _both(depth, "]")
    elif legacy is MISSING or native is MISSING:
        yield from _one_sided(key, legacy, native, depth)
    elif isinstance(legacy, dict | list) or isinstance(native, dict | list):
        yield from _one_sided(key, legacy, MISSING, depth)
        yield from _one_sided(key, MISSING, native, depth)
    else:
        yield _leaf(key, legacy, native, depth, forgives=lambda: forgives(place, legacy, native))


def paired(legacy: Sequence[Any], native: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Items beside their counterparts: where one list is longer, like items stand side by side."""
    if len(legacy) == len(native) or max(len(legacy), len(native)) > _REALIGN:
        for n in range(max(len(legacy), len(native))):
            yield (legacy[n] if n < len(legacy) else MISSING, native[n] if n < len(native) else MISSING)
        return
    matcher = SequenceMatcher(a=[_spelled(x) for x in legacy], b=[_spelled(x) for x in native], autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        for n in range(max(b - a, d - c)):
            yield (legacy[a + n] if a + n < b else MISSING, native[c + n] if c + n < d else MISSING)


def _leaf(key: str, legacy: Any, native: Any, depth: int, *, forgives: Callable[[], bool]) -> Line:
    mine, other = key + _spelled(legacy), key + _spelled(native)
    if mine == other:
        return _both(depth, _short(mine))
    return Line(depth, "forgiven" if forgives() else "changed", _short(mine), _short(other))


def _brief(value: Any) -> bool:
    """Whether a tree is small enough for one line."""
    return isinstance(value, dict | list) and len(value) <= _FEW and len(_spelled(value)) <= _LINE


def _single(value: Any) -> bool:
    """Whether this is a list of one that holds no tree."""
    return isinstance(value, list) and len(value) == 1 and not isinstance(value[0], dict | list)


def _one_sided(key: str, legacy: Any, native: Any, depth: int) -> Iterator[Line]:
    """A value that one side alone has, all of its lines."""
    value, state = (native, "added") if legacy is MISSING else (legacy, "missing")
    brief = _spelled(value)
    text = key + (brief if len(brief) <= _LINE else json.dumps(value, indent=1, ensure_ascii=False, default=str))
    for line in text.splitlines():
        inner = depth + len(line) - len(line.lstrip(" "))
        said = _short(line.strip())
        yield Line(inner, state, None, said) if state == "added" else Line(inner, state, said, None)


def _both(depth: int, text: str) -> Line:
    return Line(depth, "same", text, text)


def _spelled(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text) - LONGEST:,} more characters)"


def _line_json(line: Line) -> Json:
    out: Json = {"d": line.depth, "s": line.state, "l": line.legacy}
    if line.state != "same":
        out["n"] = line.native
    if line.state in ("changed", "forgiven"):
        out["m"] = marks(line.legacy or "", line.native or "")
    return out


def marks(legacy: str, native: str) -> list[list[int]]:
    """Where two texts differ: [from, to, from, to] in the one and in the other."""
    if len(legacy) + len(native) > _MARKED:
        return [[0, len(legacy), 0, len(native)]]
    matcher = SequenceMatcher(a=legacy, b=native, autojunk=False)
    return [[a, b, c, d] for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal"]
