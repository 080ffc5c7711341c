"""Exchanges as a list, newest first, to find one in.

Reading only. Law: a page of the list costs the same however long the recording is: it looks at so many exchanges and
no more, and says where it stopped.
"""

from typing import Any

from shim.judge.verdict import Level
from shim.store.store import Store

PAGE = 50
LOOKED_AT = 5000  # exchanges at most for one page

_COLUMNS = "e.id, e.began, e.took, e.endpoint, e.provider, e.model, e.stream, e.mode, e.fallback, v.level, v.reason"
_NEWEST = f"""
SELECT {_COLUMNS}
FROM (SELECT * FROM exchanges WHERE id < :top AND run IS NULL ORDER BY id DESC LIMIT :most) e
LEFT JOIN verdicts v ON v.id = (
    SELECT MAX(id) FROM verdicts WHERE exchange = e.id AND subject IN ('native', 'reverse'))
WHERE :endpoint IN ('', e.endpoint)
    AND (:level IN ('', v.level) OR (:level = 'unclean' AND v.level IN ('different', 'unjudged')))
ORDER BY e.id DESC LIMIT :page
"""  # noqa: S608 # our own text
# What is rare has an index of its own, so that it is found however much is clean.
_RARE = {
    level: f"""
SELECT {_COLUMNS}
FROM (SELECT id, exchange, level, reason FROM verdicts
    WHERE level = '{level}' AND subject IN ('native', 'reverse') AND exchange < :top ORDER BY id DESC LIMIT :most) v
JOIN exchanges e ON e.id = v.exchange
WHERE e.run IS NULL AND :endpoint IN ('', e.endpoint)
    AND v.id = (SELECT MAX(id) FROM verdicts WHERE exchange = e.id AND subject IN ('native', 'reverse'))
ORDER BY e.id DESC LIMIT :page
"""  # noqa: S608 # our own text
    for level in (str(Level.DIFFERENT), str(Level.ACCEPTED))
}
LEVELS = frozenset([*map(str, Level), "unclean", ""])
_FIELDS = ("id", "began", "took", "endpoint", "provider", "model", "stream", "mode", "fallback", "level", "reason")

type Json = dict[str, Any]


def listing(store: Store, endpoint: str, level: str, before: int) -> Json:
    """A page of the list.

    Args:
        store: An open recording.
        endpoint: Only this one; empty for all.
        level: Only verdicts of this level, `unclean` for those that are not; empty for all.
        before: Only ids below this one; 0 for the newest.
    """
    top = before or (1 << 62)
    asked = {"top": top, "most": LOOKED_AT, "endpoint": endpoint, "level": level, "page": PAGE + 1}
    rows = store.sql.execute(_RARE.get(level, _NEWEST), asked).fetchall()
    further = None if level in _RARE else _further(store, top)
    shown = [dict(zip(_FIELDS, row, strict=True)) for row in rows[:PAGE]]
    return {"exchanges": shown, "next": rows[PAGE - 1][0] if len(rows) > PAGE else further}


def _further(store: Store, top: int) -> int | None:
    """Where to look on, if there are exchanges that were not looked at."""
    row = store.sql.execute(
        "SELECT id FROM exchanges WHERE id < ? AND run IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?", (top, LOOKED_AT - 1)
    ).fetchone()
    return int(row[0]) if row else None
