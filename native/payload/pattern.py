"""Which requests a payload rule is for: model names with `*`, each for one protocol or any.

Everything that matches a rule against a request lives here.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from native.thinking.suffix import split


class Target(NamedTuple):
    """One line of a rule's `models`: a name, `*` standing for anything, and a protocol, empty for any."""

    name: str
    protocol: str


def targets(models: Any) -> tuple[Target, ...]:
    """Read a rule's `models`; lines without a name are nothing."""
    lines = models if isinstance(models, list) else []
    found = (
        Target(str(line.get("name") or "").strip(), str(line.get("protocol") or "").strip().lower())
        for line in lines
        if isinstance(line, dict)
    )
    return tuple(target for target in found if target.name)


def candidates(model: str, requested: str) -> list[str]:
    """Names that a request goes by: the upstream's, the client's without its suffix, and with it."""
    name = split(requested.strip())
    names = [model.strip(), name.model.strip()]
    if name.suffix is not None:
        names.append(requested.strip())
    seen: dict[str, str] = {}
    for found in names:
        if found:
            seen.setdefault(found.lower(), found)
    return list(seen.values())


def meant(rule: Iterable[Target], protocol: str, names: Sequence[str]) -> bool:
    """Whether a rule is for a request of this protocol that goes by these names."""
    fits = [line.name for line in rule if not line.protocol or not protocol or line.protocol == protocol.lower()]
    return any(matches(pattern, name) for name in names for pattern in fits)


def matches(pattern: str, name: str) -> bool:
    """Whether a name fits a pattern in which `*` stands for any run of letters."""
    first, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    if not name.startswith(first):
        return False
    *middle, last = rest
    at = len(first)
    for piece in middle:
        found = name.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return len(name) - at >= len(last) and name.endswith(last)
