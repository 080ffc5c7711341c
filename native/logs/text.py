"""A request's log, in the legacy's layout: what was asked, each call that came of it, and what was answered.

Law: the same sections under the same headings in the same order as the legacy's files have, so that whatever reads
those reads these.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from native.credentials.account import account_of
from native.credentials.credential import Credential
from native.logs import masking
from native.logs.record import Attempt, Body
from native.upstream import Headers

VERSION = "native"
NOT_OURS = frozenset({"date", "server", "content-length", "transfer-encoding"})
"""Headers of an answer that the connection adds by itself."""
_HOPS = frozenset({"host", "transfer-encoding"})
"""Headers that say where and how, not what; the legacy's files have none of them."""


@dataclass(slots=True)
class Log:
    """What a file is to say.

    Attributes:
        url: Path and query, masked.
        attempts: The calls to providers.
        errors: Failures that the client was told, by status and text, where a stream or socket went on.
        refusal: What the client was told instead of an answer.
        answered_at: When.
    """

    url: str
    method: str
    at: float
    headers: Headers
    body: Body
    status: int
    answer_headers: Headers
    answer: Body
    attempts: list[Attempt] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)
    refusal: bytes = b""
    answered_at: float = 0.0


def stamp(seconds: float) -> str:
    """A time of this place, to the microsecond."""
    text = datetime.fromtimestamp(seconds, UTC).astimezone().isoformat(timespec="microseconds")
    moment, offset = text[:26].rstrip("0").rstrip("."), text[26:]
    return moment + ("Z" if offset == "+00:00" else offset)


def pieces(log: Log) -> Iterator[bytes]:
    """The file's text."""
    yield _lines("=== REQUEST INFO ===", f"Version: {VERSION}", f"URL: {log.url}", f"Method: {log.method}")
    yield _lines(f"Timestamp: {stamp(log.at)}", "", "=== HEADERS ===", *_headers(log.headers, _HOPS), "")
    yield b"=== REQUEST BODY ===\n"
    yield from _whole(log.body)
    yield b"\n\n"
    for index, attempt in enumerate(log.attempts, 1):
        yield from _asked(index, attempt)
    if log.attempts:
        yield b"\n"
    for status, said in log.errors:
        yield _lines("=== API ERROR RESPONSE ===", f"HTTP Status: {status}", said, "")
    yield from _answers(log)
    yield _lines("=== RESPONSE ===", f"Status: {log.status}", *_headers(log.answer_headers, NOT_OURS), "")
    yield from _whole(log.answer)
    yield b"\n"


def _lines(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")


def _headers(headers: Headers, without: frozenset[str] = frozenset()) -> list[str]:
    kept = [(name, value) for name, value in headers if name.lower() not in without]
    return [f"{_spelled(name)}: {masking.header(name, value)}" for name, value in kept]


def _sorted(headers: Headers) -> list[str]:
    """Headers by name, as calls to providers have them."""
    return _headers(sorted(headers, key=lambda pair: pair[0].lower()), _HOPS) or ["<none>"]


def _spelled(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))


def _whole(body: Body) -> Iterator[bytes]:
    yield body.read()
    if body.dropped:
        yield b"\n[%d more bytes are left out]" % body.dropped


def _asked(index: int, attempt: Attempt) -> Iterator[bytes]:
    request = attempt.request
    yield _lines(f"=== API REQUEST {index} ===", f"Timestamp: {stamp(attempt.at)}")
    yield _lines(f"Upstream URL: {masking.address(request.url)}", f"HTTP Method: {request.method}")
    if attempt.asked is not None:
        yield _lines(f"Auth: {_account(attempt.asked)}")
    yield _lines("", "Headers:", *_sorted(request.headers), "", "Body:")
    yield from _whole(Body(request.body or b"<empty>"))
    yield b"\n\n"


def _account(credential: Credential) -> str:
    parts = [f"provider={credential.provider}", f"auth_id={credential.id}"]
    if credential.label.strip():
        parts.append(f"label={credential.label.strip()}")
    kind, value = account_of(credential)
    if kind == "oauth":
        parts.append("type=oauth")
    elif kind:
        parts.append(f"type={kind} value={masking.masked(value)}" if value else f"type={kind}")
    return ", ".join(parts)


def _answers(log: Log) -> Iterator[bytes]:
    heard = [(index, attempt) for index, attempt in enumerate(log.attempts, 1) if attempt.heard_at]
    for nth, (index, attempt) in enumerate(heard):
        if nth:
            yield b"\n"
        yield from _heard(index, attempt)
    refusal = log.refusal.strip()
    told = any(refusal in attempt.body.read() for _, attempt in heard)
    if not heard and refusal:
        yield _lines("=== API RESPONSE ===", f"Timestamp: {stamp(log.answered_at)}") + refusal + b"\n"
    elif refusal and not told:
        yield refusal + b"\n"
    if heard or refusal:
        yield b"\n"


def _apart(body: bytes) -> bytes:
    """A stream's lines with a blank one between each and the next."""
    return b"\n\n".join(line.strip() for line in body.split(b"\n") if line.strip())


def _heard(index: int, attempt: Attempt) -> Iterator[bytes]:
    yield _lines(f"=== API RESPONSE {index} ===", f"Timestamp: {stamp(attempt.heard_at)}", "")
    if attempt.status:
        yield _lines(f"Status: {attempt.status}", "Headers:", *_sorted(attempt.headers), "")
    body = attempt.body.read().strip()
    if body:
        yield b"Body:\n" + (body if attempt.whole or attempt.status >= 300 else _apart(body))
        if attempt.body.dropped:
            yield b"\n[%d more bytes are left out]" % attempt.body.dropped
        yield b"\n"
    for error in attempt.errors:
        yield _lines(f"Error: {error}")
