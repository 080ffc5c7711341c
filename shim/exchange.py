"""What is recorded: exchanges of four sides, and the cases that corpus files hold.

Everything that a recording consists of is defined here; readers, writers, recorder and judge share it. Law: a body
keeps its bytes, a stream keeps its chunks, nothing is decoded before it is needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

type Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent the front (side 1), or the legacy sent a provider (side 2).

    Attributes:
        method: HTTP method, or `WEBSOCKET`.
        url: Path with query on side 1, the full address on side 2.
        headers: Pairs in the order they came.
        body: Bytes as they came (content coding not undone).
        frames: On a WebSocket, the messages the client sent.
    """

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""
    frames: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """What a provider answered (side 3), or the client got (side 4).

    Attributes:
        status: HTTP status.
        headers: Pairs in the order they came.
        chunks: The body in the pieces it came in.
        times: Seconds from the request's first byte to each chunk, as many as chunks, or empty where not known.
        complete: False where the connection broke before the end.
        delay: Seconds between chunks where that matters for playing it back.
    """

    status: int
    headers: Headers = ()
    chunks: tuple[bytes, ...] = ()
    times: tuple[float, ...] = ()
    complete: bool = True
    delay: float = 0.0

    @property
    def body(self) -> bytes:
        """The chunks joined."""
        return b"".join(self.chunks)


@dataclass(frozen=True, slots=True)
class Interaction:
    """One call to a provider with its answer (None where none came or it was not seen)."""

    request: Request
    response: Response | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One client request with everything it led to.

    Attributes:
        request: Side 1.
        response: Side 4; None where the client left before there was one.
        upstream: Sides 2 and 3, in the order they began.
        pause: Seconds to wait before it when it is played.
        after: Seconds to wait behind it for what it sets off.
        unjudgeable: Why this exchange is no evidence (`ambiguous`, `truncated`, `upstream unseen`), or empty.
        id: The recorder's name for it, empty in a file.
        mode: Who answered: `legacy`, `native`, `canary`.
    """

    request: Request
    response: Response | None
    upstream: tuple[Interaction, ...] = ()
    pause: float = 0.0
    after: float = 0.0
    unjudgeable: str = ""
    id: str = ""
    mode: str = "legacy"


@dataclass(frozen=True, slots=True)
class Run:
    """One passage of a case through a fresh process."""

    exchanges: tuple[Exchange, ...]
    startup_upstream: tuple[Interaction, ...] = ()
    state_after: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A recorded behaviour: the state it started from and what the legacy did, once or more.

    Attributes:
        family: First part of its name (`core`, `edge`, ...).
        name: The rest (`chat-compat/stream-plain-text`).
        config: `config.yaml` as a tree, with `$WORK`, `$EGRESS`, `$SOCKS` standing for what differs by machine.
        auth_files: Credential files by name, as trees.
        runs: The same case on fresh processes; what differs between them is noise.
        legacy: Version of the build that made it.
        about: A sentence.
    """

    family: str
    name: str
    config: Mapping[str, Any]
    auth_files: Mapping[str, Any]
    runs: tuple[Run, ...]
    legacy: str = ""
    about: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """Family and name: `core/chat-compat/stream-plain-text`."""
        return f"{self.family}/{self.name}"
