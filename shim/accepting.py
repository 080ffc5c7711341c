"""Accepting a difference: what a rule would change, the rule written down, and what was judged before it judged again.

Everything between a rule that someone proposes and `accepted.yaml` lives here. Laws: what is shown before is what comes
to pass after; a rule is added and nothing of the file is lost, its comments neither; a stored verdict follows the rules
in force, both when one comes and when one goes.
"""

import io
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import batched
from pathlib import Path
from typing import Any

import orjson
from ruamel.yaml import YAML

from shim.filed import difference_of
from shim.judge.accepted import LIVE, AcceptedError, Rule, Rules
from shim.judge.paths import opened, place_of
from shim.judge.verdict import Difference, Level
from shim.replay import Result
from shim.store.store import Store
from shim.store.verdicts import DifferenceRow, VerdictRow, Verdicts

_EXAMPLES = 5
_NOTED = """
SELECT v.id, v.exchange, e.endpoint, e.provider FROM verdicts v JOIN exchanges e ON e.id = v.exchange
WHERE v.level = ? AND v.subject IN ('native', 'reverse') AND e.run IS NULL AND NOT EXISTS (
    SELECT 1 FROM verdicts w WHERE w.exchange = v.exchange AND w.subject = v.subject AND w.id > v.id)
ORDER BY v.id DESC LIMIT ?
"""
NEWEST = 20_000  # different verdicts on which an effect is shown
_AT_ONCE = 500  # verdicts that are written together
_ALL = -1


@dataclass(frozen=True, slots=True)
class Differing:
    """A verdict's differences, and what it is filed under."""

    name: str
    endpoint: str
    provider: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, order=True)
class Covered:
    """One sort of difference that a rule covers."""

    endpoint: str
    provider: str
    pattern: str
    kind: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule would change.

    Attributes:
        covers: Exchanges or cases that have a difference which it covers.
        clean: Of them, those that become clean.
        endpoints: Ids of the endpoints concerned, the most concerned first.
        examples: Names of the first few covered.
        places: Each sort of difference that it covers, and how many of them.
    """

    covers: int
    clean: int
    endpoints: tuple[str, ...]
    examples: tuple[str, ...]
    places: tuple[tuple[Covered, int], ...] = ()


def effect(store: Store, *rules: Rule) -> Effect:
    """What a rule, or several together, would change in a recording: of very much that differs, in the newest."""
    return effect_on(stored(store.sql), *rules)


def effect_on(verdicts: Iterable[Differing], *rules: Rule) -> Effect:
    """What rules would change of some verdicts that are not clean."""
    endpoints: Counter[str] = Counter()
    places: Counter[Covered] = Counter()
    names: list[str] = []
    clean = 0
    for one in verdicts:
        own = [rule for rule in rules if rule.concerns(one.name, one.endpoint)]
        covered = [d for d in one.differences if _covered(d, own)]
        if covered:
            endpoints[one.endpoint] += 1
            names.append(one.name)
            clean += len(covered) == len(one.differences)
            places.update({Covered(one.endpoint, one.provider, opened(d.path), str(d.kind)) for d in covered})
    found = tuple(sorted(places.items(), key=lambda item: (-item[1], item[0])))
    return Effect(len(names), clean, tuple(e for e, _ in endpoints.most_common()), tuple(names[:_EXAMPLES]), found)


def _covered(one: Difference, rules: Sequence[Rule]) -> bool:
    return bool(rules) and any(rule.covers(place_of(one.path), one.legacy, one.native) for rule in rules)


def stored(sql: sqlite3.Connection) -> Iterator[Differing]:
    """The newest verdicts of a recording that are not clean."""
    verdicts = Verdicts(sql)
    rows = sql.execute(_NOTED, (str(Level.DIFFERENT), NEWEST)).fetchall()
    for number, exchange, endpoint, provider in reversed(rows):
        differences = tuple(map(difference_of, verdicts.get(number).differences))
        yield Differing(live_name(endpoint, exchange), endpoint, provider, differences)


def judged(results: Iterable[Result]) -> Iterator[Differing]:
    """Those of a replay."""
    for one in results:
        if one.verdict.level is Level.DIFFERENT:
            yield Differing(one.name, one.labels.endpoint, one.labels.provider, one.verdict.differences)


def live_name(endpoint: str, exchange: int) -> str:
    """What a live exchange is called as a case."""
    return f"{LIVE}{endpoint}/{exchange}"


def accept(file: Path, rule: Rule) -> None:
    """Write a rule into the file of accepted differences, behind those that are there.

    Raises:
        AcceptedError: The file cannot be used, or has the rule already.
        OSError: It cannot be written; it is as it was.
    """
    if any(known.name == rule.name for known in Rules.read(file).rules):
        raise AcceptedError(f"{file} has that rule already: {rule.name}; change its `expires` there")
    yaml = YAML()
    yaml.width = 120
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    entry = rule.model_dump(exclude_defaults=True)
    entries = yaml.load(text) if text else None
    if not entries:  # an empty list is in one line, and comments above it would go with it
        head = "".join(line for line in text.splitlines(keepends=True) if line.strip() not in {"[]", "---"})
        written = head + ("" if not head or head.endswith("\n") else "\n") + _spelled(yaml, [entry])
    else:
        entries.append(entry)
        written = _spelled(yaml, entries)
    _replace(file, written)


def _spelled(yaml: YAML, entries: Any) -> str:
    out = io.StringIO()
    yaml.dump(entries, out)
    return out.getvalue()


def _replace(file: Path, text: str) -> None:
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(file)


def renew(store: Store, rules: Rules) -> int:
    """Bring a recording's verdicts in line with the rules in force; returns how many are other than before.

    Nothing is judged again: what a verdict found is stored with it, and so is what a rule covered.
    """
    changed = 0
    for level in (Level.DIFFERENT, Level.ACCEPTED):
        for some in batched(store.sql.execute(_NOTED, (str(level), _ALL)).fetchall(), _AT_ONCE):
            rows = (_under(rules, endpoint, store.verdicts.get(number)) for number, _, endpoint, _ in some)
            other = [row for row in rows if row.level != level]
            if other:
                with store.transaction():
                    for row in other:
                        store.verdicts.add(row)
            changed += len(other)
    return changed


def _under(rules: Rules, endpoint: str, row: VerdictRow) -> VerdictRow:
    """What a verdict is under some rules."""
    used: list[str] = []
    left: list[DifferenceRow] = []
    for found in row.differences:
        one = difference_of(found)
        name = live_name(endpoint, row.exchange)
        rule = rules.rule_for(name, endpoint, place_of(one.path), one.legacy, one.native)
        if rule is None:
            left.append(found)
        else:
            used.append(rule.name)
    return replace(
        row,
        level=str(Level.DIFFERENT if left else Level.ACCEPTED),
        judged=time.time(),
        rules=orjson.dumps(used).decode(),
        differences=tuple(left) or row.differences,
    )


def hits(sql: sqlite3.Connection) -> Counter[str]:
    """How many of a recording's exchanges each rule made clean."""
    found: Counter[str] = Counter()
    verdicts = Verdicts(sql)
    for number, *_ in sql.execute(_NOTED, (str(Level.ACCEPTED), _ALL)).fetchall():
        found.update(set(orjson.loads(verdicts.get(number).rules)))
    return found
