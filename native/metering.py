"""What a provider says a request cost, read from the answer as it passes.

Laws: one try is counted once, by the first usage that says anything; while an answer passes, lines that bear the mark
of usage are only kept, and read when it is over; what cannot be read counts no tokens and fails nothing. Marks are
looked for by `find`: `in` asks of bytes whether they are a number first, at eight times the cost.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from native.credentials.account import index_of, source_of
from native.credentials.credential import Credential
from native.turn import Clock
from native.usage import Spent, Tokens, Usage
from native.wire.loose import integer, parse

type Json = dict[str, Any]

SOON = 0.25
"""Seconds until what has ended is counted."""
AT_ONCE = 32
"""Tries that are counted in one go: less than a millisecond of work."""
MOST_WAITING = 1_000
MOST_LINES = 16
"""Lines of one answer that are kept unread."""
MOST_KEPT = 1 << 16
"""Bytes of a line or answer that is kept unread."""
MOST_KNOWN = 10_000
"""Credentials whose accounts are remembered."""
_LARGEST = 2**63 - 1


class Client(Protocol):
    """Who asks: a key, or else the endpoint that was asked."""

    @property
    def key(self) -> str:
        """The client's key, empty where none was needed."""
        ...

    @property
    def endpoint(self) -> str:
        """What was asked, where no key says who asks."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """How one protocol tells usage.

    Attributes:
        mark: Bytes without which a line tells none.
        read: (a line's or an answer's JSON) -> its tokens; None where it tells none.
        always: Whether an answer is counted that never told any.
    """

    mark: bytes
    read: Callable[[Any], Tokens | None]
    always: bool = False


_OPENAI_NAMES = (("prompt_tokens", "input_tokens"), ("completion_tokens", "output_tokens"))
_GEMINI_NAMES = (
    "promptTokenCount",
    "candidatesTokenCount",
    "thoughtsTokenCount",
    "cachedContentTokenCount",
    "totalTokenCount",
)
_GEMINI_USAGE = ("usageMetadata", "usage_metadata")
_NONE: Json = {}


def _inside(tree: Any, *names: str) -> Json | None:
    """The object under the first of these names that is there; None where none is."""
    if isinstance(tree, dict):
        for name in names:
            if name in tree:
                found = tree[name]
                return found if isinstance(found, dict) else _NONE
    return None


def _number(said: Json, *names: str) -> int:
    """The number under the first of these names that is there."""
    for name in names:
        if name in said:
            found = said[name]
            return found if type(found) is int and found <= _LARGEST else integer(found)
    return 0


def _openai(tree: Any) -> Tokens | None:
    said = _inside(tree, "usage")
    if said is None:
        return None
    asked, answered = (_number(said, *names) for names in _OPENAI_NAMES)
    return Tokens(asked, answered, *_more(said, "completion_tokens_details", "prompt_tokens_details"))


def _more(said: Json, answered: str, asked: str) -> tuple[int, int, int]:
    """Tokens of thought, from the cache and in all, by OpenAI's names."""
    thought, cached = _NONE, _NONE
    for name in (answered, "output_tokens_details"):
        if "reasoning_tokens" in (thought := _inside(said, name) or _NONE):
            break
    for name in (asked, "input_tokens_details"):
        if "cached_tokens" in (cached := _inside(said, name) or _NONE):
            break
    return _number(thought, "reasoning_tokens"), _number(cached, "cached_tokens"), _number(said, "total_tokens")


def _claude(tree: Any) -> Tokens | None:
    said = _inside(tree, "usage")
    if said is None:
        return None
    asked, answered = _number(said, "input_tokens"), _number(said, "output_tokens")
    cached = _number(said, "cache_read_input_tokens") or _number(said, "cache_creation_input_tokens")
    return Tokens(asked, answered, 0, cached, asked + answered)


def _codex(tree: Any) -> Tokens | None:
    if not isinstance(tree, dict) or tree.get("type") != "response.completed":
        return None
    said = _inside(tree.get("response"), "usage")
    if said is None:
        return None
    counts = (_number(said, "input_tokens"), _number(said, "output_tokens"))
    return Tokens(*counts, *_more(said, "output_tokens_details", "input_tokens_details"))


def _gemini(tree: Any) -> Tokens | None:
    said = _inside(_inside(tree, "response"), *_GEMINI_USAGE)
    if said is None and (said := _inside(tree, *_GEMINI_USAGE)) is None:
        return None
    return Tokens(*(_number(said, name) for name in _GEMINI_NAMES))


_OPENAI = Reading(b'"usage"', _openai, always=True)
_GEMINI = Reading(b'"usage', _gemini)
READINGS = {
    "openai": _OPENAI,
    "openai-response": _OPENAI,
    "claude": Reading(b'"usage"', _claude),
    "codex": Reading(b"response.completed", _codex),
    "gemini": _GEMINI,
    "gemini-cli": _GEMINI,
    "antigravity": _GEMINI,
}
"""By the upstream's protocol."""


