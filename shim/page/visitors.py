"""Who is logged in, and how fast keys may be tried.

Everything that remembers visitors lives here, in memory alone. Laws: there are never more sessions than a bound, each
ends after a while; what a browser sends by itself (the cookie) is worth nothing without what only the page's own
script can add (the token); wrong keys make everybody who tries wait longer, those who are logged in excepted.
"""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MOST = 32
IDLE = 8 * 3600.0  # seconds without a request that end a session
LONGEST = 7 * 86400.0
FREE_TRIES = 5
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
FORGIVEN_AFTER = 600.0  # seconds without a wrong key


@dataclass(slots=True)
class Visitor:
    """One log-in.

    Attributes:
        token: What the page's script must send with every request.
        began: When, by the clock of `Visitors`.
        seen: When it was last heard of.
    """

    token: str
    began: float
    seen: float

    def is_told_by(self, token: str) -> bool:
        """Whether this is its token."""
        return hmac.compare_digest(token.encode("utf-8", "surrogateescape"), self.token.encode())


class Visitors:
    """Everybody who is logged in.

    Args:
        clock: Seconds; only differences count.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._by_mark: OrderedDict[bytes, Visitor] = OrderedDict()  # longest unheard of first

    def __len__(self) -> int:
        return len(self._by_mark)

    def begin(self) -> tuple[str, Visitor]:
        """Log somebody in: the cookie's value, and the session. The one unheard of for longest gives way."""
        cookie, now = secrets.token_urlsafe(32), self._clock()
        visitor = Visitor(secrets.token_urlsafe(32), now, now)
        self._by_mark[_mark(cookie)] = visitor
        while len(self._by_mark) > MOST:
            self._by_mark.popitem(last=False)
        return cookie, visitor

    def find(self, cookie: str) -> Visitor | None:
        """The session that a cookie names, unless it has ended."""
        mark, now = _mark(cookie), self._clock()
        visitor = self._by_mark.get(mark)
        if visitor is None:
            return None
        if now - visitor.seen > IDLE or now - visitor.began > LONGEST:
            del self._by_mark[mark]
            return None
        visitor.seen = now
        self._by_mark.move_to_end(mark)
        return visitor

    def end(self, cookie: str) -> None:
        """Log out."""
        self._by_mark.pop(_mark(cookie), None)


class Tries:
    """Wrong keys, and what they cost.

    Args:
        clock: Seconds; only differences count.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._wrong = 0
        self._last = 0.0

    def wait(self) -> float:
        """Seconds before a key may be tried; 0 where it may be at once."""
        since = self._clock() - self._last
        if self._wrong < FREE_TRIES:
            return 0.0
        if since > FORGIVEN_AFTER:
            self._wrong = 0
            return 0.0
        return max(0.0, min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(self._wrong - FREE_TRIES, 10)) - since)

    def wrong(self) -> None:
        """A wrong key was tried."""
        self._wrong += 1
        self._last = self._clock()

    def right(self) -> None:
        """The right one was: nothing is held against anybody."""
        self._wrong = 0


def _mark(cookie: str) -> bytes:
    """What a session is found by: how long a look-up takes then says nothing about the cookie."""
    return hashlib.sha256(cookie.encode("utf-8", "surrogateescape")).digest()
