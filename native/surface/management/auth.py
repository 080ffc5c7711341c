"""`/auth`: log-ins as the Quotio server lists and removes them, by provider and by id.

Laws: the same files as `/auth-files`, under the same rules; what is listed says no secret.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from native.credentials.account import account_of
from native.credentials.credential import Credential
from native.surface.management.auth_files import remove, stamp
from native.surface.management.call import Call, RefusedError, route, told
from native.surface.management.kinds import NUMBER, SWITCH, TEXT, Anything, Field, List, Shape
from native.surface.routes import Doc

type Json = dict[str, Any]

EXPIRIES = ("expired", "expires_at", "expiry", "expire", "expires")
"""What log-ins' files call the end of their token."""
PROVIDERS = {"anthropic": "claude", "github": "github-copilot"}
"""Credentials' names of providers, by other names for them."""


def log_ins(call: Call, provider: str = "") -> list[Credential]:
    """The credentials that came from files, of one provider or of all."""
    wanted = PROVIDERS.get(provider.lower(), provider.lower())
    found = [one for one in call.service.pool.credentials.values() if one.attributes.get("path") and not one.parent]
    return [one for one in found if not wanted or one.provider == wanted]


def expiry_of(credential: Credential) -> float:
    """When a log-in's token ends, in seconds since 1970; 0 where its file does not say."""
    said = (credential.metadata.get(name) for name in EXPIRIES)
    found = next((value for value in said if value not in (None, "")), None)
    if isinstance(found, str):
        try:
            moment = datetime.fromisoformat(found)
        except ValueError:
            return 0.0
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if isinstance(found, int | float) and not isinstance(found, bool) and 0 < found < 1e14:
        return found / 1000 if found > 1e11 else float(found)
    return 0.0


def shown(credential: Credential, now: float) -> Json:
    """A log-in as lists show it."""
    until = expiry_of(credential)
    return {
        "id": credential.id,
        "provider": credential.provider,
        "email": account_of(credential)[1],
        "name": Path(credential.attributes["path"]).name,
        "status": credential.status,
        "disabled": credential.disabled,
        "expires_at": stamp(until) if until else None,
        "is_expired": 0 < until < now,
        "created_at": stamp(credential.created_at),
        "updated_at": stamp(credential.updated_at),
    }


def listed(call: Call) -> web.Response:
    """`GET /auth`."""
    now = call.service.kit.clock.now()
    return told({"auth_files": [shown(one, now) for one in log_ins(call)]})


def one_of(call: Call) -> web.Response:
    """`GET /auth/{provider}`: its first log-in, and all of them."""
    now = call.service.kit.clock.now()
    found = [shown(one, now) for one in log_ins(call, call.part("name"))]
    if not found:
        raise RefusedError(404, "Not authenticated")
    return told({**found[0], "auth_files": found})


def _removed(call: Call, found: list[Credential]) -> web.Response:
    for credential in found:
        remove(call, Path(credential.attributes["path"]).name)
    call.service.apply(call.service.config)
    return told({"success": True, "deleted": len(found)})


def delete(call: Call) -> web.Response:
    """`DELETE /auth/{id}`."""
    wanted = call.part("name")
    found = [one for one in log_ins(call) if wanted in {one.id, Path(one.attributes["path"]).name}]
    if not found:
        raise RefusedError(404, "auth file not found")
    return _removed(call, found)


def delete_all(call: Call) -> web.Response:
    """`DELETE /auth/provider/{provider}`: every log-in of one."""
    return _removed(call, log_ins(call, call.part("provider") or "-"))


LOG_IN = (
    *(Field(name, TEXT) for name in ("id", "provider", "email", "name", "status", "created_at", "updated_at")),
    *(Field(name, SWITCH) for name in ("disabled", "is_expired")),
    Field("expires_at", Anything()),
)
GONE = Doc(gives=Shape(Field("success", SWITCH), Field("deleted", NUMBER)))

ROUTES = [
    route("GET", "/auth", listed, Doc(gives=Shape(Field("auth_files", List(Shape(*LOG_IN)))))),
    route("GET", "/auth/:name", one_of, Doc(gives=Shape(*LOG_IN, Field("auth_files", List(Shape(*LOG_IN)))))),
    route("DELETE", "/auth/:name", delete, GONE),
    route("DELETE", "/auth/provider/:provider", delete_all, GONE),
]
