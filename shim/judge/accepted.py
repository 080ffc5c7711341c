"""Accepted differences: what someone decided to live with, where, why, until when.

Read from `recordings/accepted.yaml`. Laws: a rule names a place in the grammar that reports print, and expires; an
expired rule covers nothing; a rule that nothing matches any more is stale and says so; an endpoint that an open rule
may concern is not done.
"""

import datetime as dt
import fnmatch
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from shim.exchange import Case
from shim.judge.noisebook import endpoint_of_place
from shim.judge.paths import PathError, Pattern, Place

LIVE = "live/"
"""What the names of live exchanges begin with: a rule for them alone says nothing of recordings."""


class AcceptedError(ValueError):
    """The file of accepted differences cannot be used; says which entry and why."""


class Rule(BaseModel):
    """One accepted difference.

    Attributes:
        path: Where, as a report prints it; `[*]` for any index.
        reason: Why it is fine.
        author: Who says so.
        expires: Last day on which it counts.
        cases: Glob over full case names or endpoint ids that it is limited to.
        legacy: Text that the legacy's value must contain, if given.
        native: Text that native's value must contain, if given.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    reason: str = Field(min_length=8)
    author: str = Field(min_length=1)
    expires: dt.date
    cases: str = "*"
    legacy: str = ""
    native: str = ""

    @field_validator("path")
    @classmethod
    def _understood(cls, value: str) -> str:
        Pattern(value)
        return value

    @property
    def name(self) -> str:
        """What reports call it."""
        said = (f"{who} {text!r}" for who, text in (("legacy", self.legacy), ("native", self.native)) if text)
        return " ".join((self.cases, self.path, *said))

    def concerns(self, name: str, endpoint: str) -> bool:
        """Whether it is meant for a case of this name, or an exchange at this endpoint."""
        return fnmatch.fnmatchcase(name, self.cases) or fnmatch.fnmatchcase(endpoint, self.cases)

    def covers(self, place: Place, legacy: Any, native: Any) -> bool:
        """Whether it accepts these values at this place."""
        return _pattern(self.path).covers(place) and self.legacy in str(legacy) and self.native in str(native)


@lru_cache(maxsize=1024)
def _pattern(path: str) -> Pattern:
    return Pattern(path)


class Rules:
    """The accepted differences of a project, and how often each was used."""

    def __init__(self, rules: Iterable[Rule], *, today: dt.date | None = None) -> None:
        self.rules = tuple(rules)
        self.today = today or dt.datetime.now(dt.UTC).date()
        self.hits: Counter[str] = Counter()
        self.live = tuple(r for r in self.rules if r.expires >= self.today)

    @classmethod
    def read(cls, path: Path, *, today: dt.date | None = None) -> "Rules":
        """Read a file; a missing one has no rules.

        Raises:
            AcceptedError: The file is not YAML, or an entry lacks what a rule needs.
        """
        if not path.exists():
            return cls((), today=today)
        try:
            entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
        except yaml.YAMLError as error:
            raise AcceptedError(f"{path}: not YAML: {error}") from error
        if not isinstance(entries, list):
            raise AcceptedError(f"{path}: expected a list of rules, found {type(entries).__name__}")
        out = []
        for n, entry in enumerate(entries, 1):
            try:
                out.append(Rule.model_validate(entry))
            except (ValidationError, PathError) as error:
                raise AcceptedError(f"{path}: rule {n} cannot be used: {error}") from error
        return cls(out, today=today)

    def covering(self, case: Case, place: Place, legacy: Any, native: Any) -> Rule | None:
        """The rule that covers a difference, counted; None where there is none."""
        if not self.live:
            return None
        return self.rule_for(case.full_name, endpoint_of_place(case, place), place, legacy, native)

    def rule_for(self, name: str, endpoint: str, place: Place, legacy: Any, native: Any) -> Rule | None:
        """The same for a difference of which no more is known than what it is filed under."""
        for rule in self.live:
            if rule.concerns(name, endpoint) and rule.covers(place, legacy, native):
                self.hits[rule.name] += 1
                return rule
        return None

    @property
    def expired(self) -> tuple[Rule, ...]:
        """Rules that no longer count."""
        return tuple(r for r in self.rules if r.expires < self.today)

    @property
    def stale(self) -> tuple[Rule, ...]:
        """Rules that were never used in what was judged."""
        return tuple(r for r in self.live if not self.hits[r.name])

    def failing(self, cases: Mapping[str, str], judged: Collection[str]) -> tuple[Rule, ...]:
        """The expired and the stale, as far as what was judged can tell.

        Args:
            cases: Every recorded case that the rules lie beside: full name -> endpoint.
            judged: Names of those that were judged. A rule that may concern another one has not been met.
        """
        left = {name: endpoint for name, endpoint in cases.items() if name not in judged}
        return tuple(
            rule
            for rule in (*self.expired, *self.stale)
            if not rule.cases.startswith(LIVE)
            and (rule in self.expired or not any(rule.concerns(name, endpoint) for name, endpoint in left.items()))
        )


def open_acceptances(
    rules: Iterable[Rule], endpoint: str, cases: Mapping[str, str] | None = None, *, today: dt.date | None = None
) -> tuple[Rule, ...]:
    """The rules in force that may concern an endpoint: while there is one, it cannot be sealed.

    Args:
        rules: All of them.
        endpoint: Its id.
        cases: Full name -> endpoint of the recorded cases; without them, a rule for cases may concern any endpoint.
        today: Rules that expired before it are open no more.
    """
    day = today or dt.datetime.now(dt.UTC).date()

    def concerned(rule: Rule) -> bool:
        if rule.cases == "*" or fnmatch.fnmatchcase(endpoint, rule.cases):
            return True
        if rule.cases.startswith(LIVE):
            return fnmatch.fnmatchcase(f"{LIVE}{endpoint}/0", rule.cases) or rule.cases.startswith(f"{LIVE}{endpoint}/")
        if " /" in rule.cases:  # the glob of another endpoint's id
            return False
        return cases is None or any(at == endpoint and rule.concerns(name, at) for name, at in cases.items())

    return tuple(rule for rule in rules if rule.expires >= day and concerned(rule))
