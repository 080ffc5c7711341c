"""Which requests are logged, and how much of each: the configuration's `request-log`, `logging-to-file` and their kin.

Laws: while nothing is to be logged a request costs a glance; a request that failed is logged whatever the
configuration says, without what was sent to providers; management requests never are, for they carry keys.
"""

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from native.config import Config
from native.logs import masking
from native.logs.files import Folder, name_of
from native.logs.record import CURRENT, TRACE, Body, Record, Trace
from native.logs.text import Log, pieces
from native.logs.writer import Writer
from native.turn import Clock, Ids

TURNS = (
    "/v1/chat/completions",
    "/v1/completions",
    "/v1/messages",
    "/v1/responses",
    "/v1beta/models/",
    "/api/provider/",
)
"""Paths whose requests have an id."""
UNNAMED = "--------"
MOST_BODY = 1024 * 1024
"""Bytes of a request's body in the log of its failure."""
MOST_PENDING = 100_000
"""Lines that wait to be written."""
MOST_RECENT = 1_000
CLIENT_LEFT = 499
"""The status of a request whose client did not wait for its answer."""
LEVELS = {5: "error", 4: "warn"}
"""By a status' first digit."""


IDENTITY = web.RequestKey("identity", str)
type Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Entry(NamedTuple):
    """One request that was answered, for whoever shows requests."""

    id: str
    at: float
    method: str
    path: str
    status: int
    seconds: float
    provider: str
    model: str
    error: str


