"""The statistics: read, taken away and brought back."""

import asyncio
from typing import Any

import orjson
from aiohttp import web

from native.surface.management.auth_files import stamp
from native.surface.management.call import Call, RefusedError, route, told
from native.surface.management.kinds import NUMBER, TEXT, Anything, Field, KindError, Shape
from native.surface.routes import Doc, answer
from native.usage import Usage
from native.usage_snapshot import merge, pieces

type Json = dict[str, Any]

EXPORT = Shape(Field("version", NUMBER), Field("usage", Anything()))
VERSIONS = (0, 1)
COUNTS = ("added", "skipped", "total_requests", "failed_requests")


async def current(call: Call) -> Usage:
    """All that was counted up to now, in other processes too."""
    usage = call.service.kit.usage
    usage.settle()
    if call.service.ledger is not None:
        await call.service.ledger.sync()
    return usage


async def _with_snapshot(head: Json, usage: Usage) -> web.Response:
    """An answer with a snapshot at its end; a large one is made in pieces between which others have their turn."""
    made = [orjson.dumps(head)[:-1], b',"usage":']
    for piece in pieces(usage):
        made.append(piece)
        await asyncio.sleep(0)
    return answer(b"".join((*made, b"}")))


async def read(call: Call) -> web.Response:
    """`GET /usage`."""
    usage = await current(call)
    return await _with_snapshot({"failed_requests": usage.total.failed}, usage)


async def export(call: Call) -> web.Response:
    """`GET /usage/export`: what `import` takes."""
    usage = await current(call)
    return await _with_snapshot({"version": 1, "exported_at": stamp(call.service.kit.clock.now())}, usage)


async def bring_back(call: Call) -> web.Response:
    """`POST /usage/import`: requests that are here already are left out."""
    try:
        body = EXPORT.read(call.json())
    except (RefusedError, KindError) as error:
        raise RefusedError(400, "invalid json") from error
    if body["usage"] is not None and not isinstance(body["usage"], dict):
        raise RefusedError(400, "invalid json")
    if body["version"] not in VERSIONS:
        raise RefusedError(400, "unsupported version")
    usage = await current(call)
    added, skipped = merge(usage, body["usage"], call.service.kit.clock.now())
    total = usage.total
    totals = {"total_requests": total.requests, "failed_requests": total.failed}
    return told({"added": added, "skipped": skipped, **totals})


ROUTES = [
    route("GET", "/usage", read, Doc(gives=Shape(Field("usage", Anything()), Field("failed_requests", NUMBER)))),
    route("GET", "/usage/export", export, Doc(gives=Shape(*EXPORT.fields, Field("exported_at", TEXT)))),
    route("POST", "/usage/import", bring_back, Doc(EXPORT, Shape(*(Field(name, NUMBER) for name in COUNTS)))),
]
