"""Which exchanges the lanes play, and how often: a bounded share of the time, each endpoint in its turn.

Laws: the newest that nobody judged yet comes first, at the endpoint that was judged least; what native serves comes
before what the legacy does; however much passes, a look costs the same.
"""

from collections import Counter
from dataclasses import dataclass

from shim.store.store import Store

REVERSE, ITSELF = "reverse", "legacy"
"""Subjects of verdicts: native's record judged by the binary, the binary's own by itself."""

WINDOW = 2000  # newest exchanges that are looked at
SHARE = 0.1  # of the time, at most, that is spent playing
PACE = 1.0  # seconds between two plays, at least
_WEIGHT = {REVERSE: 4, ITSELF: 1}

_CANDIDATES = """
SELECT e.id, e.endpoint, IIF(e.mode = 'legacy', 'legacy', 'reverse') AS lane FROM exchanges e
WHERE e.id > (SELECT COALESCE(MAX(id), 0) FROM exchanges) - ? AND e.run IS NULL AND e.unjudgeable = ''
    AND e.snapshot IS NOT NULL AND e.endpoint <> '' AND e.mode IN ('legacy', 'native', 'canary')
    AND NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.exchange = e.id AND v.subject = lane)
ORDER BY e.id DESC
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """An exchange to play, and whose verdict it makes."""

    exchange: int
    endpoint: str
    subject: str


class Sampler:
    """Chooses what is played next.

    Args:
        subjects: The lanes that are open.
    """

    def __init__(self, subjects: tuple[str, ...] = (REVERSE, ITSELF)) -> None:
        self._subjects = subjects

    def choose(self, store: Store) -> Sample | None:
        """The next one, None where there is nothing to play."""
        judged: Counter[tuple[str, str]] = Counter()
        for tally in store.tallies.verdicts():
            judged[tally.subject, tally.endpoint] += tally.count
        rows = store.sql.execute(_CANDIDATES, (WINDOW,)).fetchall()
        newest_first = (Sample(*row) for row in rows if row[2] in self._subjects)
        return min(newest_first, key=lambda s: judged[s.subject, s.endpoint] / _WEIGHT[s.subject], default=None)


def pause(took: float, share: float = SHARE) -> float:
    """Seconds to wait after a play that took so long, to spend no more than a share of the time."""
    return max(PACE, took * (1 / share - 1))
