"""Tying egress to ingress: which call to a provider belongs to which client's request.

Everything that decides it lives here. The legacy passes no id through, so a call is tied by time (it lies inside its
exchange) and by the texts that both carry, the request's first, the answer's where several ask the same. Laws: an
owner is named only where it beats every other candidate; the rest are marked ambiguous, all who might be meant, and are
no evidence; nothing waits for ever.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from shim import marks
from shim.exchange import Request
from shim.likeness import CARRIED, Carried, by_answer, by_request, weight
from shim.marks import Marks
from shim.messages import Asked, Begun, Ended

AMBIGUOUS = "ambiguous"
UNSEEN = "upstream unseen"

GRACE = 30.0  # seconds in which an exchange that was broken off may still call
PATIENCE = 30.0  # seconds that a finished exchange waits for what may still decide about it
CROWD = 2_000  # finished exchanges that wait; of more, the rest is not waited for
OVERLAP = 0.05  # seconds that two calls of one exchange may seem to overlap


@dataclass(slots=True, eq=False)
class Ingress:
    """A client's exchange and what is tied to it."""

    key: str
    request: Request
    began: float
    end: Ended | None = None
    calls: list["Egress"] = field(default_factory=list)
    wanted: set["Egress"] = field(default_factory=set)  # undecided calls that may be its own
    doubt: str = ""
    asked: Marks | None = None
    answered: Marks | None = None
    said: Marks = frozenset()
    whole_request: bool = False
    socket: bool = False

    def question(self) -> Marks:
        """The texts it asked with."""
        if self.asked is None:
            self.asked = marks.of_request(self.request)
        return self.asked | self.said if self.said else self.asked

    def answer(self) -> Marks:
        """The texts it was answered with."""
        if self.answered is None:
            response = self.end.response if self.end else None
            self.answered = marks.of_response(response) if response else frozenset()
        return self.answered

    @property
    def known(self) -> bool:
        """Whether all that it asked is known; where not, nothing shows yet that a call is not its own."""
        if self.end is not None or self.said:
            return True
        return self.whole_request and not self.socket

    def ask(self, request: Request) -> None:
        """Its request is this, and whole."""
        self.request, self.asked, self.whole_request = request, None, True
        self.socket = any(name.lower() == "upgrade" for name, _ in request.headers)

    @property
    def answered_alone(self) -> bool:
        """Whether it was answered well although nothing was asked for it."""
        response = self.end.response if self.end else None
        good = response is not None and 200 <= response.status < 300
        return good and not (self.calls or self.wanted or self.doubt) and self.request.method == "POST"

    def spares(self, other: "Ingress") -> bool:
        """Whether it has more than one call, one of them within another's time."""
        until = other.end.at if other.end else float("inf")
        return other is not self and len(self.calls) > 1 and any(other.began <= c.began <= until for c in self.calls)

    @property
    def whole(self) -> bool:
        """Whether the client got its answer to the end."""
        return bool(self.end and self.end.response and self.end.response.complete)


@dataclass(slots=True, eq=False)
class Egress:
    """A call to a provider and who may have made it."""

    key: str
    request: Request
    began: float
    candidates: list[Ingress]
    end: Ended | None = None
    owner: Ingress | None = None
    settled: bool = False
    asked: Marks | None = None
    answered: Marks | None = None

    def question(self) -> Marks:
        """The texts it asked with."""
        if self.asked is None:
            self.asked = marks.of_call(self.request)
        return self.asked

    def answer(self) -> Marks:
        """The texts it was answered with."""
        if self.answered is None:
            response = self.end.response if self.end else None
            self.answered = marks.of_response(response) if response else frozenset()
        return self.answered

    def overlaps(self, other: "Egress") -> bool:
        """Whether both were under way at once, so that no one exchange made both."""
        mine = self.end.at if self.end else float("inf")
        others = other.end.at if other.end else float("inf")
        return min(mine, others) - max(self.began, other.began) > OVERLAP


