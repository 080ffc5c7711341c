"""The declared pairs, by client and upstream protocol.

Everything that finds a pair's module lives here. Laws: which pairs there are is known from the start, by their modules'
names; one is loaded when it is first asked for, since a server seldom uses a third of them and each takes memory; a
test loads all and holds each to its name.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from native import accents
from native.providers import DeclarationError
from native.turn import Pair

type Key = tuple[str, str]

CLIENTS = {
    "chat": "openai",
    "responses": "openai-response",
    "claude": "claude",
    "gemini": "gemini",
    "geminicli": "gemini-cli",
}
"""First word of a module's name -> the protocol of the client."""
UPSTREAMS = frozenset({"claude", "codex", "gemini", "openai"})


class Pairs(Mapping[Key, Pair]):
    """Every pair, loaded when it is asked for. Raises `DeclarationError` where a module is not what its name says."""

    def __init__(self) -> None:
        self._names: dict[Key, str] = {}
        self._loaded: dict[Key, Pair] = {}
        for module in iter_modules(accents.__path__):
            first, _, second = module.name.partition("_")
            if first in CLIENTS and second in UPSTREAMS:
                self._names[CLIENTS[first], second] = module.name

    def __getitem__(self, key: Key) -> Pair:
        found = self._loaded.get(key)
        if found is None:
            found = self._loaded[key] = _declared(key, self._names[key])
        return found

    def __iter__(self) -> Iterator[Key]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _declared(key: Key, module: str) -> Pair:
    found = getattr(import_module(f"native.accents.{module}"), "PAIR", None)
    if not isinstance(found, Pair):
        raise DeclarationError(f"native.accents.{module}: PAIR is no Pair")
    if (found.client, found.upstream) != key:
        raise DeclarationError(f"native.accents.{module}: declares {found.client} to {found.upstream}")
    return found


@cache
def pairs() -> Pairs:
    """Every pair there is."""
    return Pairs()
