"""Calls and results that a client forgot to resend, remembered while its session is connected.

An upstream refuses a call without its result and a result without its call; clients that compact their history leave
such orphans. Everything that mends them lives here. Laws: nothing is invented, only what this session itself sent or
was told is put back; what a session said is forgotten with its last connection; a session keeps 256 of each at most.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from native.turn import Json
from native.wire.loose import get, text, trim

MOST: Final = 256
"""Calls, and results, that are remembered of a session."""


@dataclass(slots=True)
class Session:
    """What one client session said and was told.

    Attributes:
        calls: Function calls by their id, oldest first.
        results: Their results, by the same ids.
        connections: How many connections the session has.
    """

    calls: dict[str, Any] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)
    connections: int = 0

    def note_answer(self, event: Any) -> None:
        """Remember the calls that an event of the answer tells of."""
        kind = trim(text(get(event, "type")))
        if kind == "response.completed":
            output = get(event, "response", "output")
            for item in output if isinstance(output, list) else ():
                self._note_call(item)
        elif kind in {"response.output_item.added", "response.output_item.done"}:
            self._note_call(get(event, "item"))

    def _note_call(self, item: Any) -> None:
        if _kind(item) == "function_call":
            _keep(self.calls, _call_id(item), item)

    def mended(self, body: Json) -> Json:
        """The request with its orphans completed from memory, or left out."""
        items = body.get("input")
        if not isinstance(items, list):
            return body
        answered, called = self._note_request(items)
        continued = bool(trim(text(body.get("previous_response_id", ""))))
        kept: list[Any] = []
        for item in items:
            kind, call_id = _kind(item), _call_id(item)
            if kind == "function_call":
                kept += self._call(item, call_id, answered)
            elif kind == "function_call_output":
                kept += self._result(item, call_id, called, continued=continued)
            else:
                kept.append(item)
        return body if len(kept) == len(items) and all(map(_same, kept, items)) else {**body, "input": kept}

    def _note_request(self, items: list[Any]) -> tuple[set[str], set[str]]:
        """Remember what the client sends; the ids that have results, and those that have calls."""
        answered: set[str] = set()
        called: set[str] = set()
        for item in items:
            kind, call_id = _kind(item), _call_id(item)
            if call_id and kind == "function_call_output":
                answered.add(call_id)
                _keep(self.results, call_id, item)
            elif call_id and kind == "function_call":
                called.add(call_id)
                _keep(self.calls, call_id, item)
        return answered, called

    def _call(self, item: Any, call_id: str, answered: set[str]) -> list[Any]:
        if not call_id:
            return []
        if call_id in answered:
            return [item]
        result = self.results.get(call_id)
        if result is None:
            return []
        answered.add(call_id)
        return [item, result]

    def _result(self, item: Any, call_id: str, called: set[str], *, continued: bool) -> list[Any]:
        if not call_id:
            return []
        if continued or call_id in called:
            return [item]
        call = self.calls.get(call_id)
        if call is None:
            return []
        called.add(call_id)
        return [call, item]


class Sessions:
    """The sessions that have a connection, by the name their client gives them."""

    __slots__ = ("_open",)

    def __init__(self) -> None:
        self._open: dict[str, Session] = {}

    def __len__(self) -> int:
        return len(self._open)

    def join(self, name: str) -> Session | None:
        """A connection of that session opens; None for one that has no name, of which nothing is remembered."""
        if not name:
            return None
        session = self._open.setdefault(name, Session())
        session.connections += 1
        return session

    def leave(self, name: str) -> None:
        """A connection of that session closes; with the last one it is forgotten."""
        session = self._open.get(name)
        if session is not None:
            session.connections -= 1
            if session.connections <= 0:
                del self._open[name]


def _kind(item: Any) -> str:
    return trim(text(get(item, "type")))


def _call_id(item: Any) -> str:
    return trim(text(get(item, "call_id")))


def _keep(shelf: dict[str, Any], call_id: str, item: Any) -> None:
    if call_id:
        shelf[call_id] = item
        if len(shelf) > MOST:
            del shelf[next(iter(shelf))]


def _same(one: Any, other: Any) -> bool:
    return one is other
