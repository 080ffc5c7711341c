"""Which credential a Responses connection stays with, and whether its provider remembers the turns.

A credential with `websockets` answers over a socket of its own and remembers what was said on it; so a connection that
met one stays with it, and sends it new items alone. Law: nothing is pinned that does not remember.
"""

from typing import TYPE_CHECKING

from native.failure import Failure
from native.models import key_of

if TYPE_CHECKING:
    from native.credentials.credential import Credential
    from native.service import Service


class Affinity:
    """One connection's.

    Attributes:
        pinned: The credential it stays with, empty for any.
    """

    def __init__(self, service: "Service") -> None:
        self._service = service
        self.pinned = ""

    def chosen(self, credential: str) -> None:
        """A credential was asked: stay with it if it remembers."""
        found = self._service.pool.credentials.get(credential)
        if not self.pinned and found is not None and found.websockets:
            self.pinned = credential

    def remembers(self, model: str) -> bool:
        """Whether who will be asked for a model remembers the turns so far."""
        credentials = self._service.pool.credentials
        if self.pinned:
            pinned = credentials.get(self.pinned)
            return pinned is not None and pinned.websockets
        candidates = [credential for credential in credentials.values() if credential.websockets]
        if not candidates:
            return False
        try:
            providers, resolved = self._service.exchange.route(model)
        except Failure:
            return False
        base, now = key_of(resolved), self._service.kit.clock.now()
        serves = self._service.kit.models.supports
        return any(one.provider in providers and serves(one.id, base) and _ready(one, base, now) for one in candidates)


def _ready(credential: "Credential", model: str, now: float) -> bool:
    """Whether nothing holds a credential back for a model."""
    if credential.disabled:
        return False
    state = credential.states.get(model)
    if state is not None:
        return not (state.unavailable and state.retry_at > now)
    return not (credential.unavailable and credential.retry_at > now)
