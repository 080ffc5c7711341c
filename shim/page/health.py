"""How recorder and judge fare, and the flags' history, for the page and for metrics.

Reading only. Law: counts are those of the recorder's own account; what does not add up is said, never mended.
"""

from dataclasses import asdict
from typing import Any

from shim.flags.ledger import Change, Ledger
from shim.flags.table import Asked, Mode
from shim.proof import kept
from shim.store.sessions import Session
from shim.store.store import Store

LAST = 5  # lives of the recorder that are shown
WAITED = 10_001  # exchanges that are looked at to say how many wait
_WAITING = """
SELECT e.began, e.endpoint, e.provider, e.stream, e.model FROM exchanges e
WHERE e.run IS NULL AND e.id > ? AND e.mode = 'legacy' AND NOT EXISTS (
    SELECT 1 FROM verdicts v WHERE v.exchange = e.id AND v.subject = 'native')
ORDER BY e.id LIMIT ?
"""

type Json = dict[str, Any]


def health(store: Store, now: float) -> Json:
    """Recorder, judge and database."""
    sessions = store.sessions.all()
    return {
        "now": now,
        "adds_up": all(s.standing.adds_up for s in sessions),
        "recorder": [session_json(s) for s in reversed(sessions[-LAST:])],
        "judge": judge_json(store, now),
        "database": database_bytes(store),
        "proof": kept(store.path.parent),
    }


def session_json(one: Session) -> Json:
    """One life of the recorder."""
    return {
        "id": one.id,
        "began": one.began,
        "ended": one.ended,
        "found": one.found,
        "adds_up": one.standing.adds_up,
        **asdict(one.standing),
    }


def judge_json(store: Store, now: float) -> Json:
    """What the judge did last and what waits for it: of what was recorded since its newest verdict."""
    row = store.sql.execute(
        "SELECT exchange, judged, took, build FROM verdicts WHERE subject = 'native' ORDER BY id DESC LIMIT 1"
    ).fetchone()
    last, judged, took, build = row or (0, None, None, "")
    waiting = _waiting(store, last)
    recent = store.sql.execute(
        "SELECT COUNT(*), MIN(judged), MAX(judged), AVG(took) FROM"
        " (SELECT judged, took FROM verdicts WHERE subject = 'native' ORDER BY id DESC LIMIT 1000)"
    ).fetchone()
    return {
        "judged": judged,
        "took": took,
        "build": build,
        "waiting": len(waiting),
        "lag": now - min(waiting) if waiting else 0.0,
        "average": recent[3],
        "recent": recent[0],
    }


def _waiting(store: Store, last: int) -> list[float]:
    """When those began that are to be judged and have no verdict; what a flag of `legacy` covers waits for nobody."""
    table = Ledger(store.sql).table()
    rows = store.sql.execute(_WAITING, (last, WAITED)).fetchall()
    return [
        began
        for began, endpoint, provider, stream, model in rows
        if table.lookup(Asked(endpoint, provider, bool(stream), model)).value.mode is not Mode.LEGACY
    ]


def database_bytes(store: Store) -> int:
    """The database with its log."""
    log = store.path.with_name(store.path.name + "-wal")
    return store.path.stat().st_size + (log.stat().st_size if log.exists() else 0)


def history(store: Store, limit: int) -> Json:
    """Who changed which flag, when and why, latest first."""
    return {"changes": [change_json(c) for c in Ledger(store.sql).history(limit)]}


def change_json(one: Change) -> Json:
    """One line of history."""
    return {
        "scope": str(one.scope),
        "endpoint": one.scope.endpoint,
        "provider": one.scope.provider,
        "stream": one.scope.stream,
        "model": one.scope.model,
        "before": one.before,
        "value": one.value,
        "who": one.who,
        "at": one.at,
        "why": one.why,
    }
