"""What Google's log-ins share: where the browser goes, tokens for a code, whose account it is, the project it has.

Laws: who asks for a project names the same IDE throughout; an onboarding that is not done is asked about again.
"""

from typing import Any

from native.log_ins.asking import Answer, Asking, query
from native.wire.loose import get

type Json = dict[str, Any]

TOKENS = "https://oauth2.googleapis.com/token"
USER = "https://www.googleapis.com/oauth2/v1/userinfo?alt=json"
ASSIST = "https://cloudcode-pa.googleapis.com/v1internal"
SCOPES = [
    "https://www.googleapis.com/auth/cloud-platform",
    "https://www.googleapis.com/auth/userinfo.email",
    "https://www.googleapis.com/auth/userinfo.profile",
]
LEGACY_TIER = "legacy-tier"


def page(address: str, client: str, redirect: str, scopes: list[str], state: str) -> str:
    """Where Google asks its user."""
    form = {
        "access_type": "offline",
        "client_id": client,
        "prompt": "consent",
        "redirect_uri": redirect,
        "response_type": "code",
        "scope": " ".join(scopes),
        "state": state,
    }
    return f"{address}?{query(form)}"


async def tokens(asking: Asking, code: str, client: str, secret: str, redirect: str) -> Answer:
    """Ask for tokens. Raises `UpstreamError`."""
    form = {
        "code": code,
        "client_id": client,
        "client_secret": secret,
        "redirect_uri": redirect,
        "grant_type": "authorization_code",
    }
    return await asking.form(TOKENS, form)


def project_in(tree: Any) -> str:
    """The project that an answer names, as a text or as an object with an `id`."""
    found = get(tree, "cloudaicompanionProject")
    if isinstance(found, dict):
        found = found.get("id")
    return found.strip() if isinstance(found, str) else ""


def tier_in(tree: Any) -> str:
    """The tier that an account begins with."""
    tiers = get(tree, "allowedTiers")
    for tier in tiers if isinstance(tiers, list) else ():
        name = get(tier, "id")
        if get(tier, "isDefault") is True and isinstance(name, str) and name.strip():
            return name.strip()
    return LEGACY_TIER
