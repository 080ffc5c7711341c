"""The flag table as a value: what flags say, and which one holds for a request.

Everything that decides between flags lives here. Laws: the flag that is narrowed most holds; where none does the
legacy answers; a table never changes, a new one takes its place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

EVERY = "*"


class WrongFlagError(ValueError):
    """A flag that cannot be: the message says what was wrong and what to write."""


class Mode(StrEnum):
    """Who answers.

    `legacy`: the legacy. `shadow`: the legacy, and native is judged on it. `canary`: native for a share of the
    conversations, the legacy for the rest. `native`: native, the legacy where that fails before the first byte.
    """

    LEGACY = "legacy"
    SHADOW = "shadow"
    CANARY = "canary"
    NATIVE = "native"


@dataclass(frozen=True, slots=True)
class Value:
    """What a flag says.

    Attributes:
        mode: Who answers.
        percent: Of the conversations, how many native gets in `canary`.
    """

    mode: Mode
    percent: float = 0.0

    @classmethod
    def parse(cls, text: str) -> "Value":
        """Read `legacy`, `shadow`, `canary 5%` or `native`. Raises WrongFlagError."""
        words = text.lower().replace("%", " % ").split()
        try:
            mode = Mode(words[0])
        except (IndexError, ValueError):
            raise WrongFlagError(f"{text!r} is no flag: write legacy, shadow, canary N% or native") from None
        if mode is not Mode.CANARY:
            if len(words) > 1:
                raise WrongFlagError(f"{text!r}: only canary takes a share")
            return cls(mode)
        try:
            percent = float(words[1])
        except (IndexError, ValueError):
            raise WrongFlagError(f"{text!r}: canary needs its share, as in `canary 5%`") from None
        if not 0 < percent <= 100:
            raise WrongFlagError(f"{text!r}: the share of a canary is more than 0 % and at most 100 %")
        return cls(mode, percent)

    @property
    def height(self) -> tuple[int, float]:
        """How much is native's: of two values the higher one gives it more."""
        return (tuple(Mode).index(self.mode), self.percent)

    @property
    def serves(self) -> bool:
        """Whether native answers clients."""
        return self.mode in (Mode.CANARY, Mode.NATIVE)

    def __str__(self) -> str:
        return f"canary {self.percent:g}%" if self.mode is Mode.CANARY else str(self.mode)


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """What a flag is about; an empty narrowing means any.

    Attributes:
        endpoint: An id of the catalogue, or `*` for all.
        provider: Of the upstream that is to answer.
        stream: `yes`, `no` or nothing.
        model: As clients name it; `*` and `?` stand for anything.
    """

    endpoint: str
    provider: str = ""
    stream: str = ""
    model: str = ""

    def covers(self, asked: "Asked") -> bool:
        """Whether a request is within."""
        return (
            self.endpoint in (asked.endpoint, EVERY)
            and self.provider in ("", asked.provider)
            and self.stream in ("", "yes" if asked.stream else "no")
            and (not self.model or fnmatchcase(asked.model, self.model))
        )

    def covers_all_of(self, endpoint: str) -> bool:
        """Whether every request of an endpoint is within."""
        return self.endpoint in (endpoint, EVERY) and not self.needs_body

    @property
    def narrowness(self) -> tuple[bool, bool, bool, bool, bool]:
        """How closely it is told; the closer, the more it counts."""
        spelled_out = bool(self.model) and not {"*", "?", "["} & set(self.model)
        return (self.endpoint != EVERY, spelled_out, bool(self.model), bool(self.provider), bool(self.stream))

    @property
    def needs_body(self) -> bool:
        """Whether the request's body must be read to tell."""
        return bool(self.provider or self.stream or self.model)

    def __str__(self) -> str:
        parts = [("provider", self.provider), ("stream", self.stream), ("model", self.model)]
        return " ".join([self.endpoint, *(f"{name}={value}" for name, value in parts if value)])


@dataclass(frozen=True, slots=True)
class Asked:
    """What a flag is looked up for."""

    endpoint: str
    provider: str = ""
    stream: bool = False
    model: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """One row: what holds for a scope, and who said so, when and why.

    Attributes:
        scope: What it is about.
        value: What it says.
        who: Who set it.
        at: When, in seconds since 1970.
        why: For what reason.
    """

    scope: Scope
    value: Value
    who: str = ""
    at: float = 0.0
    why: str = ""

    @property
    def step(self) -> str:
        """Names this setting of this flag: canaries are drawn again when it is set anew."""
        return f"{self.scope}@{self.at}"


LEGACY = Flag(Scope(EVERY), Value(Mode.LEGACY))


class Table:
    """Flags at one moment.

    Args:
        flags: In any order.
    """

    def __init__(self, flags: Iterable[Flag] = ()) -> None:
        self.flags = tuple(sorted(flags, key=lambda flag: flag.scope.narrowness, reverse=True))
        self._by_endpoint: dict[str, tuple[Flag, ...]] = {}

    def lookup(self, asked: Asked) -> Flag:
        """The flag that holds for a request."""
        return next((flag for flag in self._for(asked.endpoint) if flag.scope.covers(asked)), LEGACY)

    def asks_native(self, endpoint: str) -> bool:
        """Whether some of this endpoint's traffic is native's, if only to be judged on it."""
        return any(flag.value.mode is not Mode.LEGACY for flag in self._for(endpoint))

    def needs_body(self, endpoint: str) -> bool:
        """Whether who answers this endpoint depends on what is in the request's body."""
        return any(f.scope.needs_body or f.value.mode in (Mode.CANARY, Mode.NATIVE) for f in self._for(endpoint))

    def _for(self, endpoint: str) -> tuple[Flag, ...]:
        found = self._by_endpoint.get(endpoint)
        if found is None:
            found = tuple(flag for flag in self.flags if flag.scope.endpoint in (endpoint, EVERY))
            self._by_endpoint[endpoint] = found
        return found
