"""Log-ins under way, by state.

Laws: a state is known for ten minutes after it was begun or failed, and no longer; a code is taken only for a log-in
that still waits, of the provider it was begun with.
"""

from collections.abc import Callable
from dataclasses import dataclass

LIFE_SECONDS = 600.0
MOST = 1_000
"""Log-ins at once; the oldest are forgotten first."""
_SHOWN = ("device_code|", "auth_url|")
"""What begins a status that tells how to go on instead of what went wrong."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What a browser came back with."""

    code: str = ""
    error: str = ""


@dataclass(slots=True)
class Session:
    """One log-in.

    Attributes:
        provider: Whose it is.
        until: When it is forgotten.
        status: Empty while it waits; else what went wrong, or how to go on (`device_code|…`, `auth_url|…`).
        returned: What a browser came back with, until it is taken.
    """

    provider: str
    until: float
    status: str = ""
    returned: Returned | None = None

    @property
    def waits(self) -> bool:
        """Whether it may still be completed; Kiro's tell how to go on while they wait."""
        return not self.status or (self.provider == "kiro" and self.status.startswith(_SHOWN))


class Sessions:
    """Every log-in under way.

    Args:
        now: The time.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._held: dict[str, Session] = {}

    def _purge(self) -> float:
        now = self._now()
        for state in [state for state, session in self._held.items() if now > session.until]:
            del self._held[state]
        return now

    def open(self, state: str, provider: str) -> None:
        """Begin one."""
        now = self._purge()
        self._held[state] = Session(provider, now + LIFE_SECONDS)
        while len(self._held) > MOST:
            del self._held[next(iter(self._held))]

    def get(self, state: str) -> Session | None:
        """One that is under way, or failed not long ago."""
        self._purge()
        return self._held.get(state)

    def say(self, state: str, status: str) -> None:
        """Tell what went wrong, or how to go on."""
        now = self._purge()
        if session := self._held.get(state):
            session.status = status.strip() or "Authentication failed"
            session.until = now + LIFE_SECONDS

    def complete(self, state: str) -> None:
        """Forget one that has its file."""
        self._held.pop(state, None)

    def complete_all(self, provider: str) -> None:
        """Forget every one of a provider: whoever logged in twice is done."""
        for state in [state for state, session in self._held.items() if session.provider == provider]:
            del self._held[state]

    def waits(self, state: str, provider: str) -> bool:
        """Whether a log-in is under way and still to be completed."""
        session = self.get(state)
        return session is not None and session.waits and session.provider == provider

    def bring(self, provider: str, state: str, returned: Returned) -> bool:
        """Take what a browser came back with; whether a log-in waits for it."""
        if not self.waits(state, provider):
            return False
        self._held[state].returned = returned
        return True

    def take(self, state: str) -> Returned | None:
        """What a browser came back with, once."""
        session = self._held.get(state)
        if session is None or session.returned is None:
            return None
        found, session.returned = session.returned, None
        return found
