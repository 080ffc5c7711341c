"""One request on its way: what a pair may know of it, and what a pair is.

Everything that `accents/` shares with `exchange` lives here. Laws: a pair is pure (no I/O, no clock of its own, no
state but the `Stream` it makes and the `Memory` it is given); the client's body is never changed, `request` builds a
new one or edits the copy it is given; a quirk of the legacy that is plainly wrong asks `Turn.faithful` first, so that
`dialect: clean` switches it off.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

type Json = dict[str, Any]
type Dialect = Literal["parity", "clean"]


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> float:
        """Seconds since 1970, with a fraction."""
        ...


class Ids(Protocol):
    """Where made-up identifiers come from."""

    def uuid(self) -> str:
        """A random UUID in its usual spelling."""
        ...

    def hexes(self, length: int) -> str:
        """Random lower-case hexadecimal digits."""
        ...

    def letters(self, length: int) -> str:
        """Random letters and digits."""
        ...


@dataclass(frozen=True, slots=True)
class Accent:
    """A quirk of the legacy, named.

    Attributes:
        name: What the documentation and the configuration call it.
        about: One sentence for users: what a client sees.
        evidence: The recorded case that shows it (`family/group/name`).
        faulty: True where the legacy is plainly wrong, so that `dialect: clean` leaves it out.
    """

    name: str
    about: str
    evidence: str
    faulty: bool = False


@dataclass(slots=True)
class Memory:
    """What pairs remember over turns, for the life of the process (thinking signatures, say). Bounded by its users."""

    shelves: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Turn:
    """What a pair may know of one request.

    Attributes:
        model: The model's name as the upstream knows it, without a thinking suffix.
        requested: The name the executor was asked for (after alias, with suffix); answers repeat it.
        stream: Whether the client asked for a stream.
        original: The client's body, parsed. Not to be changed. Empty where it was no JSON object.
        sent: The body that went upstream, once it has.
        clock: The time.
        ids: Identifiers.
        memory: What is remembered from earlier turns.
        dialect: `parity` says what the legacy says; `clean` leaves its plain faults out.
        source: The client's body as it came, for what is copied in the sender's spelling (`wire.spelling`).
        valid: Whether that is JSON.
    """

    model: str
    requested: str
    stream: bool
    original: Json
    sent: Json
    clock: Clock
    ids: Ids
    memory: Memory
    dialect: Dialect = "parity"
    source: bytes = b""
    valid: bool = True

    @property
    def repeated(self) -> Json:
        """The request as an answer repeats it: the client's, where it is JSON and says anything, else what was sent."""
        return (self.original if self.valid else None) or self.sent

    def faithful(self, accent: Accent) -> bool:
        """Whether to do as the legacy does at this quirk."""
        return not accent.faulty or self.dialect == "parity"


class Stream(Protocol):
    """An answer being translated: fed the upstream's lines, gives the client's chunks (not yet framed).

    An empty chunk is a chunk: nothing is written for it, but an upstream that made it did not close without answering.
    """

    def feed(self, line: bytes) -> list[bytes]:
        """Take one line as the provider's reader gives it; return the chunks it makes, often none."""
        ...

    def finish(self) -> list[bytes]:
        """The upstream's stream has ended well; return what is still owed."""
        ...


@dataclass(frozen=True, slots=True)
class Pair:
    """All that happens between one client protocol and one upstream protocol.

    Attributes:
        client: The client's protocol: `openai`, `openai-response`, `claude`, `gemini`, `gemini-cli`.
        upstream: The upstream's: `openai`, `claude`, `gemini`, `codex`, ... .
        request: (client's body, turn) -> the upstream's body. The body is the pair's to change.
        whole: (upstream's whole answer, turn) -> the client's.
        stream: (turn) -> a `Stream`.
        tokens: (count, turn) -> the client's answer to a question for a count of tokens; None where there is none.
        accents: The quirks this pair has, in the order they act.
        seeking: Whether a request is read from its first brace on, whatever stands before.
        passing: Whether `request` changes nothing but the model's name.
    """

    client: str
    upstream: str
    request: Callable[[Json, Turn], Json]
    whole: Callable[[bytes, Turn], bytes]
    stream: Callable[[Turn], Stream]
    tokens: Callable[[int, Turn], bytes] | None = None
    accents: tuple[Accent, ...] = ()
    seeking: bool = False
    passing: bool = False
