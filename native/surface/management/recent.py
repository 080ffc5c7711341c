"""`/logs/provider`, `/logs/status`: the newest requests, as the Quotio server lists them.

Law: they are remembered by this process alone and only so many of them; what is to last is in the files.
"""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from native.logs.logs import MOST_RECENT, Entry
from native.surface.management.auth_files import stamp
from native.surface.management.call import Call, RefusedError, route, told
from native.surface.management.kinds import NUMBER, Anything, Field, Shape
from native.surface.routes import Doc

type Json = dict[str, Any]

USUAL = 100


def _beginning(first: int) -> Callable[[Entry], bool]:
    """Whether a status begins with a digit."""
    return lambda entry: entry.status // 100 == first


RANGES: dict[str, Callable[[Entry], bool]] = {
    **{f"{first}xx": _beginning(first) for first in range(1, 6)},
    "errors": lambda entry: bool(entry.error) or entry.status >= 400,
    "all": lambda _: True,
}
"""What may be asked for in the place of a status."""


def _shown(entry: Entry) -> Json:
    return {
        "requestId": entry.id,
        "timestamp": stamp(entry.at),
        "method": entry.method,
        "path": entry.path,
        "status": entry.status,
        "latencyMs": int(entry.seconds * 1000),
        "provider": entry.provider,
        "model": entry.model,
        "error": entry.error,
    }


def _found(call: Call, wanted: Callable[[Entry], bool], **more: str) -> web.Response:
    digits = call.query("limit").strip() or str(USUAL)
    if not (digits.isascii() and digits.isdecimal() and int(digits[:9]) > 0):
        raise RefusedError(400, "invalid limit: must be a positive integer")
    found = [_shown(entry) for entry in call.service.logs.recent if wanted(entry)]
    found = found[-min(int(digits[:9]), MOST_RECENT) :]
    return told({"logs": found, "count": len(found), **more})


def by_provider(call: Call) -> web.Response:
    """`GET /logs/provider/{provider}?limit=`."""
    provider = call.part("provider")
    return _found(call, lambda entry: entry.provider == provider, provider=provider)


def by_status(call: Call) -> web.Response:
    """`GET /logs/status/{range}?limit=`: `2xx`, `4xx`, `5xx`, `errors` or `all`."""
    wanted = call.part("range").lower()
    if wanted not in RANGES:
        raise RefusedError(400, "unknown range", ranges=sorted(RANGES))
    return _found(call, RANGES[wanted], range=wanted)


FOUND = Doc(gives=Shape(Field("logs", Anything()), Field("count", NUMBER)), query=("limit",))

ROUTES = [
    route("GET", "/logs/provider/:provider", by_provider, FOUND),
    route("GET", "/logs/status/:range", by_status, FOUND),
]
