"""`/usage/{provider}`, `/usage/quotas/all`, `/usage/reset`: usage by provider, whose quota is out, and a new beginning.

Law: what is forgotten is forgotten by every process and in the file.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from native.credentials.account import account_of, index_of
from native.credentials.credential import Credential
from native.surface.management.auth_files import stamp
from native.surface.management.call import Call, route, told
from native.surface.management.kinds import NUMBER, SWITCH, TEXT, Anything, Field, List, Shape
from native.surface.management.usage import current
from native.surface.routes import Doc
from native.usage import Row, Sum, summed

type Json = dict[str, Any]

KEY, MODEL, DAY = 1, 3, 0
"""Where a row says what."""


def _by(rows: Iterable[tuple[Row, Sum]], place: int) -> dict[str, Json]:
    sums: dict[str, Sum] = {}
    for row, one in rows:
        sums.setdefault(row[place] or "earlier", Sum()).add(one)
    return {name: asdict(one) for name, one in sums.items()}


async def of_provider(call: Call) -> web.Response:
    """`GET /usage/{provider}`: what one provider was asked for, by model, key and day."""
    provider = call.part("provider")
    usage = await current(call)
    rows = [(row, one) for row, one in usage.rows.items() if row[2] == provider]
    total = summed(one for _, one in rows)
    return told(
        {
            "provider": provider,
            "requests": total.requests,
            "failed": total.failed,
            "tokens": total.total,
            "totals": asdict(total),
            "models": _by(rows, MODEL),
            "apis": _by(rows, KEY),
            "days": _by(rows, DAY),
        }
    )


def _quota(credential: Credential) -> Json:
    out = {model: state for model, state in credential.states.items() if state.quota.exceeded}
    back = max([state.quota.recover_at for state in out.values()] + [credential.quota.recover_at])
    return {
        "id": credential.id,
        "auth_index": index_of(credential),
        "provider": credential.provider,
        "email": account_of(credential)[1] if credential.kind != "apikey" else "",
        "quotaUsed": None,
        "quotaLimit": None,
        "quotaResetAt": stamp(back) if back else None,
        "exceeded": bool(out) or credential.quota.exceeded,
        "models": {model: stamp(state.quota.recover_at) for model, state in out.items()},
        "tier": credential.attributes.get("plan_type") or "unknown",
        "status": credential.status,
        "disabled": credential.disabled,
        "cooldownUntil": stamp(credential.retry_at) if credential.retry_at else None,
    }


def quotas(call: Call) -> web.Response:
    """`GET /usage/quotas/all`: whose quota is out, for which models, and until when."""
    return told({"quotas": [_quota(one) for one in call.service.pool.credentials.values()]})


async def reset(call: Call) -> web.Response:
    """`POST /usage/reset`: forget what was counted."""
    if call.service.ledger is not None:
        await call.service.ledger.clear()
    else:
        call.service.kit.usage.clear()
    return told({"success": True, "message": "Metrics reset"})


SPENT = Shape(
    Field("provider", TEXT),
    *(Field(name, NUMBER) for name in ("requests", "failed", "tokens")),
    *(Field(name, Anything()) for name in ("totals", "models", "apis", "days")),
)

ROUTES = [
    route("GET", "/usage/:provider", of_provider, Doc(gives=SPENT)),
    route("GET", "/usage/quotas/all", quotas, Doc(gives=Shape(Field("quotas", List(Anything()))))),
    route("POST", "/usage/reset", reset, Doc(gives=Shape(Field("success", SWITCH), Field("message", TEXT)))),
]
