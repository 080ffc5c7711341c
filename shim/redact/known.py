"""The secrets known so far, ready to be looked for in texts and bodies.

Law: a longer secret is replaced before a shorter one that it contains; a text without any is given back as it is.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from urllib.parse import quote, quote_plus

from shim.redact.derived import derived
from shim.redact.places import EVERYWHERE

ALWAYS = 2_000  # secrets of configuration and credential files, those of earlier states included
RECENT = 256  # secrets seen in passing


type Pairs[T] = tuple[tuple[T, T], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A secret, in all spellings and with all that is derived from it, each beside what stands for it."""

    texts: Pairs[str]
    data: Pairs[bytes]
    derived: Pairs[bytes]

    @classmethod
    def of(cls, secret: str, placeholder: str) -> "Entry":
        """Spell a secret out."""
        spelled, follows = tuple(_spellings(secret, placeholder)), tuple(derived(secret, placeholder))
        return cls(spelled + follows, _encoded(chain(spelled, _escaped(secret, placeholder))), _encoded(follows))


class Known:
    """Secrets and what stands for them.

    Args:
        placeholder: Gives the placeholder of a secret.

    Attributes:
        version: Another number whenever others are known.
    """

    def __init__(self, placeholder: Callable[[str], str]) -> None:
        self.version = 0
        self._placeholder = placeholder
        self._state: OrderedDict[str, Entry] = OrderedDict()
        self._passing: OrderedDict[str, Entry] = OrderedDict()
        self._follows: dict[str, str] = {}
        self._texts: list[tuple[str, str]] = []
        self._bytes: list[tuple[bytes, bytes]] = []
        self._derived: list[tuple[bytes, bytes]] = []
        self._stale = False

    def of_state(self, secrets: Iterable[str]) -> None:
        """These are in the configuration or the credential files: they stay known."""
        self._learn(self._state, ALWAYS, secrets)

    def in_passing(self, secrets: Iterable[str]) -> None:
        """These were seen in an exchange."""
        self._learn(self._passing, RECENT, secrets)

    def follows(self, pairs: Iterable[tuple[str, str]]) -> None:
        """What is derived from a secret, with what is derived from its placeholder."""
        self._follows.update(pairs)
        self._changed()

    def _learn(self, among: OrderedDict[str, Entry], most: int, secrets: Iterable[str]) -> None:
        for secret in secrets:
            if secret in among:
                among.move_to_end(secret)
            elif EVERYWHERE.match(secret):
                among[secret] = Entry.of(secret, self._placeholder(secret))
                self._changed()
                if len(among) > most:
                    among.popitem(last=False)

    def _changed(self) -> None:
        self._stale = True
        self.version += 1

    def _refresh(self) -> None:
        if not self._stale:
            return
        known = self._passing | self._state
        entries = [known[secret] for secret in sorted(known, key=len, reverse=True)]
        follows = self._follows.items()
        self._texts = [*chain.from_iterable(entry.texts for entry in entries), *follows]
        self._bytes = [*chain.from_iterable(entry.data for entry in entries)]
        self._derived = [*chain.from_iterable(entry.derived for entry in entries), *_encoded(follows)]
        self._stale = False

    def out_of(self, text: str) -> str:
        """A text without them."""
        self._refresh()
        for old, new in self._texts:
            if old in text:
                text = text.replace(old, new)
        return text

    def any_in(self, text: str) -> bool:
        """Whether a text has one."""
        self._refresh()
        for old, _ in self._texts:  # noqa: SIM110 # half the time of any(): this is asked of all headers there are
            if old in text:
                return True
        return False

    def out_of_body(self, body: bytes, *, thorough: bool) -> bytes:
        """A body without them; `thorough` looks for what is derived from them too."""
        self._refresh()
        for old, new in chain(self._bytes, self._derived) if thorough else self._bytes:
            if old in body:
                body = body.replace(old, new)
        return body


def _encoded(pairs: Iterable[tuple[str, str]]) -> Pairs[bytes]:
    return tuple((old.encode(), new.encode()) for old, new in pairs)


def _spellings(secret: str, placeholder: str) -> Iterator[tuple[str, str]]:
    """A secret as it stands by itself, in an address and in a form."""
    yield secret, placeholder
    for spell in (quote, quote_plus):
        spelled = spell(secret, safe="")
        if spelled != secret:
            yield spelled, spell(placeholder, safe="")


def _escaped(secret: str, placeholder: str) -> Iterator[tuple[str, str]]:
    """A secret within a JSON string, as some writers escape it."""
    for plain, escaped in (("/", "\\/"), ("&", "\\u0026"), ("\n", "\\n"), ("\n", "\\\\n")):
        if plain in secret:
            yield secret.replace(plain, escaped), placeholder.replace(plain, escaped)
