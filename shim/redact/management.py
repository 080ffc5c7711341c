"""The management key: configurations hold a bcrypt hash of it, requests the key itself.

Law: once a request that was let in has shown which key the hash is of, states are told with that key's placeholder in
the hash's place, so that whoever runs on them lets the same requests in; a placeholder of the hash itself would fit
no key at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import bcrypt

from shim.exchange import Exchange
from shim.redact.places import in_header
from shim.store.snapshots import Snapshot

SECTION, FIELD = "remote-management", "secret-key"
PATH = "/v0/management/"
HEADERS = frozenset({"x-management-key", "authorization"})
REFUSED = frozenset({401, 403, 404})


class ManagementKey:
    """What is known of the management key."""

    def __init__(self) -> None:
        self._hash = ""
        self._key = ""
        self._tried: set[str] = set()
        self._told: tuple[Snapshot, str, Snapshot] | None = None

    def state(self, config: Mapping[str, Any]) -> None:
        """The configuration is this from now on, secrets and all."""
        section = config.get(SECTION)
        found = section.get(FIELD) if isinstance(section, Mapping) else None
        told = found if isinstance(found, str) and found.startswith("$2") else ""
        if told != self._hash:
            self._hash, self._key = told, ""
            self._tried.clear()

    def exchange(self, exchange: Exchange) -> None:
        """A client asked this and, it may be, was let in. Trying a key takes some tens of milliseconds, once a key."""
        if not self._hash or self._key or not exchange.request.url.startswith(PATH):
            return
        if exchange.response is None or exchange.response.status in REFUSED:
            return
        for name, value in exchange.request.headers:
            if name.lower() in HEADERS:
                for key in in_header(name, value):
                    self._try(key)

    def _try(self, key: str) -> None:
        if key in self._tried:
            return
        self._tried.add(key)
        try:
            if bcrypt.checkpw(key.encode(), self._hash.encode()):
                self._key = key
        except ValueError:
            return  # no hash after all, or a key that bcrypt takes for none

    def told(self, snapshot: Snapshot, placeholder: Callable[[str], str]) -> Snapshot:
        """A redacted state, with the key's placeholder in the hash's place where the key is known."""
        if not self._key:
            return snapshot
        if self._told is None or self._told[0] is not snapshot or self._told[1] != self._key:
            section = {**snapshot.config.get(SECTION, {}), FIELD: placeholder(self._key)}
            self._told = snapshot, self._key, replace(snapshot, config={**snapshot.config, SECTION: section})
        return self._told[2]
