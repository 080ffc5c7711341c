"""`/health`, `/ready`, `/live`: whether the server lives, may be sent requests, and what it has to answer them with.

Law: a server that is leaving lives but is not ready, so that whoever spreads requests sends it no more.
"""

from aiohttp import web

from native.credentials.files import UNKNOWN
from native.identity import VERSION
from native.surface.management.auth_files import stamp
from native.surface.management.call import Call, route, told
from native.surface.management.kinds import NUMBER, SWITCH, TEXT, Anything, Field, Shape
from native.surface.routes import Doc


def health(call: Call) -> web.Response:
    """`GET /health`."""
    service = call.service
    credentials = [one for one in service.pool.credentials.values() if one.provider != UNKNOWN]
    now = service.kit.clock.now()
    usable = [one for one in credentials if not one.disabled]
    resting = [one for one in usable if one.unavailable]
    ready = not service.leaving.is_set()
    return told(
        {
            "status": "leaving" if not ready else "ok" if len(usable) > len(resting) else "degraded",
            "version": VERSION["X-CPA-VERSION"],
            "timestamp": stamp(now),
            "uptime": int(now - service.began),
            "started_at": stamp(service.began),
            "credentials": {"total": len(credentials), "usable": len(usable), "resting": len(resting)},
            "providers": sorted({one.provider for one in usable}),
        }
    )


def ready(call: Call) -> web.Response:
    """`GET /ready`: 503 once the server is leaving."""
    leaving = call.service.leaving.is_set()
    checks = {"accepting": not leaving, "credentials": bool(call.service.pool.credentials)}
    return told({"ready": not leaving, "checks": checks}, 503 if leaving else 200)


def live(_call: Call) -> web.Response:
    """`GET /live`."""
    return told({"live": True})


HEALTH = Shape(
    *(Field(name, TEXT) for name in ("status", "version", "timestamp", "started_at")),
    Field("uptime", NUMBER),
    Field("credentials", Shape(*(Field(name, NUMBER) for name in ("total", "usable", "resting")))),
    Field("providers", Anything()),
)
READY = Shape(
    Field("ready", SWITCH), Field("checks", Shape(*(Field(name, SWITCH) for name in ("accepting", "credentials"))))
)

ROUTES = [
    route("GET", "/health", health, Doc(gives=HEALTH)),
    route("GET", "/ready", ready, Doc(gives=READY)),
    route("GET", "/live", live, Doc(gives=Shape(Field("live", SWITCH)))),
]