class Correlator:
    """Ties calls to exchanges as they come. Told what begins and ends in the order it did; asked what is settled."""

    def __init__(self) -> None:
        self._open: dict[str, Ingress] = {}
        self._done: dict[str, Ingress] = {}
        self._gone: dict[str, Ingress] = {}  # settled, but broken off: they may still call
        self._calls: dict[str, Egress] = {}
        self._strays: list[Egress] = []

    def begin(self, told: Begun) -> None:
        """A client's request has come."""
        exchange = self._open[told.key] = Ingress(told.key, told.request, told.at)
        if told.request.body:
            exchange.ask(told.request)

    def ask(self, told: Asked) -> None:
        """A request, or a call, is whole."""
        if not told.call:
            if told.key in self._open:
                self._open[told.key].ask(told.request)
        elif told.key in self._calls:
            self._reask(self._calls[told.key], told.request)

    def _reask(self, call: Egress, request: Request) -> None:
        call.request, call.asked = request, None
        if not call.settled:
            self._narrow(call)

    def say(self, key: str, frame: str) -> None:
        """A client has said something over its WebSocket."""
        if key in self._open:
            self._open[key].said |= marks.of_frame(frame)

    def finish(self, told: Ended) -> None:
        """A client's exchange is over."""
        exchange = self._open.pop(told.key, None)
        if exchange is None:
            return
        exchange.end = told
        if told.request is not None:
            exchange.ask(told.request)
        self._done[told.key] = exchange

    def begin_call(self, told: Begun) -> None:
        """A call to a provider has begun."""
        inside = [exchange for exchange in self._open.values() if exchange.began <= told.at]
        broken = [
            exchange
            for exchange in (*self._done.values(), *self._gone.values())
            if exchange.end and not exchange.whole and told.at - exchange.end.at < GRACE
        ]
        call = self._calls[told.key] = Egress(told.key, told.request, told.at, inside + broken)
        if not inside:
            asked = Carried(call.question())
            call.candidates = [each for each in broken if asked.share(each.question()) >= CARRIED]
        if not call.candidates:
            call.settled = True
        elif len(call.candidates) == 1:
            self._give(call, call.candidates[0])
        else:
            self._narrow(call)

    def finish_call(self, told: Ended) -> None:
        """A call to a provider is over."""
        call = self._calls.get(told.key)
        if call is None:
            return
        call.end = told
        if told.request is not None:
            self._reask(call, told.request)
        if call.settled and (call.owner is None or call.owner.key in self._gone):
            self._stray(call)

    def forget(self, key: str) -> None:
        """A client's exchange was dropped: what it called is nobody's."""
        exchange = self._open.pop(key, None) or self._done.pop(key, None)
        if exchange:
            exchange.end = exchange.end or Ended(key, None, exchange.began, call=False)
            self._leave(exchange)

    def miss(self, key: str) -> None:
        """A call that had begun was lost: whoever made it lacks evidence."""
        call = self._calls.pop(key, None)
        if call:
            self._doubt([call.owner] if call.owner else call.candidates, UNSEEN)
            self._release(call)
            if call.owner:
                call.owner.calls.remove(call)

    def miss_between(self, since: float, until: float) -> None:
        """Calls that began in this time were not seen at all."""
        for exchange in (*self._open.values(), *self._done.values()):
            if exchange.began <= until and (exchange.end is None or exchange.end.at >= since):
                self._doubt([exchange], UNSEEN)

    def settled(self, now: float) -> list[Ingress]:
        """Exchanges about which everything is known that will be, in the order they began; they are forgotten."""
        self._decide()
        self._mistrust()
        ready = [exchange for exchange in self._done.values() if self._ready(exchange, now)]
        for exchange in ready:
            del self._done[exchange.key]
            self._leave(exchange)
        for key in [key for key, gone in self._gone.items() if gone.end and now - gone.end.at > GRACE + PATIENCE]:
            del self._gone[key]
        return sorted(ready, key=lambda exchange: exchange.began)

    def strays(self) -> list[Egress]:
        """Calls that belong to no exchange; they are forgotten."""
        strays, self._strays = self._strays, []
        return strays

    def _ready(self, exchange: Ingress, now: float) -> bool:
        late = exchange.end is not None and (now - exchange.end.at > PATIENCE or len(self._done) > CROWD)
        if late:
            for call in list(exchange.wanted):
                self._give_up(call)
        if any(call.end is None for call in exchange.calls):
            if not late:
                return False
            self._doubt([exchange], UNSEEN)
        if not late and len(exchange.calls) > 1 and any(map(exchange.spares, self._open.values())):
            return False
        return not exchange.wanted

    def _mistrust(self) -> None:
        """One was answered without a call, beside one that had more than one: whose they were cannot be told."""
        for without in [exchange for exchange in self._done.values() if exchange.answered_alone]:
            for several in [*self._done.values(), *self._gone.values()]:
                if several.spares(without):
                    self._doubt([several, without], AMBIGUOUS)

    def _leave(self, exchange: Ingress) -> None:
        """An exchange goes, and with it its calls; one that was broken off is remembered for a while."""
        for call in exchange.calls:
            self._calls.pop(call.key, None)
        if not exchange.whole:
            self._gone[exchange.key] = exchange

    def _decide(self) -> None:
        """Look at the answers once they are there, then at who was busy with another call."""
        due = [call for call in self._calls.values() if not call.settled and self._all_said(call)]
        for call in due:
            self._narrow(call)
            if not call.settled:
                self._match(call)
        left = [call for call in due if not call.settled]
        while any(self._exclude(call) for call in left):
            left = [call for call in left if not call.settled]
        for call in left:
            self._give_up(call)

    def _all_said(self, call: Egress) -> bool:
        """Whether everything is over that its owner may be told by."""
        return call.end is not None and all(
            exchange.end and all(rival.end for rival in exchange.wanted) for exchange in call.candidates
        )

    def _exclude(self, call: Egress) -> bool:
        """Leave as candidates those that were not busy with a call of their own; whether one was left alone."""
        free = [exchange for exchange in call.candidates if not any(map(call.overlaps, exchange.calls))]
        if call.settled or not free:
            return False
        self._leave_as_candidates(call, free)
        return call.settled

    def _narrow(self, call: Egress) -> None:
        """Leave as candidates those that, by what they asked, the best one does not beat."""
        carried = Carried(call.question())
        best = max(call.candidates, key=lambda exchange: weight(exchange.question() & carried.marks))
        left = [
            other
            for other in call.candidates
            if other is not best and not (other.known and by_request.beats(best.question(), other.question(), carried))
        ]
        self._leave_as_candidates(call, [best, *left])

    def _leave_as_candidates(self, call: Egress, left: list[Ingress]) -> None:
        self._release(call)
        call.candidates = left
        if len(left) == 1:
            self._give(call, left[0])
            return
        for exchange in left:
            exchange.wanted.add(call)

    def _match(self, call: Egress) -> None:
        """Give a call to the one whose client got what it was answered, if no other call was answered so.

        The answer of a failed attempt reaches nobody, and may be what another client got at its last.
        """
        best = max(call.candidates, key=lambda exchange: weight(exchange.answer() & call.answer()))
        others = [other for other in call.candidates if other is not best]
        rivals = [other for other in best.wanted if other is not call]
        sent, got = Carried(call.answer()), Carried(best.answer())
        if all(by_answer.beats(got.marks, other.answer(), sent) for other in others) and all(
            by_answer.beats(sent.marks, other.answer(), got) for other in rivals
        ):
            self._give(call, best)

    def _give(self, call: Egress, owner: Ingress) -> None:
        self._release(call)
        call.owner, call.settled = owner, True
        owner.calls.append(call)

    def _give_up(self, call: Egress) -> None:
        self._doubt(call.candidates, AMBIGUOUS)
        self._release(call)
        call.settled = True
        if call.end is not None:
            self._stray(call)

    def _stray(self, call: Egress) -> None:
        self._strays.append(call)
        del self._calls[call.key]

    def _release(self, call: Egress) -> None:
        for exchange in call.candidates:
            exchange.wanted.discard(call)

    def _doubt(self, exchanges: Iterable[Ingress], why: str) -> None:
        for exchange in exchanges:
            exchange.doubt = exchange.doubt or why
