"""Exchanges as a list, newest first, to find one in.

Reading only. Law: a page of the list costs the same however long the recording is: it looks at so many exchanges and
no more, and says where it stopped.
"""

from typing import Any

from shim.judge.verdict import Level
from shim.store.store import Store

PAGE = 50
LOOKED_AT = 5000  # exchanges at most for one page

_NEWEST = """
SELECT e.id, e.began, e.took, e.endpoint, e.provider, e.model, e.stream, e.mode, e.fallback, v.level, v.reason
FROM (SELECT * FROM exchanges WHERE id < ? AND run IS NULL ORDER BY id DESC LIMIT ?) e
LEFT JOIN verdicts v ON v.id = (
    SELECT id FROM verdicts WHERE exchange = e.id AND subject = 'native' ORDER BY id DESC LIMIT 1)
WHERE (? = '' OR e.endpoint = ?) AND (? = '' OR v.level = ? OR (? = 'unclean' AND v.level IN ('different', 'unjudged')))
ORDER BY e.id DESC LIMIT ?
"""
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
    rows = store.sql.execute(_NEWEST, (top, LOOKED_AT, endpoint, endpoint, level, level, level, PAGE + 1)).fetchall()
    more = rows[PAGE - 1][0] if len(rows) > PAGE else _further(store, top)
    return {"exchanges": [dict(zip(_FIELDS, row, strict=True)) for row in rows[:PAGE]], "next": more}


def _further(store: Store, top: int) -> int | None:
    """Where to look on, if there are exchanges that were not looked at."""
    row = store.sql.execute(
        "SELECT id FROM exchanges WHERE id < ? AND run IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?", (top, LOOKED_AT - 1)
    ).fetchone()
    return int(row[0]) if row else None
