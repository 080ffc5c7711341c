"""Flips: what setting a flag would do, told before it is done, and doing it.

Laws: nothing is flipped on a picture that is no longer true (who flips says what held, and is refused where it does
not any more); what is told beforehand is worked out from the same table that the front reads.
"""

from typing import Any

from pydantic import Field

from shim.build import build
from shim.coverage import native_ids
from shim.cutover.log import CutoverLog
from shim.flags.ledger import Change, Ledger
from shim.flags.table import EVERY, Asked, Flag, Mode, Scope, Table, Value, WrongFlagError
from shim.gates.climb import closed, told
from shim.gates.gates import Gates
from shim.gates.standing import standings
from shim.page.asked import AskedError, Narrowed, flag_value
from shim.page.gates import who
from shim.page.overview import HOUR, is_all, traffic
from shim.store.store import Store

type Json = dict[str, Any]

DOES = {
    Mode.LEGACY: "The legacy answers; nothing is judged.",
    Mode.SHADOW: "The legacy answers, as before; native is judged on what is recorded.",
    Mode.CANARY: "Native answers this share of the conversations, the legacy the rest.",
    Mode.NATIVE: "Native answers; the legacy steps in where native fails before its first byte.",
}


SEALED = "Native serves alone since the cut-over: flags are heeded again after `shim cutover --undo`."


class Flip(Narrowed):
    """A flag to be set.

    Attributes:
        value: What it is to say; empty to take it away.
        expected: What this flag itself said when the visitor looked, empty where it was not set.
        why: The reason, for the history.
    """

    value: str = ""
    expected: str | None = None
    why: str = Field(default="", max_length=500)

    @property
    def wanted(self) -> Value | None:
        """As the flag table has it; None to take the flag away. Raises AskedError."""
        return flag_value(self.value) if self.value else None


def effect(store: Store, flip: Flip, gates: Gates, now: float) -> Json:
    """What a flip would do. Raises AskedError."""
    ledger, wanted = Ledger(store.sql), flip.wanted
    table, hold = ledger.table(), ledger.holds.in_force(build()).get(flip.scope)
    own = _own(table, flip.scope)
    after = Table([*(f for f in table.flags if f.scope != flip.scope), *([Flag(flip.scope, wanted)] if wanted else [])])
    asked = Asked("" if flip.endpoint == EVERY else flip.endpoint, flip.provider, flip.stream == "yes", flip.model)
    holds, will_hold = table.lookup(asked), after.lookup(asked)
    counts = traffic(store, now - HOUR)
    named = [name for name in counts if flip.endpoint in (EVERY, name)]
    if flip.endpoint == EVERY:  # an endpoint with a flag of its own is not touched
        named = [n for n in named if after.lookup(Asked(n)).scope.endpoint == EVERY]
    undo = f"set '{flip.endpoint}' '{own}'" if own else f"unset '{flip.endpoint}'"
    return {
        "scope": str(flip.scope),
        "before": str(holds.value),
        "own": str(own) if own else "",
        "after": str(will_hold.value),
        "does": DOES[will_hold.value.mode],
        "hour": sum(counts[name].total() for name in named),
        "hour_is_all": is_all(counts),
        "share": share_of(will_hold.value),
        "endpoints": len(named),
        "undo": f"shim flags {undo}{_narrowing(flip.scope)}",
        "warnings": [
            *([SEALED] if CutoverLog(store.sql).now().phase.natives else []),
            *_warnings(flip, will_hold.value),
            *([f"This lifts the hold that is on it: {hold.why}"] if hold else []),
            *(_closed(store, flip, gates, now) if will_hold.value.height > holds.value.height else []),
        ],
    }


def share_of(value: Value) -> float:
    """Of the conversations, the share that native is to answer."""
    return {Mode.CANARY: value.percent / 100, Mode.NATIVE: 1.0}.get(value.mode, 0.0)


def flip_now(ledger: Ledger, flip: Flip) -> Change:
    """Set the flag. Raises AskedError, with 409 where somebody else has set it meanwhile."""
    wanted = flip.wanted
    own = _own(ledger.table(), flip.scope)
    if flip.expected is not None and flip.expected != (str(own) if own else ""):
        raise AskedError(f"it was changed meanwhile and says {own or 'nothing of its own'} now: look again", 409)
    try:
        return ledger.set(flip.scope, wanted, who=who(), why=flip.why)
    except WrongFlagError as error:
        raise AskedError(str(error)) from error


def _own(table: Table, scope: Scope) -> Value | None:
    return next((flag.value for flag in table.flags if flag.scope == scope), None)


def _narrowing(scope: Scope) -> str:
    stream = {"yes": " --stream", "no": " --whole"}.get(scope.stream, "")
    words = [("--provider", scope.provider), ("--model", scope.model)]
    return stream + "".join(f" {name} '{value}'" for name, value in words if value)


def _warnings(flip: Flip, value: Value) -> list[str]:
    out = []
    if share_of(value) and flip.endpoint != EVERY and flip.endpoint not in native_ids():
        out.append("Native has no handler for this endpoint: the legacy goes on answering, whatever the flag says.")
    if share_of(value) and flip.endpoint == EVERY:
        out.append("This holds for every endpoint that has no flag of its own.")
    return out


def _closed(store: Store, flip: Flip, gates: Gates, now: float) -> list[str]:
    """What the gate says against going up, where one stands on the way."""
    if flip.endpoint == EVERY or flip.scope.needs_body:
        return []
    found = standings(store, gates, now=now, only=flip.endpoint)
    checks = [check for one in found for check in closed(one) if one.next and one.next.serves]
    return [f"Its gate is not open: {'; '.join(told(checks))}."] if checks else []