class Meter:
    """One try while nothing is counted.

    Attributes:
        mark: What a line must bear to be worth keeping; empty where none is kept.
    """

    __slots__ = ("mark",)

    def __init__(self) -> None:
        self.mark = b""

    def of(self, protocol: str) -> "Meter":  # noqa: ARG002 - what counts goes by it
        """Read answers in an upstream's protocol."""
        return self

    def line(self, line: bytes) -> None:
        """A line of a stream that bears the mark."""

    def lines(self, lines: bytes) -> None:
        """Several lines of a stream."""

    def whole(self, body: bytes) -> None:
        """A whole answer."""

    def ended(self) -> None:
        """The answer has ended well."""

    def failed(self) -> None:
        """There was no answer, or it broke off."""


OFF = Meter()
"""Counts nothing."""


class Metering:
    """Counts tries: not when they end, but soon, some at a time, when nobody waits for an answer.

    Args:
        usage: Where they are counted.
        clock: The time.
    """

    def __init__(self, usage: Usage, clock: Clock) -> None:
        self.usage = usage
        self.clock = clock
        self._ended: deque[Counting] = deque()
        self._due = False
        self._known: dict[str, tuple[Credential, str, str]] = {}
        usage.settle = self.settle

    def begun(self, credential: Credential, model: str, client: Client) -> Meter:
        """A try begins."""
        return Counting(self, credential, model, client) if self.usage.enabled else OFF

    def take(self, one: "Counting") -> None:
        """A try has ended."""
        self._ended.append(one)
        if not self._due:
            self._due = True
            asyncio.get_running_loop().call_later(SOON, self._some)
        elif len(self._ended) >= MOST_WAITING:
            self.settle()

    def _some(self) -> None:
        for _ in range(min(AT_ONCE, len(self._ended))):
            self._count(self._ended.popleft())
        self._due = bool(self._ended)
        if self._due:
            asyncio.get_running_loop().call_soon(self._some)

    def settle(self) -> None:
        """Count what has ended."""
        while self._ended:
            self._count(self._ended.popleft())

    def _count(self, one: "Counting") -> None:
        tokens, failed = one.cost()
        if tokens is None:
            return
        credential, client = one.credential, one.client
        index, source = self._account(credential)
        self.usage.add(
            Spent(
                client.key or client.endpoint,
                credential.provider,
                one.model,
                index,
                source or client.key.strip(),
                one.since,
                failed,
                tokens,
                one.took,
            )
        )

    def _account(self, credential: Credential) -> tuple[str, str]:
        known = self._known.get(credential.id)
        if known is None or known[0] is not credential:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = self._known[credential.id] = (credential, index_of(credential), source_of(credential, ""))
        return known[1:]


class Counting(Meter):
    """One try that is counted.

    Attributes:
        credential: Who is asked.
        model: The upstream's model.
        client: Who asks.
        since: When it began.
        took: How many seconds it took.
    """

    __slots__ = ("_failed", "_metering", "_over", "_reading", "_said", "client", "credential", "model", "since", "took")

    def __init__(self, metering: Metering, credential: Credential, model: str, client: Client) -> None:
        super().__init__()
        self._metering = metering
        self._reading = _OPENAI
        self._said: list[bytes] = []
        self._over = self._failed = False
        self.credential = credential
        self.model = model
        self.client = client
        self.since = metering.clock.now()
        self.took = 0.0

    def of(self, protocol: str) -> Meter:
        """Read answers in an upstream's protocol."""
        self._reading = READINGS.get(protocol, _OPENAI)
        self.mark = self._reading.mark
        return self

    def line(self, line: bytes) -> None:
        """Keep a line of a stream that bears the mark."""
        if line[line.rfind(self.mark) + len(self.mark) :][:6].lstrip(b": ").startswith(b"null"):
            return
        self._said.append(line)
        if len(self._said) > MOST_LINES or len(line) > MOST_KEPT:
            self._reduce()

    def lines(self, lines: bytes) -> None:
        """Keep those of several lines that bear the mark."""
        mark = self.mark
        for line in lines.split(b"\n") if lines.find(mark) >= 0 else ():
            if line.find(mark) >= 0:
                self.line(line)

    def whole(self, body: bytes) -> None:
        """Keep a whole answer: one JSON, or a stream that was waited for."""
        if body.find(self.mark) < 0:
            return
        if body.lstrip()[:1] == b"{":
            self._said.append(body)
            if len(body) > MOST_KEPT:
                self._reduce()
        else:
            self.lines(body)

    def ended(self) -> None:
        """The answer has ended well."""
        self._end(failed=False)

    def failed(self) -> None:
        """There was no answer, or it broke off."""
        self._end(failed=True)

    def _end(self, *, failed: bool) -> None:
        if self._over:
            return
        self._over, self._failed = True, failed
        if failed or self._said or self._reading.always:
            self.took = self._metering.clock.now() - self.since
            self._metering.take(self)

    def cost(self) -> tuple[Tokens | None, bool]:
        """What it cost, None where that is not counted; and whether it failed before it said so."""
        for said in self._said:
            tokens = self._read(said)
            if tokens is not None:
                return tokens, False
        return (Tokens() if self._failed or self._reading.always else None), self._failed

    def _reduce(self) -> None:
        """Keep the one line that says something, or none."""
        self._said[:] = [said for said in self._said if self._read(said) is not None][:1]

    def _read(self, said: bytes) -> Tokens | None:
        said = said.strip().removeprefix(b"data:").lstrip()
        tokens = self._reading.read(parse(said)) if said.startswith(b"{") else None
        return tokens if tokens is not None and any(tokens) else None
