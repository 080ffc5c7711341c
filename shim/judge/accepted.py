"""Accepted differences: what someone decided to live with, where, why, until when.

Read from `recordings/accepted.yaml`. Law: a rule names a place in the grammar that reports print, and expires; an
expired rule covers nothing; a rule that nothing matches any more is stale and says so.
"""

import datetime as dt
import fnmatch
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from shim.exchange import Case
from shim.judge.paths import PathError, Pattern, Place


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
        return f"{self.cases} {self.path}"


class Rules:
    """The accepted differences of a project, and how often each was used."""

    def __init__(self, rules: Iterable[Rule], *, today: dt.date | None = None) -> None:
        self.rules = tuple(rules)
        self.today = today or dt.datetime.now(dt.UTC).date()
        self.hits: Counter[str] = Counter()
        self._live = [(r, Pattern(r.path)) for r in self.rules if r.expires >= self.today]

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
        for rule, pattern in self._live:
            if (
                pattern.covers(place)
                and fnmatch.fnmatchcase(case.full_name, rule.cases)
                and rule.legacy in str(legacy)
                and rule.native in str(native)
            ):
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
        return tuple(r for r in self.rules if r.expires >= self.today and not self.hits[r.name])
