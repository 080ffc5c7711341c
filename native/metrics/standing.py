"""How credentials stand: which are ready, which rest and for how long.

Law: a credential is told by its index alone, which is not to be guessed back to a key or a name; what rests is told as
the pool itself sees it, and what no longer rests is not told at all.
"""

from collections import Counter
from collections.abc import Iterator

from native.cooling import Blocked, blocked
from native.credentials.account import index_of
from native.credentials.credential import Credential
from native.metrics.exposition import Family
from native.service import Service

STATES = ("ready", "cooling", "disabled")
MOST = 1000
"""Cooldowns that are told; names of models come from clients, who may make them up."""
REASONS = {"cooldown": "quota", "other": "error"}


def standing(service: Service) -> Iterator[Family]:
    """Everything that is told as it stands."""
    now = service.kit.clock.now()
    up = Family("native_uptime_seconds", "gauge", "Since this process began to serve")
    up.add(now - service.began)
    yield up
    yield from _credentials(service, now)


def _credentials(service: Service, now: float) -> Iterator[Family]:
    states = Family("native_credentials", "gauge", "Credentials by state; cooling: one of its models rests, at least")
    rests = Family("native_cooldown_seconds", "gauge", "Until a credential serves a model again")
    counts: dict[str, Counter[str]] = {}
    for credential in service.pool.credentials.values():
        resting = dict(_resting(credential, now))
        counts.setdefault(credential.provider, Counter())[_state(credential, resting, now)] += 1
        index = index_of(credential) if resting else ""
        for model, found in resting.items():
            if len(rests.samples) < MOST:
                rests.add(
                    found.until - now,
                    ("provider", credential.provider),
                    ("credential", index),
                    ("model", model),
                    ("reason", REASONS[found.why]),
                )
    for provider, count in counts.items():
        for state in STATES:
            states.add(count[state], ("provider", provider), ("state", state))
    yield from (states, rests)


def _resting(credential: Credential, now: float) -> Iterator[tuple[str, Blocked]]:
    """The models that rest on a credential."""
    for model in credential.states:
        found = blocked(credential, model, now)
        if found.why in REASONS:
            yield model, found


def _state(credential: Credential, resting: dict[str, Blocked], now: float) -> str:
    if blocked(credential, "", now).why == "disabled":
        return "disabled"
    return "cooling" if resting else "ready"
