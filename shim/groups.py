"""What keeps endpoints from being clean: the differences of a recording or of a replay, grouped by cause.

Everything between stored verdicts and `shim.causes` lives here. Laws: the newest verdict on an exchange counts and no
other; ranked by how many exchanges would be clean without the group; of very many differences the newest are looked at
and the answer is there in under a second, whatever the recording's size.
"""

import shlex
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from native.wire.loose import MISSING
from shim.causes import Cause, Finding, Sign, causes, finding, principal, sign_of
from shim.judge.paths import opened
from shim.replay import Result
from shim.sidebyside import spelled
from shim.store.store import Store

SUBJECTS = ("native", "reverse")
"""Whose verdicts say what native does otherwise: judged on the legacy's record, and the other way round."""

ITSELF = ("legacy",)
"""Whose verdicts say what the legacy does otherwise than itself."""

NEWEST = 20_000  # different verdicts that are looked at
_CANDIDATES = 20  # exchanges among which the smallest example is looked for

_FINDINGS = """
SELECT n.id, n.exchange, e.endpoint, e.provider, d.path, d.side, d.kind,
    CASE WHEN d.path LIKE '%.response.status' THEN d.legacy || ' → ' || d.native ELSE '' END
FROM (
    SELECT v.id, v.exchange FROM verdicts v WHERE v.level = 'different' AND v.subject = ? AND NOT EXISTS (
        SELECT 1 FROM verdicts w WHERE w.exchange = v.exchange AND w.subject = v.subject AND w.id > v.id)
    ORDER BY v.id DESC LIMIT ?
) n JOIN exchanges e ON e.id = n.exchange JOIN differences d ON d.verdict = n.id
"""
_SIZE = """
SELECT COALESCE(SUM(b.size), 0) FROM interactions i JOIN bodies b ON b.id IN (i.request_body, i.response_body)
WHERE i.exchange = ?
"""


@dataclass(frozen=True, slots=True)
class Group:
    """Differences of one cause.

    Attributes:
        id: What `shim accept --group` takes; the same for as long as the cause looks as it does.
        endpoint: Where; the most frequent one where there are more.
        provider: With whom.
        pattern: Where in the exchange, in the grammar of accepted rules; the coarsest of `patterns`.
        side: `client`, `sent upstream` or `state`.
        kind: Changed, missing, ...
        count: Exchanges that have it.
        holds_back: Of them, those that would be clean without it.
        example: The smallest exchange that has it; 0 where it is a recorded case, whose name is in `command`.
        legacy: The legacy's value there, as text; None where it has none.
        native: Native's.
        command: What shows the example alone.
        patterns: All places that differ together.
        detail: Of another status, both.
    """

    id: str
    endpoint: str
    provider: str
    pattern: str
    side: str
    kind: str
    count: int
    holds_back: int
    example: int
    legacy: str | None
    native: str | None
    command: str
    patterns: tuple[str, ...] = ()
    detail: str = ""


def groups(store: Store, *, limit: int = 200, subjects: Sequence[str] = SUBJECTS) -> list[Group]:
    """The groups of a recording, what holds back most first."""
    found = {name: verdict for subject in subjects for name, verdict in found_by(store.sql, subject).items()}
    ranked = causes(one for _, one in found.values())
    option = " --itself" if tuple(subjects) == ITSELF else ""
    return [_stored_group(store.sql, cause, found, option) for cause in ranked[:limit]]


def found_by(sql: sqlite3.Connection, subject: str) -> dict[str, tuple[int, Finding]]:
    """What the newest verdicts on a subject found, by exchange, each with the verdict's id."""
    filed: dict[str, tuple[int, str, str]] = {}
    signs: dict[str, list[Sign]] = {}
    for verdict, exchange, endpoint, provider, *difference in sql.execute(_FINDINGS, (subject, NEWEST)).fetchall():
        filed[str(exchange)] = verdict, endpoint, provider
        signs.setdefault(str(exchange), []).append(sign_of(*difference))
    return {
        name: (verdict, Finding(name, endpoint, provider, principal(signs[name])))
        for name, (verdict, endpoint, provider) in filed.items()
    }


def _stored_group(sql: sqlite3.Connection, cause: Cause, found: dict[str, tuple[int, Finding]], option: str) -> Group:
    example = min(cause.members[:_CANDIDATES], key=lambda name: (sql.execute(_SIZE, (name,)).fetchone()[0], int(name)))
    rows = sql.execute("SELECT path, legacy, native FROM differences WHERE verdict = ?", (found[example][0],))
    values = _at([(path, (legacy, native)) for path, legacy, native in rows.fetchall()], cause)
    return _group(cause, int(example), values, f"shim diff {example}{option}")


def _at(values: Iterable[tuple[str, tuple[str | None, str | None]]], cause: Cause) -> tuple[str | None, str | None]:
    """Both values at the cause's first place: those at the place itself, or at the first one under it."""
    pattern = cause.signs[0].pattern
    under = [(path, both) for path, both in values if opened(path).startswith(pattern)]
    return min(under, key=lambda one: len(one[0]))[1] if under else (None, None)


def _group(cause: Cause, example: int, values: tuple[str | None, str | None], command: str) -> Group:
    first = cause.signs[0]
    return Group(
        id=cause.id,
        endpoint=cause.endpoints[0],
        provider=cause.providers[0],
        pattern=first.pattern,
        side=first.side,
        kind=first.kind,
        count=len(cause.members),
        holds_back=cause.holds_back,
        example=example,
        legacy=values[0],
        native=values[1],
        command=command,
        patterns=tuple(s.pattern for s in cause.signs),
        detail=next((s.detail for s in cause.signs if s.detail), ""),
    )


def of_results(results: Iterable[Result], paths: str = "", *, limit: int = 200) -> list[Group]:
    """The groups of what a replay judged; `paths` stands in their commands where the recordings are not the shipped."""
    by_name = {r.name: r for r in results}
    found = (finding(r.name, r.labels.endpoint, r.labels.provider, r.verdict) for r in by_name.values())
    return [_replayed_group(cause, by_name, paths) for cause in causes(filter(None, found))[:limit]]


def _replayed_group(cause: Cause, by_name: dict[str, Result], paths: str) -> Group:
    example = min((by_name[name] for name in cause.members), key=lambda r: (r.size, r.name))
    values = _at([(d.path, (_told(d.legacy), _told(d.native))) for d in example.verdict.differences], cause)
    return _group(cause, 0, values, " ".join(filter(None, ("shim diff", shlex.quote(example.name), paths))))


def _told(value: object) -> str | None:
    return None if value is MISSING else spelled(value)
