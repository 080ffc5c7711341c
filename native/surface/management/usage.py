"""The statistics: read, taken away and brought back."""

from aiohttp import web

from native.surface.management.auth_files import stamp
from native.surface.management.call import Call, RefusedError, route, told
from native.surface.management.kinds import NUMBER, Anything, Field, KindError, Shape
from native.usage_snapshot import merge, snapshot

EXPORT = Shape(Field("version", NUMBER), Field("usage", Anything()))
VERSIONS = (0, 1)


def read(call: Call) -> web.Response:
    """`GET /usage`."""
    usage = call.service.kit.usage
    usage.settle()
    return told({"usage": snapshot(usage), "failed_requests": usage.total.failed})


def export(call: Call) -> web.Response:
    """`GET /usage/export`: what `import` takes."""
    now = call.service.kit.clock.now()
    return told({"version": 1, "exported_at": stamp(now), "usage": snapshot(call.service.kit.usage)})


def bring_back(call: Call) -> web.Response:
    """`POST /usage/import`: requests that are here already are left out."""
    try:
        body = EXPORT.read(call.json())
    except (RefusedError, KindError) as error:
        raise RefusedError(400, "invalid json") from error
    if body["usage"] is not None and not isinstance(body["usage"], dict):
        raise RefusedError(400, "invalid json")
    if body["version"] not in VERSIONS:
        raise RefusedError(400, "unsupported version")
    usage = call.service.kit.usage
    added, skipped = merge(usage, body["usage"], call.service.kit.clock.now())
    total = usage.total
    totals = {"total_requests": total.requests, "failed_requests": total.failed}
    return told({"added": added, "skipped": skipped, **totals})


ROUTES = [
    route("GET", "/usage", read),
    route("GET", "/usage/export", export),
    route("POST", "/usage/import", bring_back),
]
