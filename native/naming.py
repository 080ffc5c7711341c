"""What a credential calls a model: without its prefix, by its aliases, or by one of several names behind one.

Laws: what a name means depends on the credential and the configuration alone, so it is worked out once and kept until
either changes; where several names stand behind one, each request begins with the next of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from native.counters import Counters
from native.credentials.aliases import channel_of, of_key, of_log_in, pool_of
from native.credentials.credential import Credential
from native.credentials.entries import ModelAlias
from native.models import key_of, split_suffix

MOST_KNOWN: Final = 512
"""Meanings that are kept: names come from clients, who may make up suffixes."""
LONGEST_KNOWN: Final = 256
"""Characters of a name whose meaning is kept."""


@dataclass(frozen=True, slots=True)
class Name:
    """One of the upstream's names for a model.

    Attributes:
        upstream: It, with the client's thinking suffix.
        base: It, without the suffix.
        booked: What a try with it is booked on: itself in a pool or where it is the credential's own, or the client's.
    """

    upstream: str
    base: str
    booked: str


class Naming:
    """What every credential calls every model.

    Args:
        counters: Where turns of names are counted.
    """

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._aliases: Mapping[str, Sequence[ModelAlias]] = {}
        self._renaming: list[Credential] = []
        self._known: dict[tuple[str, str], tuple[Name, ...]] = {}

    def begin_anew(self, credentials: Iterable[Credential], aliases: Mapping[str, Sequence[ModelAlias]]) -> None:
        """Credentials or the aliases of log-ins have changed."""
        self._aliases = aliases
        self._renaming = [c for c in credentials if c.prefix or aliases.get(channel_of(c))]
        self._known.clear()

    def own(self, credential: Credential, model: str) -> str:
        """A model's name without the credential's prefix, and what its channel's aliases make of it."""
        if credential.prefix and model.startswith(credential.prefix + "/"):
            model = model[len(credential.prefix) + 1 :]
        aliases = self._aliases.get(channel_of(credential))
        return of_log_in(model, aliases) if aliases else model

    def renaming(self, model: str) -> Sequence[Credential]:
        """The credentials that know a model by another name."""
        if not self._renaming:
            return ()
        key = key_of(model)
        return [c for c in self._renaming if key_of(self.own(c, model)) != key]

    def names(self, credential: Credential, model: str) -> Sequence[Name]:
        """The upstream's names to try in turn; each call begins with the next of several."""
        found = self._known.get((credential.id, model))
        if found is None:
            found = self._found(credential, model)
            if len(model) <= LONGEST_KNOWN:
                if len(self._known) >= MOST_KNOWN:
                    self._known.clear()
                self._known[credential.id, model] = found
        if len(found) == 1:
            return found
        key = f"{credential.id}|{split_suffix(self.own(credential, model))[0].strip().lower()}|models"
        offset = self._counters.get(key)
        self._counters.set(key, offset + 1)
        offset %= len(found)
        return found[offset:] + found[:offset]

    def _found(self, credential: Credential, model: str) -> tuple[Name, ...]:
        own = self.own(credential, model)
        found = _upstreams(credential, own)
        pooled = len(found) > 1
        return tuple(Name(name, split_suffix(name)[0], _booked(own, model, name, pooled=pooled)) for name in found)


def _upstreams(credential: Credential, own: str) -> list[str]:
    """The upstream's names for what a credential calls a model: one, or several that are a pool."""
    if credential.entry is None or credential.kind != "apikey":
        return [own]
    models = credential.entry.models
    if not models:
        return [own.strip() or own]
    if not credential.compatible:
        return [of_key(own, models)]
    return pool_of(own, models) or [of_key(own, models)]


def _booked(own: str, model: str, upstream: str, *, pooled: bool) -> str:
    if key_of(own) == key_of(upstream) and own.strip():
        return upstream.strip()
    return (upstream.strip() if pooled else "") or model.strip() or upstream.strip()
