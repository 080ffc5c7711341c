"""How long a credential rests after a failure, and whether it rests now.

Law: a table from status to rest; success clears; a request's own fault never holds a credential back.
"""

import math
from dataclasses import dataclass
from typing import Final, Literal

from native.credentials.credential import Credential, ModelState, Quota
from native.failure import Failure, lost_item, unsupported
from native.models import key_of

MINUTE: Final = 60.0
HOUR: Final = 3600.0
QUOTA_FIRST: Final = 1.0
QUOTA_MOST: Final = 30 * MINUTE

RESTS: Final = {
    401: (30 * MINUTE, "unauthorized"),
    402: (30 * MINUTE, "payment_required"),
    403: (30 * MINUTE, "payment_required"),
    404: (12 * HOUR, "not_found"),
}
"""Seconds a model rests on a credential after a status, and why it is left out of the lists meanwhile."""

TRANSIENT: Final = frozenset({408, 500, 502, 503, 504})
"""Statuses after which a model rests for a minute, unless cooling is off."""

STATES_MOST: Final = 1000
"""Models whose successes are remembered on a credential: names come from clients, who may make up suffixes."""

type Why = Literal["", "cooldown", "disabled", "other"]


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a credential may not serve a model now, and until when (0 where nobody knows); empty where it may."""

    why: Why = ""
    until: float = 0.0


FREE: Final = Blocked()
DISABLED: Final = Blocked("disabled")


def blocked(credential: Credential, model: str, now: float) -> Blocked:
    """Whether a credential may serve a model; without a model, whether it may serve at all."""
    if credential.disabled or credential.status == "disabled":
        return DISABLED
    if not model:
        return _until(credential, now) if credential.unavailable else FREE
    if not credential.states:
        return FREE
    state = credential.states.get(model) or credential.states.get(key_of(model))
    if state is None:
        return FREE
    if state.status == "disabled":
        return DISABLED
    return _until(state, now) if state.unavailable else FREE


def _until(state: Credential | ModelState, now: float) -> Blocked:
    if state.retry_at <= now:
        return FREE
    until = state.quota.recover_at if state.quota.recover_at > now else state.retry_at
    return Blocked("cooldown" if state.quota.exceeded else "other", until)


def _quota_rest(level: int, *, cooling: bool) -> tuple[float, int]:
    """The next rest after a quota ran out, and the level after it: a second, doubled each time, to half an hour."""
    if not cooling:
        return 0.0, level
    rest = QUOTA_FIRST * 2 ** min(level, 30)
    return (QUOTA_MOST, level) if rest >= QUOTA_MOST else (rest, level + 1)


def succeed(credential: Credential, model: str, now: float) -> bool:
    """Book a success: the model serves again. Whether anything held it back before."""
    state, held = credential.states.get(model), False
    if state is None:
        if len(credential.states) < STATES_MOST:
            credential.states[model] = ModelState(updated_at=now)
    elif state.status != "active" or state.unavailable or state.error or state.quota.exceeded or state.retry_at:
        credential.states[model] = ModelState(updated_at=now)
        _aggregate(credential, now)
        held = True
    erred = credential.status != "active" or credential.error
    if erred and not any(_erring(s, now) for s in credential.states.values()):
        credential.error, credential.message, credential.status = None, "", "active"
        held = True
    credential.updated_at = now
    return held


def fail(credential: Credential, model: str, failure: Failure, now: float, *, cooling: bool) -> str:
    """Book a failure; return why the model is to be left out of the lists, or empty."""
    if lost_item(failure):
        return ""
    state = credential.states.setdefault(model, ModelState())
    state.unavailable, state.status, state.updated_at = True, "error", now
    state.error = credential.error = {"message": failure.message, "retryable": False, "http_status": failure.status}
    state.message = credential.message = failure.message
    why = ""
    if unsupported(failure):
        state.retry_at, why = now + 12 * HOUR, "model_not_supported"
    elif failure.status in RESTS:
        rest, why = RESTS[failure.status]
        state.retry_at = now + rest
    elif failure.status == 429:
        why = "quota"
        if failure.retry_after is not None:
            rest, level = failure.retry_after, state.quota.level
        else:
            rest, level = _quota_rest(state.quota.level, cooling=cooling)
        state.retry_at = now + rest if rest or failure.retry_after is not None else 0.0
        state.quota = Quota(exceeded=True, recover_at=state.retry_at, level=level)
    elif failure.status in TRANSIENT and cooling:
        state.retry_at = now + MINUTE
    else:
        state.retry_at = 0.0
    credential.status, credential.updated_at = "error", now
    _aggregate(credential, now)
    return why


def _erring(state: ModelState, now: float) -> bool:
    if state.error is not None:
        return True
    return state.status == "error" and state.unavailable and (not state.retry_at or state.retry_at > now)


def _aggregate(credential: Credential, now: float) -> None:
    """What all models' states say of the credential as a whole."""
    every, earliest = True, math.inf
    for state in credential.states.values():
        resting = state.status == "disabled"
        if not resting and state.unavailable and state.retry_at:
            if state.retry_at > now:
                resting, earliest = True, min(earliest, state.retry_at)
            else:
                state.unavailable, state.retry_at = False, 0.0
        every = every and resting
    credential.unavailable = every
    credential.retry_at = earliest if every and earliest < math.inf else 0.0
    out = [s.quota for s in credential.states.values() if s.quota.exceeded]
    ends = [q.recover_at for q in out if q.recover_at]
    credential.quota = Quota(bool(out), min(ends, default=0.0), max((q.level for q in out), default=0))
