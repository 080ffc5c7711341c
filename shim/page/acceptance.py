"""Accepting a difference from the page: what the rule would change, told first; then the rule, written down.

Law: nothing is accepted without its reason, its author and the day on which it ends.
"""

import datetime as dt
import getpass
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from shim.accepting import accept, effect, renew
from shim.judge.accepted import AcceptedError, Rule, Rules
from shim.page.asked import AskedError, Body
from shim.store.store import Store

DAYS = 90  # that a rule holds where nobody says otherwise

type Json = dict[str, Any]


class Proposal(Body):
    """A rule as a visitor proposes it; see `shim.judge.accepted.Rule`."""

    path: str = Field(min_length=1)
    cases: str = "*"
    legacy: str = ""
    native: str = ""
    reason: str = ""
    expires: dt.date | None = None

    def rule(self, today: dt.date) -> Rule:
        """As a rule. Raises AskedError."""
        if self.expires is not None and self.expires < today:
            raise AskedError("expires: that day is over")
        try:
            return Rule(
                path=self.path,
                reason=self.reason,
                author=getpass.getuser(),
                expires=self.expires or today + dt.timedelta(DAYS),
                cases=self.cases or "*",
                legacy=self.legacy,
                native=self.native,
            )
        except ValidationError as error:
            first = error.errors()[0]
            raise AskedError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
        except ValueError as error:
            raise AskedError(str(error)) from error


def would_change(path: Path, proposal: Proposal, today: dt.date) -> Json:
    """What a rule would change. Raises AskedError."""
    rule = proposal.model_copy(update={"reason": proposal.reason or "not given yet"}).rule(today)
    with Store(path, read_only=True) as store:
        found = effect(store, rule)
    return {**asdict(found), "expires": rule.expires.isoformat()}


def accept_now(path: Path, proposal: Proposal, file: Path, today: dt.date) -> Json:
    """Write the rule, and let what was judged follow it. Raises AskedError."""
    rule = proposal.rule(today)
    try:
        accept(file, rule)
    except AcceptedError as error:
        raise AskedError(str(error), 409) from error
    except OSError as error:
        raise AskedError(f"{file} cannot be written: {error}", 500) from error
    with Store(path) as store:
        return {"rule": rule.name, "renewed": renew(store, Rules.read(file, today=today))}
