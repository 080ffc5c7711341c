"""Whose turn it is: ready credentials of one provider and one model, by priority, in a circle.

Law: as long as nobody's readiness changes, each ready credential of the highest priority serves once before any
serves twice; when it changes, the circle starts at its beginning.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from native.cooling import Blocked, blocked
from native.counters import Counters, OwnCounters
from native.credentials.credential import Credential

type Wanted = Callable[[Credential], bool]


@dataclass(slots=True)
class Circle:
    """Credentials that take turns; where they all belong to parent accounts, the parents take turns first."""

    members: list[Credential]
    counters: Counters
    name: str = ""
    parents: list["Circle"] = field(default_factory=list)

    @classmethod
    def of(cls, members: list[Credential], counters: Counters | None = None, name: str = "") -> "Circle":
        """A circle at its beginning, of circles where every member has a parent and there are several."""
        counters = counters or OwnCounters()
        counters.set(name, 0)
        families: dict[str, list[Credential]] = {}
        for member in members:
            families.setdefault(member.parent, []).append(member)
        if "" in families or len(families) <= 1:
            return cls(members, counters, name)
        inner = [cls.of(families[parent], counters, f"{name}/{parent}") for parent in sorted(families)]
        return cls(members, counters, name, inner)

    def first(self, wanted: Wanted) -> Credential | None:
        """The first that is wanted."""
        for member in self.members:  # a loop, for every request comes here: a generator costs twice as much
            if wanted(member):
                return member
        return None

    def next(self, wanted: Wanted) -> Credential | None:
        """The next that is wanted, after whom the circle goes on."""
        size = len(self.parents) or len(self.members)
        start = self.counters.get(self.name)
        for offset in range(size):
            at = (start + offset) % size
            if self.parents:
                picked = self.parents[at].next(wanted)
            else:
                picked = self.members[at] if wanted(self.members[at]) else None
            if picked is not None:
                self.counters.set(self.name, at + 1)
                return picked
        return None


class Shard:
    """One provider's credentials for one model, and which of them are ready."""

    __slots__ = ("_counters", "_every", "_name", "_resting", "_sockets", "_states", "model", "order", "ready")

    def __init__(
        self, model: str, members: Iterable[Credential], now: float, counters: Counters | None = None, name: str = ""
    ) -> None:
        self.model = model
        self._counters, self._name = counters or OwnCounters(), name
        self._every = {member.id: member for member in sorted(members, key=lambda c: c.id)}
        self._states = {cid: blocked(member, model, now) for cid, member in self._every.items()}
        self._rebuild()

    def _rebuild(self) -> None:
        by_priority: dict[int, list[Credential]] = {}
        for cid, member in self._every.items():
            if not self._states[cid].why:
                by_priority.setdefault(member.priority, []).append(member)
        self.order = sorted(by_priority, reverse=True)
        self.ready = {p: Circle.of(members, self._counters, f"{self._name}|{p}") for p, members in by_priority.items()}
        self._sockets = {
            p: Circle.of([m for m in members if m.websockets], self._counters, f"{self._name}|{p}|sockets")
            for p, members in by_priority.items()
        }
        self._resting = [cid for cid, state in self._states.items() if state.why in {"cooldown", "other"}]

    def note(self, member: Credential, now: float) -> None:
        """A credential has succeeded or failed: see whether it is ready still."""
        if member.id in self._every:
            state = blocked(member, self.model, now)
            if state != self._states[member.id]:
                self._states[member.id] = state
                self._rebuild()

    def wake(self, now: float) -> None:
        """Let those serve again whose rest is over."""
        changed = False
        for cid in self._resting:
            state = self._states[cid]
            if state.until and state.until <= now:
                self._states[cid] = blocked(self._every[cid], self.model, now)
                changed = True
        if changed:
            self._rebuild()

    def highest(self, wanted: Wanted, *, sockets: bool = False) -> int | None:
        """The highest priority with somebody wanted; those with a WebSocket first, where that is asked."""
        if sockets:
            for priority in self.order:
                if self._sockets[priority].first(wanted):
                    return priority
        for priority in self.order:
            if self.ready[priority].first(wanted):
                return priority
        return None

    def pick(self, priority: int, wanted: Wanted, *, fill_first: bool, sockets: bool = False) -> Credential | None:
        """Somebody wanted of a priority."""
        circle = self.ready[priority]
        if sockets and self._sockets[priority].first(wanted):
            circle = self._sockets[priority]
        return circle.first(wanted) if fill_first else circle.next(wanted)

    def summary(self, wanted: Wanted) -> tuple[int, int, float]:
        """How many are wanted, how many of them cool down, and when the first of those is back (0 for never)."""
        total = cooling = 0
        earliest = 0.0
        for cid, member in self._every.items():
            if wanted(member):
                state: Blocked = self._states[cid]
                total += 1
                if state.why == "cooldown":
                    cooling += 1
                    if state.until and (not earliest or state.until < earliest):
                        earliest = state.until
        return total, cooling, earliest
