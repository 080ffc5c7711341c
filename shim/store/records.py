"""A record: an exchange with what is known of it beyond its four sides."""

from dataclasses import dataclass, field

from shim.exchange import Exchange, Interaction
from shim.store.snapshots import Snapshot
from shim.tape import Cut


@dataclass(frozen=True, slots=True)
class Record:
    """One exchange as the store keeps it.

    Attributes:
        exchange: The four sides; its `id` is empty until it is stored.
        began: Seconds since 1970.
        took: Seconds until its answer was over.
        endpoint: Id in the catalogue, `POST /v1/messages`.
        provider: Who was asked; the upstream's host where nobody said a name.
        model: The model asked for.
        stream: Whether a stream was asked for.
        fallback: Why the legacy answered though native was to, or empty.
        fault: What went wrong by the doing of native, or of who answered; see `shim.faults`.
        snapshot: The state it happened in.
        after: The state it left, where it is one that changes it.
        cuts: Of bodies over the limit, what is not in `exchange`: by place, `request`, `response`,
            `upstream 0 request`, ...
    """

    exchange: Exchange
    began: float = 0.0
    took: float = 0.0
    endpoint: str = ""
    provider: str = ""
    model: str = ""
    stream: bool = False
    fallback: str = ""
    fault: str = ""
    snapshot: Snapshot | None = None
    after: Snapshot | None = None
    cuts: dict[str, Cut] = field(default_factory=dict)
    upstream_times: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Stray:
    """A call to a provider that belongs to no exchange."""

    call: Interaction
    began: float
    took: float
