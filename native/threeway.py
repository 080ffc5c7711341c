"""Two changes of one tree, put together; and which versions of a file a slow reader may still have had in mind.

Pure: trees and texts in, trees and texts out. Laws: what only one side changed is as that side has it; entries of a
list are told apart by what they are known by, so that two who each add one both find theirs; where both changed the
same place, ours holds.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

type Tree = dict[str, Any]
type Key = tuple[str, int]

IDENTITIES = ("id", "name", "alias", "api-key", "api_key", "apikey", "key", "provider", "model")
"""What a list's entry is known by, the first that says something."""


class _Gone:
    """What is not there."""

    def __repr__(self) -> str:
        return "nothing"


GONE: Any = _Gone()


def merged(base: Any, ours: Any, theirs: Any) -> Any:
    """What a place says after both changes.

    Args:
        base: What both began with.
        ours: What it says now.
        theirs: What somebody made of `base`.
    """
    if _same(base, theirs) or _same(ours, theirs):
        return ours
    if _same(base, ours):
        return theirs
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        return _mapping(base if isinstance(base, Mapping) else {}, ours, theirs)
    if isinstance(ours, list) and isinstance(theirs, list):
        return _list(base if isinstance(base, list) else [], ours, theirs)
    return ours


def _same(one: Any, other: Any) -> bool:
    """Equality that tells a switch from a number."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _mapping(base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Tree:
    found = {}
    for key in dict.fromkeys([*ours, *theirs]):
        value = merged(base.get(key, GONE), ours.get(key, GONE), theirs.get(key, GONE))
        if value is not GONE:
            found[key] = value
    return found


def _list(base: Sequence[Any], ours: Sequence[Any], theirs: Sequence[Any]) -> list[Any]:
    was, have, new = (_by_identity(each) for each in (base, ours, theirs))
    found = []
    for key in [*have, *(key for key in new if key not in have)]:
        value = merged(was.get(key, GONE), have.get(key, GONE), new.get(key, GONE))
        if value is not GONE:
            found.append(value)
    return found


def _by_identity(entries: Sequence[Any]) -> dict[Key, Any]:
    """Entries by what they are known by, and the how-manieth of that name they are."""
    found: dict[Key, Any] = {}
    for entry in entries:
        name, at = identity(entry), 0
        while (name, at) in found:
            at += 1
        found[name, at] = entry
    return found


def identity(value: Any) -> str:
    """What a list's entry is known by; nothing where it says nothing."""
    if not isinstance(value, Mapping):
        return "" if isinstance(value, list) or value is None else str(value).strip()
    texts = [(str(k).strip().lower(), _scalar(v)) for k, v in value.items()]
    for name in IDENTITIES:
        for key, text in texts:
            if key == name and text:
                return f"{name}={text}"
    return next((f"{key}={text}" for key, text in texts if text), "")


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None or isinstance(value, (Mapping, list)) else str(value).strip()


def steps(one: Any, other: Any) -> int:
    """How many places differ between two trees."""
    return sum(1 for _ in _differing(one, other))


def _differing(one: Any, other: Any) -> Iterator[None]:
    if _same(one, other):
        return
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in one.keys() | other.keys():
            yield from _differing(one.get(key, GONE), other.get(key, GONE))
    elif isinstance(one, list) and isinstance(other, list):
        yield from _differing(_by_identity(one), _by_identity(other))
    else:
        yield


@dataclass(slots=True)
class _Version:
    """What a file said from a moment on."""

    at: float
    text: str
    tree: Any = GONE


class Versions:
    """What a file has said lately, for who may write to it from an older reading.

    Args:
        first: What it says.
        read: A text's tree; raises ValueError where it has none.
        slowness: Seconds that a reader may take to notice a change.
    """

    def __init__(self, first: str, read: Callable[[str], Any], slowness: float) -> None:
        self._read, self._slowness = read, slowness
        self._known: deque[_Version] = deque([_Version(float("-inf"), first)])

    @property
    def latest(self) -> str:
        """What it said last."""
        return self._known[-1].text

    def add(self, text: str, now: float) -> None:
        """It says this from now on, and who reads it may not know yet."""
        if text != self.latest:
            self._known.append(_Version(now, text))
        while len(self._known) > 1 and self._known[1].at <= now - self._slowness:
            self._known.popleft()

    def hear(self, text: str, now: float) -> None:
        """Somebody else wrote this: what he has in mind is nothing older."""
        self._known.clear()
        self._known.append(_Version(now, text))

    def reconciled(self, theirs: str, ours: str, now: float) -> Any:
        """The tree that keeps what is there and what somebody else wrote over it; None where theirs is all of it.

        Of the versions that they may have had in mind, theirs was made from the one it is the smallest step from.

        Args:
            theirs: The text that somebody wrote.
            ours: What is to be kept: the latest version, or what has become of it elsewhere.
            now: The time.

        Raises:
            ValueError: A text is no tree.
        """
        possible = [v for v, after in pairwise(self._known) if after.at > now - self._slowness]
        latest = self._known[-1]
        if not possible and ours == latest.text:
            return None
        tree = self._read(theirs)
        base = min([latest, *reversed(possible)], key=lambda version: steps(self._tree(version), tree))
        if base is latest and ours == latest.text:
            return None
        return merged(self._tree(base), self._read(ours), tree)

    def _tree(self, version: _Version) -> Any:
        if version.tree is GONE:
            version.tree = self._read(version.text)
        return version.tree
