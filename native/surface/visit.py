"""What is known of a client's request while an endpoint answers it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import web


class Outer(Protocol):
    """What is done to an answer's bytes last of all, where an endpoint wraps another."""

    def whole(self, body: bytes) -> bytes:
        """A whole answer, or an error."""
        ...

    def piece(self, data: bytes) -> bytes:
        """A piece of a stream, which ends where an event does."""
        ...


@dataclass(slots=True)
class Visit:
    """One request on its way.

    Attributes:
        endpoint: What was asked: `METHOD /path`, as it is declared.
        key: The client's key, empty where none was needed.
        parts: The parts of the path that vary, by name.
        body: A body in place of the client's.
        headers: Headers in place of the client's.
        stand_in: The model that stands in for the one asked for.
        outer: What is done to the answer's bytes last.
    """

    endpoint: str
    key: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    headers: Mapping[str, str] | None = None
    stand_in: str = ""
    outer: Outer | None = None


VISIT = web.RequestKey("visit", Visit)
