"""Logs as files: the server's own, and those of requests that failed.

Laws: a name is one name in the folder of logs; a log is read once, line by line, and only its end is kept.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from aiohttp import web

from native.credentials.writing import safe
from native.surface.management.call import Act, Call, RefusedError, route, told
from native.surface.management.kinds import NUMBER, SWITCH, TEXT, TEXTS, Field, List, Shape
from native.surface.routes import CORS, Doc

MAIN = "main.log"
NUMBERED = re.compile(r"main\.log\.(\d+)")
DATED = re.compile(r"main-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)[^/]*?\.log(?:\.gz)?")
MOST_LINES = 100_000
"""Lines of an answer for which no limit was asked."""


def _folder(call: Call) -> Path:
    folder = call.service.stores.log_dir
    if folder is None:
        raise RefusedError(500, "log directory not configured")
    return folder


def _kept(call: Call) -> Path:
    if not call.desk.settings["logging-to-file"]:
        raise RefusedError(400, "logging to file disabled")
    return _folder(call)


def age(name: str) -> tuple[int, float] | None:
    """Where a log stands, the newest first; None for what is no log of the server."""
    if name == MAIN:
        return (0, 0.0)
    if found := NUMBERED.fullmatch(name):
        return (1, float(found[1][:15]))
    if found := DATED.fullmatch(name):
        try:
            return (2, -datetime.strptime(found[1], "%Y-%m-%dT%H-%M-%S").astimezone().timestamp())
        except ValueError:
            return None
    return None


def written_at(line: str) -> int:
    """When a line was written, 0 where it does not say."""
    try:
        return int(datetime.strptime(line.removeprefix("[")[:19], "%Y-%m-%d %H:%M:%S").astimezone().timestamp())
    except ValueError:
        return 0


def _lines(folder: Path) -> Iterator[str]:
    aged = ((age(p.name), p) for p in folder.iterdir() if p.is_file() and not p.is_symlink())
    for _, path in sorted(((a, p) for a, p in aged if a is not None), reverse=True):
        with path.open(encoding="utf-8", errors="replace") as log:
            for line in log:
                yield line.rstrip("\r\n")


def _limit(call: Call) -> int:
    asked = call.query("limit").strip()
    if not asked:
        return MOST_LINES
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", asked):
        raise RefusedError(400, "invalid limit: must be a positive integer")
    if int(asked) <= 0:
        raise RefusedError(400, "invalid limit: must be greater than zero")
    return int(asked)


def _after(call: Call) -> int:
    asked = call.query("after").strip()
    return max(0, int(asked)) if re.fullmatch(r"[+-]?[0-9]{1,18}", asked) else 0


def read(call: Call) -> web.Response:
    """`GET /logs?after=&limit=`: the last lines, or those since a time."""
    folder, after = _kept(call), _after(call)
    if not folder.is_dir():
        return told({"lines": [], "line-count": 0, "latest-timestamp": after})
    lines: deque[str] = deque(maxlen=_limit(call))
    count, latest, wanted = 0, 0, after == 0
    for line in _lines(folder):
        count += 1
        at = written_at(line)
        latest = max(latest, at)
        if at and after:
            wanted = at > after
        if wanted:
            lines.append(line)
    return told({"lines": list(lines), "line-count": count, "latest-timestamp": max(latest, after)})


def clear(call: Call) -> web.Response:
    """`DELETE /logs`: the current log is emptied, older ones are removed."""
    folder = _kept(call)
    if not folder.is_dir():
        raise RefusedError(404, "log directory not found")
    removed = 0
    for path in folder.iterdir():
        if not path.is_file() or path.is_symlink() or age(path.name) is None:
            continue
        if path.name == MAIN:
            path.write_bytes(b"")
        else:
            path.unlink(missing_ok=True)
            removed += 1
    return told({"success": True, "message": "Logs cleared successfully", "removed": removed})


def errors(call: Call) -> web.Response:
    """`GET /request-error-logs`: while only failures are logged."""
    if call.desk.settings["request-log"]:
        return told({"files": []})
    folder = _folder(call)
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_file() and path.name.startswith("error-") and path.name.endswith(".log"):
            about = path.stat()
            found.append({"name": path.name, "size": about.st_size, "modified": int(about.st_mtime)})
    return told({"files": sorted(found, key=lambda file: -file["modified"])})


def _sent(path: Path, folder: Path) -> web.Response:
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise RefusedError(404, "log file not found")
    name = path.name.replace('"', "_")
    headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=path.read_bytes(), headers={**CORS, **headers})


def error(call: Call) -> web.Response:
    """`GET /request-error-logs/{name}`."""
    folder, name = _folder(call), call.part("name").strip()
    if not safe(name):
        raise RefusedError(400, "invalid log file name")
    if not (name.startswith("error-") and name.endswith(".log")):
        raise RefusedError(404, "log file not found")
    return _sent(folder / name, folder)


def by_id(call: Call) -> web.Response:
    """`GET /request-log-by-id/{id}`."""
    folder, wanted = _folder(call), call.part("id").strip() or call.query("id").strip()
    if not wanted:
        raise RefusedError(400, "missing request ID")
    if not safe(wanted):
        raise RefusedError(400, "invalid request ID")
    if not folder.is_dir():
        raise RefusedError(404, "log directory not found")
    for path in sorted(folder.iterdir()):
        if path.name.endswith(f"-{wanted}.log"):
            return _sent(path, folder)
    raise RefusedError(404, "log file not found for the given request ID")


def _aside(act: Callable[[Call], web.Response]) -> Act:
    """Read or remove files in a thread: logs are large, and others have requests too."""

    async def respond(call: Call) -> web.Response:
        return await asyncio.to_thread(act, call)

    return respond


LINES = Shape(Field("lines", TEXTS), Field("line-count", NUMBER), Field("latest-timestamp", NUMBER))
CLEARED = Shape(Field("success", SWITCH), Field("message", TEXT), Field("removed", NUMBER))
FILES = Shape(Field("files", List(Shape(Field("name", TEXT), Field("size", NUMBER), Field("modified", NUMBER)))))
TEXT_FILE = Doc(media="text/plain")

ROUTES = [
    route("GET", "/logs", _aside(read), Doc(gives=LINES, query=("after", "limit"))),
    route("DELETE", "/logs", _aside(clear), Doc(gives=CLEARED)),
    route("GET", "/request-error-logs", _aside(errors), Doc(gives=FILES)),
    route("GET", "/request-error-logs/:name", _aside(error), TEXT_FILE),
    route("GET", "/request-log-by-id/:id", _aside(by_id), TEXT_FILE),
]