class Logs:
    """One service's logs.

    Args:
        folder: Where they are written, None for nowhere.
        clock: The time.
        ids: Names for requests.

    Attributes:
        full: Whether everything about requests is wanted.
        seen: Told of each request that was answered.
        lines: Told of each line of the server's own log.
    """

    def __init__(self, folder: Path | None, clock: Clock, ids: Ids) -> None:
        self._folder = Folder(folder) if folder is not None else None
        self._writer = Writer()
        self._clock = clock
        self._ids = ids
        self._numbers = itertools.count(1)
        self._main = False
        self._pending: deque[str] = deque(maxlen=MOST_PENDING)
        self._scheduled = False
        self._capture: _Capture | None = None
        self.full = False
        self._recent: deque[tuple[str, float, str, str, int, float, str, str, str]] = deque(maxlen=MOST_RECENT)
        self.seen: list[Callable[[Entry], None]] = []
        self.lines: list[Callable[[str], None]] = []

    def apply(self, config: Config) -> None:
        """Log as a configuration says."""
        folder = self._folder
        if folder is None:
            return
        self.full, self._main = config.request_log, config.logging_to_file
        folder.most_errors = config.error_logs_max_files
        folder.most_bytes = config.logs_max_total_size_mb * 1024 * 1024
        if folder.most_bytes > 0:
            self._writer.put(lambda: folder.tidy(now=True), 0)

    # ---- one request -----------------------------------------------------------------------------------------------

    def trace(self, request: web.Request) -> Trace:
        """Begin to follow a request."""
        found = request[TRACE] = Trace(self._clock.now())
        return found

    async def failed(self, request: web.Request, trace: Trace, response: web.StreamResponse) -> None:
        """Log a failure as far as it is known though nobody listened."""
        if self._folder is not None and _is_logged(request):
            small = (request.content_length or 0) <= MOST_BODY and not request.content_type.startswith("multipart/")
            self._write(request, trace, response, await _body(request, trace) if small else Body(), None)

    async def recorded(self, request: web.Request, answering: Answering) -> web.StreamResponse:
        """Have a request answered, and log everything about it."""
        trace = self.trace(request)
        if not _is_logged(request):
            response = await answering(request)
            self.note(request, trace, response.status)
            return response
        return await self._recorded(request, trace, answering)

    async def _recorded(self, request: web.Request, trace: Trace, answering: Answering) -> web.StreamResponse:
        record = trace.record = Record(self._clock.now)
        token = CURRENT.set(trace)
        response: web.StreamResponse | None = None
        try:
            response = await answering(request)
            return response
        finally:
            CURRENT.reset(token)
            self.note(request, trace, _status(response, record))
            body = record.messages if record.messages.size else await _body(request, trace)
            self._write(request, trace, response, body, record)

    def _write(
        self,
        request: web.Request,
        trace: Trace,
        response: web.StreamResponse | None,
        body: Body,
        record: Record | None,
    ) -> None:
        """Hand a request's log over."""
        folder, failure, now = self._folder, trace.failure, self._clock.now()
        if folder is None:
            return
        status = _status(response, record)
        whole = getattr(response, "body", None)
        said = record.said if record is not None else Body()
        log = Log(
            masking.address(request.path_qs),
            request.method,
            trace.began,
            list(request.headers.items()),
            body,
            status,
            list(response.headers.items()) if response is not None else [],
            Body(whole) if isinstance(whole, bytes) else said,
            attempts=record.attempts if record is not None else [],
            errors=record.errors if record is not None and status < 400 else [],
            answered_at=now,
        )
        if failure is not None and status >= 400:
            log.refusal = log.answer.read()
        elif failure is not None:
            log.status, log.errors = failure.shown, [(failure.shown, failure.message)]
        identity = self._id(request) if request.path.startswith(TURNS) else str(next(self._numbers))
        name = name_of(request.path, now, identity, error=record is None)
        size = body.size + log.answer.size + sum(one.body.size + len(one.request.body) for one in log.attempts)
        self._writer.put(lambda: folder.write(name, pieces(log)), size)

    def _id(self, request: web.Request) -> str:
        found: str | None = request.get(IDENTITY)
        if found is None:
            found = request[IDENTITY] = self._ids.hexes(8)
        return found

    # ---- lines -----------------------------------------------------------------------------------------------------

    def note(self, request: web.Request, trace: Trace, status: int) -> None:
        """Remember a request, and write its line."""
        path = request.path
        turn = path.startswith(TURNS)
        if not (turn or self._main):
            return
        took = self._clock.now() - trace.began
        identity = self._id(request) if turn and (self._main or self.full or status >= 400) else ""
        if turn:
            asked, failure = trace.asked, trace.failure
            provider, error = (
                asked.provider if asked is not None else "",
                failure.message if failure is not None else "",
            )
            self._recent.append(
                (identity, trace.began, request.method, path, status, took, provider, trace.model, error)
            )
            for show in self.seen:
                show(Entry(*self._recent[-1]))
        if self._main:
            self._say_answered(request, status, took, identity or UNNAMED)

    def _say_answered(self, request: web.Request, status: int, took: float, identity: str) -> None:
        shown = masking.address(request.path_qs)
        said = f'{status:3} | {span(took):>13} | {request.remote or "":>15} | {request.method:<7} "{shown}"'
        self.say(LEVELS.get(status // 100, "info"), "access", said, identity)

    @property
    def recent(self) -> list[Entry]:
        """The newest requests, oldest first."""
        return [Entry(*entry) for entry in self._recent]

    def remember(self, entry: Entry) -> None:
        """Remember one more."""
        self._recent.append(entry)

    def say(self, level: str, where: str, said: str, identity: str = UNNAMED) -> None:
        """Write a line to the server's own log."""
        moment = datetime.fromtimestamp(self._clock.now(), UTC).astimezone()
        line = f"[{moment:%Y-%m-%d %H:%M:%S}] [{identity}] [{level:<5}] [{where}] {said}"
        for show in self.lines:
            show(line)
        if not self._main:
            return
        self._pending.append(line + "\n")
        if not self._scheduled:
            self._scheduled = self._writer.put(self._append, len(line))

    def _append(self) -> None:
        """Write the lines that wait; what comes from now on asks to be written anew."""
        self._scheduled = False
        lines = []
        while self._pending:
            lines.append(self._pending.popleft())
        if lines and self._folder is not None:
            self._folder.append("".join(lines).encode("utf-8", "surrogateescape"))

    def listen(self) -> None:
        """Take up what this process says through `logging`, until closed."""
        self._capture = _Capture(self, asyncio.get_running_loop())
        logging.getLogger().addHandler(self._capture)

    async def close(self) -> None:
        """Write what is still owed."""
        if self._capture is not None:
            logging.getLogger().removeHandler(self._capture)
        if self._writer.busy:
            await asyncio.to_thread(self._writer.close)


def _status(response: web.StreamResponse | None, record: Record | None) -> int:
    """What a request ended with; one that a WebSocket's client ended has ended well."""
    if response is not None:
        return response.status
    return 200 if record is not None and record.messages.size else CLIENT_LEFT


async def _body(request: web.Request, trace: Trace) -> Body:
    """The client's body as far as it has come; never waited for."""
    if trace.body is not None:
        return Body(trace.body)
    return Body(await request.read()) if request.content.is_eof() else Body()


def _is_logged(request: web.Request) -> bool:
    """Whether a request is one that leaves a file: none that reads, and none that carries the owner's keys."""
    path = request.path
    if request.method in {"GET", "OPTIONS"}:
        return path == "/v1/responses" and request.headers.get("Upgrade", "").strip().lower() == "websocket"
    return path.startswith("/api/provider") or not path.startswith(("/v0/management", "/management", "/api"))


def span(seconds: float) -> str:
    """A time span as the legacy's lines spell it: `8ms`, `1.25s`, `1m5s`."""
    if seconds < 1:
        milliseconds = int(seconds * 1000)
        return f"{milliseconds}ms" if milliseconds > 0 else "0s"
    if seconds <= 60:
        return f"{int(seconds * 1000) / 1000:.3f}".rstrip("0").rstrip(".") + "s"
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}h{minutes}m{rest}s" if hours else f"{minutes}m{rest}s"


class _Capture(logging.Handler):
    """What is said through `logging`, from any thread, as lines of the server's own log."""

    def __init__(self, logs: Logs, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._logs = logs
        self._loop = loop

    def emit(self, record: logging.LogRecord) -> None:
        """Take one up."""
        level = "warn" if record.levelname == "WARNING" else record.levelname.lower()
        where, said = f"{record.filename}:{record.lineno}", record.getMessage().rstrip("\r\n")
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._logs.say, level, where, said)
