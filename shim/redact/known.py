"""The secrets known so far, ready to be looked for in texts and bodies.

Law: a longer secret is replaced before a shorter one that it contains; a text without any is given back as it is.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from urllib.parse import quote, quote_plus

from shim.redact.derived import derived
from shim.redact.places import EVERYWHERE

ALWAYS = 2_000  # secrets of configuration and credential files, those of earlier states included
RECENT = 256  # secrets seen in passing


class Known:
    """Secrets and what stands for them.

    Args:
        placeholder: Gives the placeholder of a secret.
    """

    def __init__(self, placeholder: Callable[[str], str]) -> None:
        self._placeholder = placeholder
        self._state: OrderedDict[str, None] = OrderedDict()
        self._passing: OrderedDict[str, None] = OrderedDict()
        self._derived: dict[str, str] = {}
        self._texts: list[tuple[str, str]] = []
        self._bytes: list[tuple[bytes, bytes]] = []
        self._derived_bytes: list[tuple[bytes, bytes]] = []
        self._stale = False

    def of_state(self, secrets: Iterable[str]) -> None:
        """These are in the configuration or the credential files: they stay known."""
        self._learn(self._state, ALWAYS, secrets)

    def in_passing(self, secrets: Iterable[str]) -> None:
        """These were seen in an exchange."""
        self._learn(self._passing, RECENT, secrets)

    def follows(self, pairs: Iterable[tuple[str, str]]) -> None:
        """What is derived from a secret, with what is derived from its placeholder."""
        for value, stand_in in pairs:
            self._derived[value] = stand_in
            self._stale = True

    def _learn(self, among: OrderedDict[str, None], most: int, secrets: Iterable[str]) -> None:
        for secret in secrets:
            if not EVERYWHERE.match(secret):
                continue
            if secret not in among:
                self._stale = True
                for value, stand_in in derived(secret, self._placeholder(secret)):
                    self._derived[value] = stand_in
            among[secret] = None
            among.move_to_end(secret)
            if len(among) > most:
                among.popitem(last=False)

    def _refresh(self) -> None:
        if not self._stale:
            return
        secrets = sorted({*self._state, *self._passing}, key=len, reverse=True)
        pairs = [(secret, self._placeholder(secret)) for secret in secrets]
        self._texts = [*chain.from_iterable(_spellings(*pair) for pair in pairs), *self._derived.items()]
        self._bytes = [
            (old.encode(), new.encode()) for pair in pairs for old, new in chain(_spellings(*pair), _escaped(*pair))
        ]
        self._derived_bytes = [(old.encode(), new.encode()) for old, new in self._derived.items()]
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
        for old, new in chain(self._bytes, self._derived_bytes) if thorough else self._bytes:
            if old in body:
                body = body.replace(old, new)
        return body


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
