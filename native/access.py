"""Who may ask: client keys, in every place where a client may put one.

Laws: without keys in the configuration everybody may; keys are compared in constant time, so that none can be guessed
letter by letter.
"""

from collections.abc import Iterable, Mapping
from hmac import compare_digest


class Denied(Exception):  # noqa: N818 - the field's word for it
    """The request has no key that holds."""


class Access:
    """The keys of a configuration."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = [k.encode() for k in dict.fromkeys(key.strip() for key in keys) if k]

    def check(self, headers: Mapping[str, str], query: Mapping[str, str]) -> str:
        """The client's key, empty where none is needed. Raises `Denied`."""
        if not self._keys:
            return ""
        given = [
            _bearer(headers.get("Authorization", "")),
            headers.get("X-Goog-Api-Key", ""),
            headers.get("X-Api-Key", ""),
        ]
        if query:
            given += [query.get("key", ""), query.get("auth_token", "")]
        if not any(given) and not headers.get("Authorization"):
            raise Denied("Missing API key")
        for key in given:
            if key and self._known(key):
                return key
        raise Denied("Invalid API key")

    def _known(self, key: str) -> bool:
        sent = key.encode("utf-8", "surrogateescape")
        found = False
        for known in self._keys:
            found |= compare_digest(sent, known)
        return found


def _bearer(header: str) -> str:
    """The token of an Authorization header; the whole header where it has no scheme `Bearer`."""
    scheme, blank, token = header.partition(" ")
    return token.strip() if blank and scheme.lower() == "bearer" else header
