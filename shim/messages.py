"""What the recorder is told while traffic flows: values, and how much each weighs in its queue."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shim.exchange import Request, Response
from shim.tape import Cut


@dataclass(frozen=True, slots=True)
class Route:
    """Who answered an exchange, and how it is filed.

    Attributes:
        endpoint: The endpoint's id in the catalogue (`POST /v1/messages`), empty where it is none.
        mode: Who answered: `legacy`, `native`, `canary`.
        fallback: Why native was to answer and the legacy did, or empty.
        model: The model asked for, where one was.
        provider: The provider's name where the router knew it.
        stream: Whether a stream was asked for.
        left: Whether the client left before the answer was over.
        unseen: Whether there is no tap: what went to providers cannot be told.
    """

    endpoint: str = ""
    mode: str = "legacy"
    fallback: str = ""
    model: str = ""
    provider: str = ""
    stream: bool = False
    left: bool = False
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """A request arrived: at the front (`call` false) or at the tap."""

    key: str
    request: Request
    at: float
    call: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Its request is whole: who called whom is told from it while answers are still to come."""

    key: str
    request: Request
    call: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """Its answer is over. `request` stands in for the one it began with where that was not whole yet."""

    key: str
    response: Response | None
    at: float
    call: bool
    route: Route = Route()
    request: Request | None = None
    request_cut: Cut | None = None
    response_cut: Cut | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A client said something over its WebSocket; only who called whom is told from it, see `finish`."""

    key: str
    frame: str


@dataclass(frozen=True, slots=True)
class Lost:
    """What had begun could not be kept: an exchange to forget, or a call that its exchange will lack."""

    key: str
    call: bool


@dataclass(slots=True)
class Gap:
    """Calls that began from one time to another were not kept: exchanges of that time may lack some."""

    since: float
    until: float


@dataclass(frozen=True, slots=True)
class State:
    """The configuration and credential files from now on."""

    config: Mapping[str, Any]
    auth_files: Mapping[str, Any]
    at: float


@dataclass(frozen=True, slots=True)
class Files:
    """Configuration and credential files as they lie on disk."""

    config: bytes
    auth_files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Wrote:
    """What an exchange found and left on disk; `doubt` says why that is no evidence, where it is none."""

    key: str
    before: Files
    after: Files
    doubt: str


type Message = Begun | Asked | Said | Ended | Lost | Gap | State | Wrote


def weight(message: Message) -> int:
    """Bytes of bodies, frames and files in a message: what it costs to have it wait."""
    match message:
        case Begun(request=request) | Asked(request=request):
            return len(request.body)
        case Ended(request=request, response=response):
            return (len(request.body) if request else 0) + (sum(map(len, response.chunks)) if response else 0)
        case Said(frame=frame):
            return len(frame)
        case Wrote(before=before, after=after):
            return sum(len(each) for files in (before, after) for each in (files.config, *files.auth_files.values()))
        case _:
            return 0
