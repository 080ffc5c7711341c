"""Which credential serves a request: those that have the model and may serve, by priority, taking turns.

Everything that chooses lives here; how long one rests is `cooling`, whose turn it is `rotation`. Laws: a credential is
asked at most once in one passage; who is asked next depends on what was asked before and nothing else; when nobody
may serve, the failure says whether somebody will and when.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import orjson

from native.config import Config
from native.cooling import blocked, fail, succeed
from native.counters import Counters, OwnCounters
from native.credentials.credential import Credential, ModelState
from native.failure import Failure
from native.models import Models, key_of
from native.naming import Name, Naming
from native.rotation import Circle, Shard
from native.turn import Clock
from native.wire.loose import MISSING, boolean, integer

NONE_FOUND = "auth_not_found: no auth available"
NONE_READY = "auth_unavailable: no auth available"


def spoken(seconds: float) -> str:
    """A time span as the legacy spells it (`1m30s`), rounded, at least a second where there is any."""
    if 0 < seconds < 1:
        return "1s"
    whole = math.floor(seconds + 0.5)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


def cooling_down(model: str, provider: str, seconds: float) -> Failure:
    """What a client sees while every credential rests after a quota ran out."""
    seconds = max(0.0, seconds)
    said = f"All credentials for model {model or 'requested model'} are cooling down"
    error = {
        "code": "model_cooldown",
        "message": f"{said} via provider {provider}" if provider else said,
        "model": model,
        "reset_time": spoken(seconds),
        "reset_seconds": math.ceil(seconds),
    }
    if provider:
        error["provider"] = provider
    headers = [("Content-Type", "application/json"), ("Retry-After", str(math.ceil(seconds)))]
    return Failure(orjson.dumps({"error": error}).decode(), 429, headers=headers)


@dataclass(frozen=True, slots=True)
class News:
    """What one process tells the others: how a model fares on a credential now (None: well), and why it is left out."""

    credential: str
    model: str
    state: ModelState | None
    why: str


type Choose = Callable[[Iterable[Credential]], str]
"""Names the credential to ask next by its id, empty for whoever's turn it is: how a record's own choice is played."""


@dataclass(slots=True)
class Passage:
    """One passage of a request through the pool: whom it has asked, and whom alone it may ask."""

    pinned: str = ""
    sockets: bool = False
    tried: set[str] = field(default_factory=set)

    def wants(self, credential: Credential) -> bool:
        """Whether a credential may be asked."""
        return credential.id not in self.tried and (not self.pinned or credential.id == self.pinned)


class Pool:
    """The credentials of this server.

    Args:
        config: Its strategy, retries and aliases are read at each use, so a new one can be put in its place.
        models: Who serves which model; told of suspensions.
        clock: The time.
        counters: Where turns are counted; shared where several processes serve together.

    Attributes:
        tell: Told of every change in how a credential fares, for other processes; None where there are none.
        seen: Told of the same, and of what other processes have told, for whoever shows it.
    """

    def __init__(self, config: Config, models: Models, clock: Clock, counters: Counters | None = None) -> None:
        self.config = config
        self.models = models
        self.clock = clock
        self.choose: Choose | None = None
        self.credentials: dict[str, Credential] = {}
        self.served: set[str] = set()
        self._shards: dict[tuple[str, str], Shard] = {}
        self._counters = counters or OwnCounters()
        self._mixed: set[str] = set()
        self.tell: Callable[[News], None] | None = None
        self.seen: list[Callable[[Credential, str], None]] = []
        self._naming = Naming(self._counters)

    # ---- who there is ----------------------------------------------------------------------------------------------

    def put(self, credentials: Iterable[Credential]) -> None:
        """Add credentials or replace those of the same id; what is known of how one fares is kept."""
        for credential in credentials:
            old = self.credentials.get(credential.id)
            if old is not None and not credential.states and not old.disabled and not credential.disabled:
                credential.states = old.states
            self.credentials[credential.id] = credential
        self.refresh()

    def remove(self, cid: str) -> None:
        """Forget a credential."""
        self.credentials.pop(cid, None)
        self.refresh()

    def refresh(self) -> None:
        """Begin every rotation anew: credentials, their models or the configuration have changed."""
        self._begin_anew()
        self._naming.begin_anew(self.credentials.values(), self.config.oauth_model_alias)

    def _begin_anew(self) -> None:
        self._shards.clear()
        for name in self._mixed:
            self._counters.set(name, 0)
        self._mixed.clear()

    # ---- whose turn it is ------------------------------------------------------------------------------------------

    def pick(self, providers: Sequence[str], model: str, passage: Passage) -> Credential:
        """The credential to ask next. Raises `Failure` where nobody can be asked."""
        wanted = self.choose(self.credentials.values()) if self.choose is not None else ""
        if wanted and wanted not in passage.tried and not passage.pinned:
            try:
                return self._pick(providers, model, replace(passage, pinned=wanted))
            except Failure:
                pass  # it may not serve this: whoever may is asked, as if nobody had chosen
        return self._pick(providers, model, passage)

    def _pick(self, providers: Sequence[str], model: str, passage: Passage) -> Credential:
        eligible = [provider for provider in providers if provider in self.served]
        if not eligible:
            raise Failure(NONE_FOUND)
        if self._renamed(eligible, model, passage):
            return self._pick_renamed(providers, model, passage)
        now, key = self.clock.now(), key_of(model)
        shards = [self._shard(provider, key, now) for provider in eligible]
        try:
            return self._pick_in(eligible, shards, model, passage, now)
        except Failure:
            # The legacy builds its rotations anew before it gives up, so they start over afterwards.
            self._begin_anew()
            shards = [self._shard(provider, key, now) for provider in eligible]
            return self._pick_in(eligible, shards, model, passage, now)

    def _shard(self, provider: str, model: str, now: float) -> Shard:
        shard = self._shards.get((provider, model))
        if shard is None:
            members = [
                c
                for c in self.credentials.values()
                if c.provider == provider and not c.disabled and self._has(c, model)
            ]
            shard = self._shards[provider, model] = Shard(model, members, now, self._counters, f"{provider}|{model}")
        else:
            shard.wake(now)
        return shard

    def _has(self, credential: Credential, model: str) -> bool:
        if credential.provider == "cursor" or not model:
            return True
        return any(key_of(name) == model for name in self.models.exact(credential.id))

    def _pick_in(
        self, providers: Sequence[str], shards: Sequence[Shard], model: str, passage: Passage, now: float
    ) -> Credential:
        wants = passage.wants
        sockets = passage.sockets and list(providers) == ["codex"] and not passage.pinned
        tops = [shard.highest(wants, sockets=sockets) for shard in shards]
        best = tops[0] if len(tops) == 1 else max((top for top in tops if top is not None), default=None)
        if best is None:
            raise self._nobody(shards, model, providers[0] if len(providers) == 1 else "", passage, now)
        fill = self.config.routing.fill_first
        if len(shards) == 1 or fill or passage.pinned:
            for shard in shards:
                if best in shard.ready and (found := shard.pick(best, wants, fill_first=fill, sockets=sockets)):
                    return found
        return self._pick_mixed(providers, shards, best, model, passage)

    def _pick_mixed(
        self, providers: Sequence[str], shards: Sequence[Shard], best: int, model: str, passage: Passage
    ) -> Credential:
        """Among several providers each has as many turns as it has ready credentials, one provider after the other."""
        key = ",".join(providers) + ":" + key_of(model)
        self._mixed.add(key)
        sizes = [len(shard.ready[best].members) if best in shard.ready else 0 for shard in shards]
        slot = self._counters.get(key) % sum(sizes)
        starts = [sum(sizes[:index]) for index in range(len(sizes))]
        start = next(i for i, size in enumerate(sizes) if size and slot < starts[i] + size)
        for offset in range(len(shards)):
            index = (start + offset) % len(shards)
            if not sizes[index]:
                continue
            if index != start:
                slot = starts[index]
            if found := shards[index].pick(best, passage.wants, fill_first=False):
                self._counters.set(key, slot + 1)
                return found
        raise Failure(NONE_READY)

    def _nobody(self, shards: Sequence[Shard], model: str, provider: str, passage: Passage, now: float) -> Failure:
        sums = [shard.summary(passage.wants) for shard in shards]
        total, cooling = sum(s[0] for s in sums), sum(s[1] for s in sums)
        earliest = min((s[2] for s in sums if s[2]), default=0.0)
        if not total:
            return Failure(NONE_FOUND)
        if cooling == total and earliest:
            return cooling_down(model, provider, earliest - now)
        return Failure(NONE_READY)

    # ---- where a credential knows the model by another name ---------------------------------------------------------

    def _renamed(self, providers: Sequence[str], model: str, passage: Passage) -> bool:
        """Whether some credential knows the model by another name, so that rotation cannot go by names."""
        others = self._naming.renaming(model)
        return bool(others) and any(
            c.provider in providers and not c.disabled and c.id not in passage.tried for c in others
        )

    def _pick_renamed(self, providers: Sequence[str], model: str, passage: Passage) -> Credential:
        now = self.clock.now()
        wanted = [
            c
            for c in sorted(self.credentials.values(), key=lambda c: c.id)
            if not c.disabled and c.provider in providers and c.provider in self.served
            if passage.wants(c) and self._serves(c, model)
        ]
        if not wanted:
            raise Failure(NONE_FOUND)
        states = [blocked(c, self._naming.own(c, model), now) for c in wanted]
        free = [c for c, state in zip(wanted, states, strict=True) if not state.why]
        if not free:
            cooling = [state.until for state in states if state.why == "cooldown"]
            if len(cooling) == len(wanted) and any(cooling):
                raise cooling_down(model, "", min(until for until in cooling if until) - now)
            raise Failure(NONE_READY)
        best = max(c.priority for c in free)
        free = [c for c in free if c.priority == best]
        if self.config.routing.fill_first:
            return free[0]
        circle = Circle.of(free)
        turn = self._counters.get("renamed")
        self._counters.set("renamed", turn + 1)
        members = circle.parents[turn % len(circle.parents)].members if circle.parents else free
        return members[turn % len(members)]

    def _serves(self, credential: Credential, model: str) -> bool:
        return self.models.supports(credential.id, key_of(model)) or self.models.supports(
            credential.id, key_of(self._naming.own(credential, model))
        )

    # ---- what is asked of it ---------------------------------------------------------------------------------------

    def names(self, credential: Credential, model: str) -> list[Name]:
        """The upstream's names to try in turn, less those that rest."""
        now = self.clock.now()
        return [n for n in self._naming.names(credential, model) if not blocked(credential, n.booked, now).why]

    # ---- how it went -----------------------------------------------------------------------------------------------

    def succeeded(self, credential: Credential, model: str) -> None:
        """Book a success."""
        if self._recovered(credential, model):
            self._say(credential, News(credential.id, model, None, ""))

    def _recovered(self, credential: Credential, model: str) -> bool:
        """Let a model serve again; whether it did not before. Where it did, nobody's readiness is any different."""
        now = self.clock.now()
        changed = succeed(credential, model, now)
        self.models.recovered(credential.id, model)
        if changed:
            self._note(credential, now)
        return changed

    def failed(self, credential: Credential, model: str, failure: Failure) -> None:
        """Book a failure."""
        now = self.clock.now()
        why = fail(credential, model, failure, now, cooling=not self._disabled_cooling(credential))
        self._left_out(credential, model, why, now)
        if model in credential.states:
            self._say(credential, News(credential.id, model, credential.states[model], why))

    def _say(self, credential: Credential, news: News) -> None:
        if self.tell is not None:
            self.tell(news)
        for show in self.seen:
            show(credential, news.model)

    def hear(self, news: "News") -> None:
        """Book what another process has seen."""
        credential = self.credentials.get(news.credential)
        if credential is None:
            return
        if news.state is None:
            self._recovered(credential, news.model)
        else:
            credential.states[news.model] = news.state
            self._left_out(credential, news.model, news.why, self.clock.now())
        for show in self.seen:
            show(credential, news.model)

    def _left_out(self, credential: Credential, model: str, why: str, now: float) -> None:
        self._note(credential, now)
        if why == "quota":
            self.models.set_out_of_quota(credential.id, model, now)
        if why:
            self.models.suspend(credential.id, model, why)

    def _note(self, credential: Credential, now: float) -> None:
        for (provider, _), shard in self._shards.items():
            if provider == credential.provider:
                shard.note(credential, now)

    def _disabled_cooling(self, credential: Credential) -> bool:
        for key in ("disable_cooling", "disable-cooling"):
            if (value := credential.metadata.get(key, MISSING)) is not MISSING and value not in (None, ""):
                return boolean(value)
        return self.config.disable_cooling

    def wait(self, providers: Sequence[str], model: str, attempt: int) -> float | None:
        """Seconds until the next of these credentials is back, where one may be tried again; None where none may."""
        now = self.clock.now()
        found: float | None = None
        for credential in self.credentials.values():
            if credential.provider not in providers:
                continue
            retries = self.config.request_retry
            for key in ("request_retry", "request-retry"):
                if key in credential.metadata:
                    retries = integer(credential.metadata[key])
                    break
            if attempt >= max(0, retries):
                continue
            state = blocked(credential, model, now)
            if state.why in {"", "disabled"} or not state.until or state.until < now:
                continue
            found = state.until - now if found is None else min(found, state.until - now)
        return found
