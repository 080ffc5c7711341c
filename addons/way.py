"""Who is asked for an answer, in which order, and who gave it.

Everything that a request's routing leaves on its flow lives here. Law: a `Way` only goes forward, and keeps the
reason for each step, so that a fallback is always recorded.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from mitmproxy import http

from shim.faults import NATIVE_DECLINED, NATIVE_FAILED

UNANSWERED = "x-native-unanswered"
KEY = "way"


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody who can answer: `legacy` or `native`, and where."""

    name: str
    address: tuple[str, int]


@dataclass(slots=True)
class Way:
    """One request's way.

    Attributes:
        targets: Whom to ask, in order.
        endpoint: The endpoint's id in the catalogue, or empty.
        mode: Which flag sent it here: `legacy`, `shadow`, `canary`, `native`.
        model: The model asked for, where the router read it.
        stream: Whether a stream was asked for, where the router read it.
        reason: Why the first was not the one who answered.
        answered: Who did: a target's name, or `front` where nobody could.
        hold: Seconds that the legacy is not to be asked for yet; None where it never is to wait.
    """

    targets: tuple[Target, ...]
    endpoint: str = ""
    mode: str = "legacy"
    model: str = ""
    stream: bool = False
    reason: str = ""
    answered: str = ""
    hold: Callable[[], float] | None = None
    _at: int = field(default=0, init=False)

    @property
    def target(self) -> Target:
        """Whom to ask now."""
        return self.targets[self._at]

    @property
    def fell_back(self) -> bool:
        """Whether the first did not answer."""
        return self._at > 0

    def turn(self, reason: str) -> bool:
        """Go on to the next; False where there is none."""
        self.reason = f"{self.reason}; {reason}" if self.reason else reason
        if self._at + 1 >= len(self.targets):
            return False
        self._at += 1
        return True

    def declined(self, response: http.Response) -> str:
        """Why this answer is none, or nothing: native says so itself, or has failed before it had one."""
        if self.target.name != "native":
            return ""
        if reason := response.headers.get(UNANSWERED, ""):
            return f"{NATIVE_DECLINED}: {reason}"
        # What native says itself is never plain text: this is aiohttp's page for an error that nobody caught.
        failed = response.status_code == 500 and response.headers.get("content-type", "").startswith("text/plain")
        return NATIVE_FAILED if failed else ""


def way_of(flow: http.HTTPFlow) -> Way:
    """The way laid out for this flow by the route addon."""
    way: Way = flow.metadata[KEY]
    return way
