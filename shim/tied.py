"""What was tied together, as records: an exchange with the calls that it made, or a call that belongs to none.

Pure: neither redacted nor written here. Law: what was not heard whole says why it is no evidence.
"""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from shim.correlate import UNSEEN, Egress, Ingress
from shim.endpoints import changes_state
from shim.exchange import Exchange, Interaction
from shim.faults import fault_of
from shim.judge.verdict import Reason
from shim.labels import exchange_labels
from shim.messages import Ended
from shim.store import Record, Snapshot, Stray
from shim.tape import Cut

TRUNCATED = "truncated"
LEFT = "the client left before the answer"


@dataclass(frozen=True, slots=True)
class Left:
    """The state that an exchange left, and why that is no evidence where it is none."""

    state: Snapshot | None
    doubt: str


def record_of(ingress: Ingress, state: Snapshot | None) -> Record:
    """An exchange with its calls in the order they began, filed under what the router knew before what can be read."""
    end = ingress.end or Ended(ingress.key, None, ingress.began, call=False)
    route = end.route
    calls = sorted(ingress.calls, key=lambda call: call.began)
    cuts = _cuts(end, calls)
    exchange = Exchange(
        ingress.request,
        end.response,
        tuple(map(_interaction, calls)),
        unjudgeable=ingress.doubt or (TRUNCATED if cuts else LEFT if route.left else UNSEEN if route.unseen else ""),
        mode=route.mode,
    )
    read = exchange_labels(exchange, state.config if state else {})
    host = next((urlsplit(call.request.url).hostname or "" for call in calls), "")
    return Record(
        exchange,
        began=ingress.began,
        took=end.at - ingress.began,
        endpoint=route.endpoint or read.endpoint,
        provider=route.provider or read.provider or host,
        model=route.model or read.model,
        stream=route.stream or read.stream,
        fallback=route.fallback,
        fault=fault_of(exchange, route.fallback, left=route.left),
        cuts=cuts,
        upstream_times=tuple((call.began, _ended(call) - call.began) for call in calls),
    )


def with_state(record: Record, state: Snapshot | None, left: Left | None) -> Record:
    """A record with the state that it left; one that should have left one is no evidence without."""
    exchange = record.exchange
    writes = changes_state(exchange.request.method, exchange.request.url)
    if left is None and not (writes and state and exchange.mode == "legacy"):
        return record
    left = left or Left(None, str(Reason.STATE_UNSEEN))
    return replace(record, after=left.state, exchange=replace(exchange, unjudgeable=exchange.unjudgeable or left.doubt))


def _interaction(call: Egress) -> Interaction:
    return Interaction(call.request, call.end.response if call.end else None)


def _ended(call: Egress) -> float:
    return call.end.at if call.end else call.began


def stray_of(call: Egress) -> Stray:
    """A call that nobody made."""
    return Stray(_interaction(call), call.began, _ended(call) - call.began)


def _cuts(end: Ended, calls: list[Egress]) -> dict[str, Cut]:
    found = {"request": end.request_cut, "response": end.response_cut}
    for at, call in enumerate(calls):
        if call.end:
            found[f"upstream {at} request"] = call.end.request_cut
            found[f"upstream {at} response"] = call.end.response_cut
    return {place: cut for place, cut in found.items() if cut}
